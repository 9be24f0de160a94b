import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { compareEpochs } from '@halyard/caches';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openPostgresDatabase } from '../postgres/index.ts';
import { verifyChain } from '../sql/audit.ts';
import type { Database } from '../sql/database.ts';
import { createStores } from '../sql/stores.ts';
import { openSqliteDatabase } from '../sqlite/index.ts';
import { ACCOUNT, APP, by, clock, commit, create, toggle } from '../testing/contract/fixture.ts';
import { quiet } from '../testing/quiet-log.ts';
import { fillEveryTable } from '../testing/schemas/full.ts';
import { createTestDatabase, type TestDatabase, usePostgres } from '../testing/test-database.ts';
import { copyDatabase } from './copy.ts';
import { digestOf, keyOf } from './rows.ts';
import { copiedTables, isTable, TABLES } from './tables.ts';

const options = { now: clock, log: quiet };
const moving = { epochs: 'begin', now: clock } as const;

let directory: string;
const opened: Database[] = [];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'halyard-copy-'));
});
afterEach(async () => {
  for (const database of opened.splice(0)) await database.close();
  rmSync(directory, { recursive: true });
});

const kept = (database: Database): Database => {
  opened.push(database);
  return database;
};
const sqlite = async (name: string, copying = false): Promise<Database> =>
  kept(await openSqliteDatabase(`file:${directory}/${name}.db`, { ...options, copying }));

/** A row in every table, and more than a page of some. */
const fill = async (database: Database): Promise<void> => {
  await fillEveryTable(database);
  const app = createStores(database, options).app(ACCOUNT, APP);
  await commit(app, [create('a')]);
  for (let i = 0; i < 130; i += 1) await app.commit(toggle('a', by('ann', i)));
};

const digests = async (database: Database): Promise<Record<string, unknown>> => {
  const all: Record<string, unknown> = {};
  for (const [table, copying] of copiedTables()) {
    // Those two get new epochs.
    if (table === 'account' || table === 'app') continue;
    all[table] = await digestOf(database.db, table, keyOf(copying), database.sha256);
  }
  return all;
};

/** The database, which is lost at the nth transaction. */
const lostAt = (database: Database, nth: number): Database => {
  let count = 0;
  return {
    ...database,
    transact: (work) => {
      count += 1;
      return count >= nth ? Promise.reject(new Error('the power went')) : database.transact(work);
    },
  };
};

const expectTheSame = async (from: Database, to: Database): Promise<void> => {
  expect(await digests(to)).toEqual(await digests(from));
  const [before, after] = [createStores(from, options), createStores(to, options)];
  const app = after.app(ACCOUNT, APP);
  expect(await verifyChain(app.everyEntry())).toEqual(
    await verifyChain(before.app(ACCOUNT, APP).everyEntry()),
  );
  expect(await after.identity()).toEqual(await before.identity());
  for (const outboxOf of [
    (stores: typeof before) => stores.accounts.outbox(ACCOUNT),
    (stores: typeof before) => stores.app(ACCOUNT, APP).outbox,
  ]) {
    const [old, now] = [await outboxOf(before).standing(), await outboxOf(after).standing()];
    expect(now?.version).toBe(old?.version);
    expect(compareEpochs(now?.history.epoch ?? '', old?.history.epoch ?? '')).toBeGreaterThan(0);
  }
};

test('no table can be forgotten: every one of the database has a row here, with its primary key', async () => {
  await (await openSqliteDatabase(`file:${directory}/tables.db`, options)).close();
  const file = new DatabaseSync(join(directory, 'tables.db'));
  const names = file
    .prepare("select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'")
    .all()
    .map((row) => String(row['name']));
  expect(names.toSorted()).toEqual(Object.keys(TABLES).toSorted());
  for (const [table, copying] of copiedTables()) {
    const key = file
      .prepare(`select name from pragma_table_info('${table}') where pk > 0 order by pk`)
      .all()
      .map((row) => row['name']);
    expect([table, [...keyOf(copying)].sort()]).toEqual([table, key.toSorted()]);
    const parents = file.prepare(`select "table" as parent from pragma_foreign_key_list('${table}')`).all();
    const earlier = copiedTables().map(([name]) => name);
    for (const { parent } of parents) {
      expect(isTable(String(parent))).toBe(true);
      expect(earlier.indexOf(String(parent) as never)).toBeLessThan(earlier.indexOf(table));
    }
  }
  file.close();
});

