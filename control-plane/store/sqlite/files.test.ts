import { chmodSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { copyFile, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Stores } from '../port.ts';
import type { StoreLog } from '../sql/log.ts';
import { by, commit, create, settle, toggle } from '../testing/contract/fixture.ts';
import { clock } from '../testing/contract.ts';
import { backupSqlite, openSqliteStores, restoreSqlite } from './index.ts';

let directory: string;
let stores: Stores | null = null;
const logged: { readonly fields: object; readonly message: string }[] = [];
const write = (fields: object, message: string): void => {
  logged.push({ fields, message });
};
const log: StoreLog = { debug: write, info: write, warn: write, error: write };
const options = { now: clock, log };

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'halyard-files-'));
  logged.length = 0;
});
afterEach(async () => {
  await stores?.close();
  stores = null;
  rmSync(directory, { recursive: true, force: true });
});

const openHere = async (path: string): Promise<Stores> => {
  stores = await openSqliteStores(`file:${path}`, options);
  return stores;
};

const modesIn = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder)
      .sort()
      .map((name) => [name, (statSync(join(folder, name)).mode & 0o777).toString(8)]),
  );

const messageOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'it was done',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );

const lead = (opened: Stores): Promise<void> =>
  new Promise((resolve) => {
    opened.lead(async (signal) => {
      resolve();
      await new Promise<void>((ended) => signal.addEventListener('abort', () => ended()));
    });
  });

describe('other users of the machine', () => {
  test('cannot read the database, what lies beside it, a backup or a restored database', async () => {
    const umask = process.umask(0o022);
    try {
      const path = join(directory, 'data', 'halyard.db');
      const opened = await openHere(path);
      await commit(await settle(opened), [create('a')]);
      await lead(opened);
      expect((statSync(dirname(path)).mode & 0o777).toString(8)).toBe('700');
      const modes = modesIn(dirname(path));
      expect(Object.keys(modes)).toEqual(
        expect.arrayContaining(['halyard.db', 'halyard.db-leader', 'halyard.db-shm', 'halyard.db-wal']),
      );
      expect(new Set(Object.values(modes))).toEqual(new Set(['600']));

      backupSqlite(`file:${path}`, join(directory, 'backups', 'monday.db'));
      expect(modesIn(join(directory, 'backups'))).toEqual({ 'monday.db': '600' });
      chmodSync(join(directory, 'backups', 'monday.db'), 0o644);
      restoreSqlite(join(directory, 'backups', 'monday.db'), `file:${directory}/restored/halyard.db`);
      expect(modesIn(join(directory, 'restored'))).toEqual({ 'halyard.db': '600' });
    } finally {
      process.umask(umask);
    }
  });

  test('lose what an earlier version let them read, with a line in the log', async () => {
    const path = join(directory, 'halyard.db');
    await settle(await openHere(path));
    await stores?.close();
    chmodSync(path, 0o644);
    await openHere(path);
    expect(modesIn(directory)['halyard.db']).toBe('600');
    expect(logged).toContainEqual({
      fields: { file: path, was: '644' },
      message: 'Other users could reach a file of the database; its mode is 600 now.',
    });
  });
});

describe('a database file that is not at its place any more', () => {
  const said = (path: string): string =>
    `The database file ${path} was moved away or replaced while it was in use, so nothing is written; put it back, or restart Halyard to use the one that is there now.`;

  test('moved away under a running server, takes no writes, and readiness says so', async () => {
    const path = join(directory, 'halyard.db');
    const opened = await openHere(path);
    const app = await settle(opened);
    await commit(app, [create('a')]);
    renameSync(path, `${path}.old`);
    expect(await messageOf(opened.ping())).toBe(said(path));
    expect(await messageOf(app.commit(toggle('a', by('ann', 2))))).toBe(said(path));
    expect((await app.flag('a'))?.version).toBe(1);
    renameSync(`${path}.old`, path);
    expect(await messageOf(opened.ping())).toBe('it was done');
    expect(await messageOf(app.commit(toggle('a', by('ann', 2))))).toBe('it was done');
  });

  test.for(['halyard.db', 'halyard.db-wal'])('replaced or deleted, %s is noticed', async (name) => {
    const path = join(directory, 'halyard.db');
    const opened = await openHere(path);
    const app = await settle(opened);
    await commit(app, [create('a')]);
    const file = join(directory, name);
    await copyFile(file, `${file}.copy`);
    rmSync(file);
    expect(await messageOf(opened.ping())).toBe(said(file));
    renameSync(`${file}.copy`, file);
    expect(await messageOf(opened.ping())).toBe(said(file));
    expect(await messageOf(app.commit(toggle('a', by('ann', 2))))).toBe(said(file));
  });
});

test('a damaged database is refused at start, with what to do', async () => {
  const path = join(directory, 'halyard.db');
  const app = await settle(await openHere(path));
  await commit(
    app,
    Array.from({ length: 200 }, (_, n) => create(`f${n}`, { description: 'x'.repeat(1_000) })),
  );
  await stores?.close();
  stores = null;
  const file = await open(path, 'r+');
  const { size } = await file.stat();
  await file.write(Buffer.alloc(8_192, 0x5a), 0, 8_192, Math.floor(size / 2 / 4_096) * 4_096);
  await file.close();
  expect(await messageOf(openHere(path))).toMatch(
    new RegExp(
      `^${path} is damaged \\(.+\\); move it away with its -wal and -shm files and restore a backup with "halyard restore FILE"\\.$`,
    ),
  );
});
