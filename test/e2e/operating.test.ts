import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ServerProcess, startServer } from '../faults/server-process.ts';
import { eventually, freePort, type Started, startHalyard } from '../process/halyard.ts';

/** The commands of docs/operating.md, as they stand there but for ports, addresses and files. */

const ROOT = join(import.meta.dirname, '..', '..');
const PAGE = readFileSync(join(ROOT, 'docs', 'operating.md'), 'utf8');
const SERVER = 'postgres://root@127.0.0.1';

const block = (name: string): string => {
  const [, text] = new RegExp(`^\`\`\`sh ${name}\\n(.*?)^\`\`\``, 'ms').exec(PAGE) ?? [];
  if (text === undefined) throw new Error(`docs/operating.md has no block ${name}.`);
  return text;
};

const sql = async (statement: string): Promise<void> => {
  const client = new pg.Client({ connectionString: `${SERVER}/test` });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
};

const postgresAnswers = await sql('select 1').then(
  () => true,
  () => false,
);

const TOKEN = 'the-admin-token-of-this-test';
const environment = (more: Record<string, string>): Record<string, string> => ({
  PATH: process.env['PATH'] ?? '',
  HOME: process.env['HOME'] ?? '',
  HALYARD_ADMIN_TOKEN: TOKEN,
  ...more,
});
/** Runs a block of the page, with each of these texts in place of what stands there; what it prints. */
const run = async (
  name: string,
  env: Record<string, string>,
  instead: Record<string, string> = {},
): Promise<string> => {
  const { stdout } = await promisify(execFile)('sh', ['-euc', replaced(block(name), instead)], {
    cwd: ROOT,
    env: environment(env),
  });
  return stdout;
};
const replaced = (text: string, instead: Record<string, string>): string => {
  let result = text;
  for (const [from, to] of Object.entries(instead)) {
    expect(result, `the page’s ${from}`).toContain(from);
    result = result.replaceAll(from, to);
  }
  return result;
};

const directory = mkdtempSync(join(tmpdir(), 'halyard-operating-'));
const database = join(directory, 'one.db');
let one: Started;
let url: string;
let app: string;