const postgres = await usePostgres();

describe.for([
  ['SQLite', 'SQLite'],
  ['SQLite', 'PostgreSQL'],
  ['PostgreSQL', 'SQLite'],
  ['PostgreSQL', 'PostgreSQL'],
] as const)('from %s to %s', ([source, goal]) => {
  const used: TestDatabase[] = [];
  const opener = async (dialect: string, name: string) => {
    if (dialect === 'SQLite') return (copying = false) => sqlite(name, copying);
    const database = await createTestDatabase();
    used.push(database);
    return async (copying = false) => kept(await openPostgresDatabase(database.url, { ...options, copying }));
  };
  afterEach(async () => {
    for (const database of opened.splice(0)) await database.close();
    for (const database of used.splice(0)) await database.drop();
  });
  const needed = source === 'PostgreSQL' || goal === 'PostgreSQL';

  test.skipIf(needed && !postgres)(
    'everything comes along: ids, tokens, sessions, history with the same hashes',
    async () => {
      const from = await (await opener(source, 'from'))();
      const to = await (await opener(goal, 'to'))(true);
      await fill(from);
      const { resumed, rows } = await copyDatabase(from, to, moving);
      expect(resumed).toBe(false);
      expect(Object.values(rows).every((count) => count > 0)).toBe(true);
      await expectTheSame(from, to);
      await createStores(to, options)
        .app(ACCOUNT, APP)
        .commit(toggle('a', by('ann', 500)));
    },
  );

  test.skipIf(needed && !postgres)(
    'a copy that ends half-way is opened by nobody and goes on when it is asked again',
    async () => {
      const from = await (await opener(source, 'from'))();
      const open = await opener(goal, 'to');
      await fill(from);
      let halves = 0;
      for (let nth = 1; ; nth += 3) {
        const to = await open(true);
        const ended = await copyDatabase(from, lostAt(to, nth), moving).then(
          () => 'whole',
          (error: Error) => error.message,
        );
        if (ended === 'whole') break;
        expect(ended).toBe('the power went');
        if (nth === 1) continue;
        halves += 1;
        await expect(open()).rejects.toThrow('The database is half-copied');
      }
      expect(halves).toBeGreaterThan(2);
      await expectTheSame(from, await open());
    },
  );
});

test('what is half-copied and the source has committed since is copied anew', async () => {
  const from = await sqlite('from');
  const to = await sqlite('to', true);
  await fill(from);
  await expect(copyDatabase(from, lostAt(to, 12), moving)).rejects.toThrow('the power went');
  const app = createStores(from, options).app(ACCOUNT, APP);
  await app.commit(toggle('a', by('ann', 300)));
  expect((await copyDatabase(from, to, moving)).resumed).toBe(true);
  await expectTheSame(from, to);
});

test('a target that is not empty is refused and stays as it is, also one half-copied from elsewhere', async () => {
  const from = await sqlite('from');
  const other = await sqlite('other');
  await fill(from);
  await fill(other);
  const before = await digests(other);
  await expect(copyDatabase(from, other, moving)).rejects.toThrow('The target is not empty');
  expect(await digests(other)).toEqual(before);

  const to = await sqlite('to', true);
  await expect(copyDatabase(from, lostAt(to, 5), moving)).rejects.toThrow('the power went');
  await expect(copyDatabase(other, to, moving)).rejects.toThrow('half-copied from another database');
});

test('a row that is not the same at the end is found, and the copy is not taken for whole', async () => {
  const from = await sqlite('from');
  const to = await sqlite('to', true);
  await fill(from);
  await expect(copyDatabase(from, lostAt(to, 9), moving)).rejects.toThrow('the power went');
  await to.transact(({ db }) => sql`update account_log set comment = 'meddled'`.execute(db));
  await to.transact(({ db }) => sql`update changelog set comment = 'meddled'`.execute(db));
  await expect(copyDatabase(from, to, moving)).rejects.toThrow('is not the same as what was read');
  await expect(sqlite('to')).rejects.toThrow('The database is half-copied');
});
