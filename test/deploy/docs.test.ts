import { execFile } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { startHalyard } from '../process/halyard.ts';
import { ROOT } from './tools.ts';

const block = (page: string, name: string): string => {
  const text = readFileSync(join(ROOT, page), 'utf8');
  const found = new RegExp(`^ *\`\`\`sh ${name}\\n(.*?)^ *\`\`\``, 'ms').exec(text)?.[1];
  if (found === undefined) throw new Error(`${page} has no block ${name}.`);
  return found;
};

/** A folder with `halyard` on the PATH, as after a global install. */
const folder = mkdtempSync(join(tmpdir(), 'halyard-upgrading-'));
const bin = join(folder, 'bin');
mkdirSync(bin);
writeFileSync(
  join(bin, 'halyard'),
  `#!/bin/sh\nexec ${process.execPath} --conditions=halyard-source ${join(ROOT, 'halyard.js')} "$@"\n`,
);
chmodSync(join(bin, 'halyard'), 0o755);

const run = async (text: string, env: Readonly<Record<string, string>> = {}): Promise<string> => {
  const { stdout } = await promisify(execFile)('sh', ['-euc', text], {
    cwd: folder,
    env: { PATH: `${bin}:${process.env['PATH']}`, HOME: process.env['HOME'] ?? '', ...env },
  });
  return stdout;
};

test('the commands of docs/upgrading.md take a database of the first schema to this release, and back from a backup', async () => {
  const path = join(folder, 'halyard.db');
  const old = new DatabaseSync(path);
  old.exec(readFileSync(join(ROOT, 'control-plane/store/testing/schemas/schema-1.sqlite.sql'), 'utf8'));
  old.close();
  const env = { HALYARD_DATABASE_URL: `file:${path}` };

  const started = startHalyard(['start', '--port', '0', '--no-example'], { cwd: folder, env });
  await started.printed(/running on (\S+)/);
  expect(started.stderr()).toContain('"migrations":["0002-lists"');
  await started.kill('SIGTERM');
  const verdict = await run(block('docs/upgrading.md', 'verify'), env);
  expect(verdict).toMatch(/^shop \(shop1\): 5 entries verified/m);

  expect(await run(block('docs/upgrading.md', 'backup'), env)).toMatch(/^\d+\.\d+\.\d+\n/);
  const restored = { HALYARD_DATABASE_URL: `file:${join(folder, 'restored.db')}` };
  await run(block('docs/upgrading.md', 'restore'), restored);
  expect(await run(block('docs/upgrading.md', 'verify'), restored)).toContain(
    'shop (shop1): 5 entries verified',
  );
});

test('the commands of deploy/README.md make the secrets that the compose file names, for nobody else', async () => {
  mkdirSync(join(folder, 'deploy'));
  await run(block('deploy/README.md', 'secrets'));
  const secret = (name: string): string =>
    readFileSync(join(folder, 'deploy', 'secrets', name), 'utf8').trim();
  expect(secret('admin-token').length).toBeGreaterThan(24);
  expect(secret('database-url')).toBe(`postgres://halyard:${secret('postgres-password')}@postgres/halyard`);
  expect(statSync(join(folder, 'deploy', 'secrets')).mode & 0o777).toBe(0o700);
});

test('every file that the pages for operators link to is there', () => {
  const pages = [
    'README.md',
    'CHANGELOG.md',
    'SECURITY.md',
    'deploy/README.md',
    'docs/installing.md',
    'docs/upgrading.md',
  ];
  for (const page of pages) {
    const links = [...readFileSync(join(ROOT, page), 'utf8').matchAll(/\]\((?!https?:|#)([^)#]+)/g)];
    for (const [, link = ''] of links) {
      expect([page, link, existsSync(join(ROOT, page, '..', link))]).toEqual([page, link, true]);
    }
  }
});