const call = async (at: string, method: string, path: string, body?: unknown) => {
  const response = await fetch(`${at}/client/v4/accounts/default/flagship${path}`, {
    method,
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return (await response.json()).result;
};

const startOne = async (): Promise<void> => {
  one = startHalyard(['start', '--port', '0', '--no-example'], {
    cwd: directory,
    env: { HALYARD_ADMIN_TOKEN: TOKEN, HALYARD_DATABASE_URL: `file:${database}` },
  });
  [, url = ''] = await one.printed(/running on (\S+)/);
};

beforeAll(async () => {
  await startOne();
  app = (await call(url, 'POST', '/apps', { name: 'shop' })).id;
  await call(url, 'POST', `/apps/${app}/flags`, {
    key: 'new-checkout',
    enabled: true,
    variations: { on: true, off: false },
    default_variation: 'off',
    rules: [{ priority: 1, conditions: [], rollout: { percentage: 50 }, serve_variation: 'on' }],
  });
});

afterAll(async () => {
  await one.kill('SIGKILL');
});

test('a token made on the machine signs in by its link', async () => {
  const env = { HALYARD_DATABASE_URL: `file:${database}`, HALYARD_PUBLIC_URL: url };
  const printed = await run('token', env);
  expect(printed).toMatch(/hly_\S+/);
  expect(printed).toMatch(/\/dashboard\/sign-in#link=hll_\S+/);
});

test('the audit trail is verified, and a backup restored', async () => {
  const env = { HALYARD_DATABASE_URL: `file:${database}` };
  const verdict = await run('audit', env);
  expect(verdict).toMatch(/1 entr/);
  const ofLog = /^The account's log: \d+ entries verified, last hash [0-9a-f]{64}$/m;
  expect(verdict).toMatch(ofLog);
  // The same verdict on apps from outside, by somebody who may only read; the log takes an admin.
  const { secret } = await call(url, 'POST', '/tokens', { name: 'auditor', permission: 'read' });
  const read = await run('audit', { HALYARD_URL: url, HALYARD_TOKEN: secret });
  expect(read).toContain("The account's log was not verified");
  const ofShop = (printed: string) => printed.split('\n').find((line) => line.includes('1 entr'));
  expect(ofShop(read)).toBe(ofShop(verdict));
  expect(await run('audit', { HALYARD_URL: url, HALYARD_TOKEN: TOKEN })).toMatch(ofLog);
  const file = join(directory, 'flags.db');
  await run('backup', env, { 'flags.db': file });
  await call(url, 'DELETE', `/apps/${app}/flags/new-checkout`);
  await one.kill('SIGTERM');
  renameSync(database, join(directory, 'away.db'));
  await run('restore', env, { 'flags.db': file });
  await startOne();
  expect(await call(url, 'GET', `/apps/${app}/flags/new-checkout`)).toMatchObject({ enabled: true });
});

describe.runIf(postgresAnswers || process.env['CI'] === 'true')('from one process to several', () => {
  const name = `halyard_${randomBytes(6).toString('hex')}`;
  let cache: ServerProcess;
  let several: ChildProcess;

  beforeAll(async () => {
    await sql(`create database ${name}`);
    cache = await startServer('redis');
  });

  afterAll(async () => {
    // The shell, npm and the servers are one group of processes.
    if (several?.pid !== undefined) process.kill(-several.pid, 'SIGKILL');
    await cache?.end();
    await sql(`drop database if exists ${name} with (force)`);
  });

  test('the flags come along and are served by three edges, everybody in the bucket they were in', async () => {
    const file = join(directory, 'app.ndjson');
    const { secret } = await call(url, 'POST', '/tokens', {
      name: 'old',
      permission: 'evaluate',
      app_ids: [app],
    });
    const before = await buckets(url, secret);
    await run('export', { APP: app }, { 'http://127.0.0.1:4280': url, 'app.ndjson': file });

    const [writer, ...edges] = await Promise.all([freePort(), freePort(), freePort(), freePort()]);
    const commands = replaced(block('several'), {
      'postgres://root@127.0.0.1/test': `${SERVER}/${name}`,
      'redis://127.0.0.1:6379': `redis://127.0.0.1:${cache.port}`,
      '4280': `${writer}`,
      ...Object.fromEntries(edges.map((port, i) => [`${4281 + i}`, `${port}`])),
      './edge-data': join(directory, 'edge-data'),
    });
    several = spawn('sh', ['-euc', `${commands}wait`], {
      cwd: ROOT,
      env: environment({}),
      detached: true,
      stdio: 'ignore',
    });
    const control = `http://127.0.0.1:${writer}`;
    await eventually('the control plane answers', async () => (await fetch(`${control}/readyz`)).ok);

    const base = `${control}/client/v4/accounts/default/flagship`;
    const { id } = await call(control, 'POST', '/apps', { name: 'another' });
    await run('import', { APP: id, FLAGSHIP: base }, { 'app.ndjson': file });
    const token = await call(control, 'POST', '/tokens', {
      name: 'new',
      permission: 'evaluate',
      app_ids: [id],
    });
    for (const edge of edges) {
      await eventually(`the edge on ${edge} serves the flags`, async () => {
        expect(await buckets(`http://127.0.0.1:${edge}`, token.secret)).toEqual(before);
        return true;
      });
    }
  });
});

/** What fifty users get. */
const buckets = (at: string, secret: string): Promise<readonly boolean[]> =>
  Promise.all(
    Array.from({ length: 50 }, async (_, user) => {
      const response = await fetch(`${at}/ofrep/v1/evaluate/flags/new-checkout`, {
        method: 'POST',
        headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
        body: JSON.stringify({ context: { targetingKey: `user-${user}` } }),
      });
      expect(response.status).toBe(200);
      return (await response.json()).value;
    }),
  );
