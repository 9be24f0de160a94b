import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { ACCOUNT, APP, by, commit, create, settle } from '../testing/contract/fixture.ts';
import { writeAtRandom } from '../testing/contract/references.ts';
import { clock, LIMITS, storesContract } from '../testing/contract.ts';
import { quiet } from '../testing/quiet-log.ts';
import { openSqliteStores } from './index.ts';

const options = { now: clock, log: quiet, limits: LIMITS };

storesContract({ describe, test, expect }, 'SQLite in a file', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'halyard-store-'));
  const url = `file:${join(directory, 'data', 'halyard.db')}`;
  const stores = await openSqliteStores(url, options);
  const other = await openSqliteStores(url, options);
  return {
    stores,
    other,
    async close() {
      await Promise.all([stores.close(), other.close()]);
      await rm(directory, { recursive: true });
    },
  };
});

storesContract({ describe, test, expect }, 'SQLite in memory', async () => {
  const stores = await openSqliteStores(':memory:', options);
  return { stores, other: stores, close: () => stores.close() };
});

test('1,000 writes at random never leave a reference dangling', async () => {
  const stores = await openSqliteStores(':memory:', options);
  const { accepted, refused, dangling } = await writeAtRandom(await settle(stores), 1_000, 7);
  expect(dangling).toEqual([]);
  expect([accepted > 100, refused > 100]).toEqual([true, true]);
  await stores.close();
});

test('deleted flags and apps leave nothing behind in the tables that find flags', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'halyard-store-'));
  const path = join(directory, 'halyard.db');
  const stores = await openSqliteStores(`file:${path}`, options);
  const app = await settle(stores);
  await commit(app, [create('a', { tags: ['x'] }), create('b', { tags: ['x'] })]);
  await commit(app, [{ event: 'delete', key: 'a' }]);
  const database = new DatabaseSync(path);
  const keys = () => [
    database.prepare('select key from flag_tag').all(),
    database.prepare('select key from flag_text').all(),
  ];
  expect(keys()).toEqual([[{ key: 'b' }], [{ key: 'b' }]]);
  await stores.accounts.deleteApp(ACCOUNT, APP, by('ann', 9));
  expect(keys()).toEqual([[], []]);
  database.close();
  await stores.close();
  await rm(directory, { recursive: true });
});
