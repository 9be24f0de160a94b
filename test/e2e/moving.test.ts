import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  createTestDatabase,
  usePostgres as postgresAnswers,
  type TestDatabase,
} from '../../control-plane/store/testing/test-database.ts';
import { ROOT } from '../packaging/packed.ts';
import { freePort, type Started, startHalyard } from '../process/halyard.ts';

const ADMIN = 'hly_moving-admin-0123456789';

let folder: string;
let database: TestDatabase;
const running: Started[] = [];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'halyard-moving-'));
  database = await createTestDatabase();
});
afterEach(async () => {
  for (const started of running.splice(0)) await started.kill('SIGTERM');
  await database.drop();
  rmSync(folder, { recursive: true });
});

const halyard = (parameters: readonly string[], env: Readonly<Record<string, string>> = {}) => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--conditions=halyard-source', join(ROOT, 'halyard.ts'), ...parameters],
    { cwd: folder, encoding: 'utf8', env: { PATH: process.env['PATH'] ?? '', HALYARD_LOG: 'warn', ...env } },
  );
  return { code: status, stdout, stderr };
};

interface Server {
  readonly started: Started;
  ask(method: string, path: string, body?: object): Promise<{ status: number; text: string }>;
}

const serve = async (databaseUrl: string): Promise<Server> => {
  const port = await freePort();
  const started = startHalyard(['start', '--no-example', '--port', String(port)], {
    cwd: folder,
    env: { HALYARD_DATABASE_URL: databaseUrl, HALYARD_ADMIN_TOKEN: ADMIN, HALYARD_LOG: 'warn' },
  });
  running.push(started);
  await started.printed(/is running on/);
  return {
    started,
    ask: async (method, path, body) => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, {
        method,
        headers: { authorization: `Bearer ${ADMIN}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, text: await response.text() };
    },
  };
};

const stop = async ({ started }: Server): Promise<void> => {
  await started.kill('SIGTERM');
  running.splice(running.indexOf(started), 1);
};

const LOG = '/client/v4/accounts/default/flagship/log';

/** What a restored database answers: what was backed up, and an entry of the log that says so. */
const expectRestored = async (url: string, paths: readonly string[], before: Answers): Promise<void> => {
  const restored = await serve(url);
  const { [LOG]: log, ...others } = await answers(restored, paths);
  const { [LOG]: logBefore, ...othersBefore } = before;
  expect(others).toEqual(othersBefore);
  const [noted, ...entries] = JSON.parse(log?.text ?? '').result;
  expect(noted).toMatchObject({
    event: 'database_restored',
    actor: { name: 'halyard command' },
    detail: { file: 'monday.db' },
  });
  expect(entries).toEqual(JSON.parse(logBefore?.text ?? '').result);
  await stop(restored);
};

/** An app with some history and a deleted one; the paths whose answers must be the same afterwards. */
const work = async ({ ask }: Server): Promise<readonly string[]> => {
  const made = JSON.parse(
    (await ask('POST', '/client/v4/accounts/default/flagship/apps', { name: 'Shop' })).text,
  );
  const gone = JSON.parse(
    (await ask('POST', '/client/v4/accounts/default/flagship/apps', { name: 'Old' })).text,
  );
  const apps = '/client/v4/accounts/default/flagship/apps';
  const app = `${apps}/${made.result.id}`;
  const flag = {
    key: 'checkout',
    variations: { on: true, off: false },
    default_variation: 'off',
    rules: [],
    enabled: false,
  };
  expect((await ask('POST', `${app}/flags`, flag)).status).toBe(201);
  expect((await ask('POST', `${apps}/${gone.result.id}/flags`, flag)).status).toBe(201);
  expect((await ask('PUT', `${app}/flags/checkout`, { ...flag, enabled: true })).status).toBe(200);
  expect((await ask('DELETE', `${apps}/${gone.result.id}`)).status).toBe(200);
  return [apps, `${app}/flags`, `${app}/changelog`, LOG];
};

type Answers = Readonly<Record<string, { readonly text: string }>>;

const answers = async ({ ask }: Server, paths: readonly string[]): Promise<Answers> => {
  const texts: Record<string, Awaited<ReturnType<Server['ask']>>> = {};
  for (const path of paths) texts[path] = await ask('GET', path);
  return texts;
};

const postgres = await postgresAnswers();

describe.runIf(postgres)('moving', () => {
  test('from SQLite to PostgreSQL and back: the same answers, the same history, a whole audit trail', async () => {
    const file = `file:${folder}/data/halyard.db`;
    const first = await serve(file);
    const paths = await work(first);
    const before = await answers(first, paths);
    await stop(first);

    const there = halyard(['copy', '--from', file, '--to', database.url]);
    expect(there).toMatchObject({ code: 0, stderr: '' });
    expect(there.stdout).toMatch(/^Copied everything from .* and compared every row:\n {2}account +1\n/);
    const second = await serve(database.url);
    expect(await answers(second, paths)).toEqual(before);
    expect(halyard(['audit', 'verify'], { HALYARD_DATABASE_URL: database.url }).code).toBe(0);
    await stop(second);

    expect(halyard(['copy', '--from', file, '--to', database.url])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('The target is not empty'),
    });
    const back = `file:${folder}/back/halyard.db`;
    expect(halyard(['copy', '--to', back], { HALYARD_DATABASE_URL: database.url }).code).toBe(0);
    const third = await serve(back);
    expect(await answers(third, paths)).toEqual(before);
  });

  test('halyard backup of PostgreSQL while it is written, restored into an empty database only', async () => {
    const server = await serve(database.url);
    const paths = await work(server);
    const before = await answers(server, paths);
    const env = { HALYARD_DATABASE_URL: database.url };
    expect(halyard(['backup', 'backups/monday.db'], env)).toMatchObject({ code: 0, stderr: '' });
    expect(statSync(join(folder, 'backups/monday.db')).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(folder, 'backups'))).toEqual(['monday.db']);
    expect(halyard(['backup', 'backups/monday.db'], env)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('exists; name another file'),
    });
    expect(halyard(['restore', 'backups/monday.db'], env)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('The target is not empty'),
    });
    await stop(server);

    const empty = await createTestDatabase();
    try {
      expect(halyard(['restore', 'backups/monday.db'], { HALYARD_DATABASE_URL: empty.url })).toMatchObject({
        code: 0,
        stderr: '',
      });
      await expectRestored(empty.url, paths, before);
    } finally {
      await empty.drop();
    }
    const file = { HALYARD_DATABASE_URL: `file:${folder}/restored.db` };
    expect(halyard(['restore', 'backups/monday.db'], file).code).toBe(0);
    await expectRestored(file.HALYARD_DATABASE_URL, paths, before);
    expect(halyard(['audit', 'verify'], file).code).toBe(0);
  });

  test('a password is never printed, and a database that is not there is not made', () => {
    const missing = halyard([
      'copy',
      '--from',
      'file:typo.db',
      '--to',
      'postgres://ann:s3cret@127.0.0.1:1/x',
    ]);
    expect(missing).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('There is no SQLite database at file:typo.db.'),
    });
    expect(readdirSync(folder)).toEqual([]);
    writeFileSync(join(folder, 'url'), 'postgres://ann:s3cret@127.0.0.1:1/x');
    const away = halyard(['copy', '--to', 'file:new.db'], { HALYARD_DATABASE_URL_FILE: join(folder, 'url') });
    expect(away.code).toBe(2);
    expect(`${away.stdout}${away.stderr}`).not.toContain('s3cret');
    expect(halyard(['copy', '--from', 'mysql://x', '--to', 'file:new.db'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('expected file:PATH or postgres://'),
    });
  });
});
