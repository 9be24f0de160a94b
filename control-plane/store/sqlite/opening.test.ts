import { mkdir, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { by, commit, create, refusal, settle } from '../testing/contract/fixture.ts';
import { clock } from '../testing/contract.ts';
import { quiet } from '../testing/quiet-log.ts';
import { openSqliteStores } from './index.ts';

const options = { now: clock, log: quiet };
let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'halyard-opening-'));
});
afterEach(() => rm(directory, { recursive: true }));

const messageOf = async (url: string): Promise<string> => {
  try {
    await (await openSqliteStores(url, options)).close();
    return 'it opened';
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
};

test('a directory that is missing is created', async () => {
  expect(await messageOf(`file:${directory}/a/b/halyard.db`)).toBe('it opened');
  expect(await messageOf(`file://${directory}/a%20b/halyard.db`)).toBe('it opened');
  expect(await messageOf(`file:${directory}/a b/halyard.db`)).toBe('it opened');
});

test('a directory that cannot be created is named, with what to do', async () => {
  await writeFile(join(directory, 'plain'), '');
  const message = await messageOf(`file:${directory}/plain/sub/halyard.db`);
  expect(message).toBe(
    `Problem: The directory ${directory}/plain/sub cannot be created (ENOTDIR: not a directory, mkdir '${directory}/plain/sub'); create it yourself and make it writable for this user, or name another.`,
  );
});

test('a path that is no file is named, with what to do', async () => {
  await mkdir(join(directory, 'halyard.db'));
  expect(await messageOf(`file:${directory}/halyard.db`)).toBe(
    `Problem: ${directory}/halyard.db: the database cannot be opened for writing (unable to open database file); make the file and its directory writable for this user, or name another file with HALYARD_DATABASE_URL.`,
  );
});

test('a file that is no database is named, with what to do', async () => {
  await writeFile(join(directory, 'halyard.db'), 'this is a letter to my aunt. '.repeat(300));
  expect(await messageOf(`file:${directory}/halyard.db`)).toBe(
    `Problem: ${directory}/halyard.db: the file is damaged or not a SQLite database (file is not a database); restore a backup, or move it away to start empty.`,
  );
});

test("another program's database is left alone", async () => {
  const other = new DatabaseSync(join(directory, 'contacts.db'));
  other.exec('create table contact (name text)');
  other.close();
  expect(await messageOf(`file:${directory}/contacts.db`)).toBe(
    `Problem: ${directory}/contacts.db is a SQLite database of another program; name another file with HALYARD_DATABASE_URL.`,
  );
  const again = new DatabaseSync(join(directory, 'contacts.db'));
  expect(again.prepare('select name from sqlite_schema').all()).toEqual([{ name: 'contact' }]);
  again.close();
});

test.each(['mysql://x', 'halyard.db', 'file:', ''])('the URL %j is refused', async (url) => {
  expect(await messageOf(url)).toBe(
    `Problem: The database URL ${JSON.stringify(url)} is none of SQLite's; expected file:PATH, such as file:./data/halyard.db, or :memory:.`,
  );
});

test('a file whose pages are damaged answers as unavailable, and says to restore a backup', async () => {
  const url = `file:${directory}/halyard.db`;
  const stores = await openSqliteStores(url, options);
  const app = await settle(stores);
  const flags = Array.from({ length: 200 }, (_, n) => create(`f${n}`, { description: 'x'.repeat(1_000) }));
  await commit(app, flags);
  await stores.close();
  const file = await open(join(directory, 'halyard.db'), 'r+');
  const { size } = await file.stat();
  await file.write(Buffer.alloc(size - 65_536, 0x5a), 0, size - 65_536, 65_536);
  await file.close();

  const damaged = await openSqliteStores(url, options).catch((error: unknown) => error);
  if (damaged instanceof Error) {
    expect(damaged.message).toContain('restore a backup');
    return;
  }
  const reopened = await openSqliteStores(url, options);
  const reads = reopened.app('acme', 'app-1');
  expect(await refusal(reads.flags({ limit: 200 }))).toBe('unavailable');
  expect(await refusal(commit(reads, [create('more')], by('ann', 9)))).toBe('unavailable');
  await reopened.close();
});
