import { copyFile, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { verifyChain } from '../sql/audit.ts';
import { ACCOUNT, APP, all, by, commit, create, settle, toggle } from '../testing/contract/fixture.ts';
import { clock } from '../testing/contract.ts';
import { quiet } from '../testing/quiet-log.ts';
import { backupSqlite, openSqliteStores, restoreSqlite } from './index.ts';

const options = { now: clock, log: quiet };
let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'halyard-backup-'));
});
afterEach(() => rm(directory, { recursive: true }));

test('a backup of a database that is being written is one moment of it, and can be restored', async () => {
  const url = `file:${directory}/halyard.db`;
  const file = join(directory, 'backups', 'monday.db');
  const stores = await openSqliteStores(url, options);
  const app = await settle(stores);
  await commit(app, [create('a'), create('b', { tags: ['kept'] })]);
  let writing = true;
  let answered = 0;
  const writer = (async () => {
    while (writing) {
      await app.commit(toggle('a', by('ann', 2)));
      answered += 1;
      await new Promise((resolve) => setImmediate(resolve));
    }
  })();
  while (answered < 20) await new Promise((resolve) => setImmediate(resolve));
  const before = answered;
  backupSqlite(url, file);
  while (answered < before + 20) await new Promise((resolve) => setImmediate(resolve));
  writing = false;
  await writer;
  await stores.close();

  const restored = `file:${directory}/restored/halyard.db`;
  restoreSqlite(file, restored);
  const again = await openSqliteStores(restored, options);
  const old = again.app(ACCOUNT, APP);
  const version = (await old.outbox.version()) ?? 0;
  expect(version >= before + 1 && version < answered + 1).toBe(true);
  const entries = await all(old.everyEntry());
  expect(entries.at(-1)?.app_version).toBe(version);
  expect((await verifyChain(entries)).ok).toBe(true);
  expect((await old.outbox.snapshot())?.version).toBe(version);
  expect((await old.flags({ limit: 10, tags: ['kept'] })).items.length).toBe(1);
  await old.commit(toggle('a', by('ann', 3)));
  expect(await old.outbox.version()).toBe(version + 1);
  await again.close();
  expect(await readdir(join(directory, 'backups'))).toEqual(['monday.db']);
});

test('a backup overwrites nothing, and neither does restoring one', async () => {
  const url = `file:${directory}/halyard.db`;
  await (await openSqliteStores(url, options)).close();
  const file = join(directory, 'backup.db');
  backupSqlite(url, file);
  expect(() => backupSqlite(url, file)).toThrow(`${file} exists; name another file for the backup.`);
  expect(() => restoreSqlite(file, url)).toThrow(
    `${directory}/halyard.db exists; stop Halyard and move it away before a backup is restored.`,
  );
  await rm(join(directory, 'halyard.db'));
  await writeFile(join(directory, 'halyard.db-wal'), 'left over');
  expect(() => restoreSqlite(file, url)).toThrow(
    `${directory}/halyard.db-wal exists; stop Halyard and move it away before a backup is restored.`,
  );
  await rm(join(directory, 'halyard.db-wal'));
  restoreSqlite(file, url);
  await (await openSqliteStores(url, options)).close();
});

test('a database that is not there and a backup that is damaged are refused', async () => {
  expect(() => backupSqlite(`file:${directory}/none.db`, `${directory}/b.db`)).toThrow(
    `There is no SQLite database at file:${directory}/none.db that could be backed up.`,
  );
  expect(() => backupSqlite(':memory:', `${directory}/b.db`)).toThrow('could be backed up');
  const url = `file:${directory}/halyard.db`;
  await (await openSqliteStores(url, options)).close();
  backupSqlite(url, `${directory}/good.db`);
  await copyFile(`${directory}/good.db`, `${directory}/bad.db`);
  await writeFile(`${directory}/bad.db`, Buffer.alloc(4_000, 7), { flag: 'r+' });
  expect(() => restoreSqlite(`${directory}/bad.db`, `file:${directory}/new.db`)).toThrow(
    `${directory}/bad.db is no intact backup of Halyard`,
  );
  expect(() => restoreSqlite(`${directory}/missing.db`, `file:${directory}/new.db`)).toThrow(
    `${directory}/missing.db is no intact backup of Halyard`,
  );
});
