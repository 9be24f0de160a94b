import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Started, startHalyard } from '../process/halyard.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

const blocks = (language: string): readonly string[] =>
  [...README.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(([, text = '']) => text);

describe('the README', () => {
  const cwd = mkdtempSync(join(tmpdir(), 'halyard-readme-'));
  let halyard: Started;
  let url = '';
  let admin = '';

  beforeAll(async () => {
    halyard = startHalyard(['start', '--port', '0'], { cwd });
    [, url = ''] = await halyard.printed(/running on (\S+)/);
    [, admin = ''] = await halyard.printed(/Admin token\s+(hly_\S+)/);
  });
  afterAll(() => halyard?.kill('SIGKILL'));

  test('npm start answers', async () => {
    expect(blocks('sh')[0]).toContain('npm ci && npm start');
    // The host's own npm, on whatever Node the host has; the scripts bring theirs.
    const npm = spawn('npm', ['start', '--', '--port', '0', '--database-url', `file:${cwd}/npm-start.db`], {
      cwd: ROOT,
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'] },
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    try {
      let text = '';
      const started = new Promise<string>((resolve) => {
        npm.stdout.on('data', (data) => {
          text += String(data);
          const match = text.match(/running on (\S+)/);
          if (match?.[1] !== undefined) resolve(match[1]);
        });
      });
      expect((await fetch(`${await started}/healthz`)).status).toBe(200);
    } finally {
      if (npm.pid !== undefined) process.kill(-npm.pid, 'SIGTERM');
    }
  });

  test('the service snippet evaluates a flag', async () => {
    const headers = { authorization: `Bearer ${admin}`, 'content-type': 'application/json' };
    const base = `${url}/client/v4/accounts/default/flagship`;
    const [app] = (await (await fetch(`${base}/apps`, { headers })).json()).result;
    await fetch(`${base}/apps/${app.id}/flags/new-checkout`, {
      method: 'PATCH',
      headers,
      body: '{"enabled":true}',
    });
    const program = [
      `const url = ${JSON.stringify(url)}, app = ${JSON.stringify(app.id)}, token = ${JSON.stringify(admin)};`,
      blocks('ts')[0]?.replace('// the new checkout', "console.log('the new checkout');"),
      'await OpenFeature.close();',
    ].join('\n');
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ['--conditions=halyard-source', '--input-type=module-typescript', '-e', program],
      { cwd: join(ROOT, 'test'), encoding: 'utf8', timeout: 20_000 },
    );
    expect(`${stdout}${stderr}`).toBe('the new checkout\n');
  });

  test('every file that a page links to or shows is there', () => {
    for (const page of ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'docs/dashboard.md']) {
      const text = readFileSync(join(ROOT, page), 'utf8');
      for (const [, target = ''] of text.matchAll(/\]\(([^):#]+)\)/g)) {
        expect(existsSync(join(ROOT, dirname(page), target)), `${page} → ${target}`).toBe(true);
      }
      expect(text, page).not.toContain('![](');
    }
  });
});
