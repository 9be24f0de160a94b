import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Stores } from '../port.ts';
import { openPostgresStores } from '../postgres/index.ts';
import { hashedLogText, verifyChain, webSha256 } from '../sql/audit.ts';
import { openSqliteStores } from '../sqlite/index.ts';
import { quiet } from '../testing/quiet-log.ts';
import { createTestDatabase, type TestDatabase, usePostgres } from '../testing/test-database.ts';
import { migrations } from './all.ts';

const options = { now: () => Date.UTC(2026, 0, 10), log: quiet };
const fixture = (schema: number, dialect: string): string =>
  readFileSync(new URL(`../testing/schemas/schema-${schema}.${dialect}.sql`, import.meta.url), 'utf8');

/** Those whose databases hold the same; upgrade.test.ts opens one of every schema. */
const EARLIER = [1, 2, 3];

/** What every fixture holds, whatever its schema. */
const expectTheFixture = async (stores: Stores): Promise<void> => {
  const app = stores.app('default', 'shop1');
  const checkout = await app.flag('new-checkout');
  expect(checkout?.version).toBe(2);
  expect(checkout?.definition.description).toBe("The new checkout's Pläne");
  expect((await app.flags({ limit: 10 })).items.map((flag) => flag.definition.key)).toEqual([
    'limit',
    'new-checkout',
  ]);
  const tagged = await app.flags({ limit: 10, tags: ['web'], state: 'enabled', q: 'PLÄNE' });
  expect(tagged.items).toEqual([checkout]);
  expect(await verifyChain(app.everyEntry())).toEqual({
    ok: true,
    length: 5,
    last: '567258d4847cd0acfcc4e053f137b0206d03c5231009f4ec5063dd1d86e82620',
  });
  const ramp = await app.changelog({ limit: 10, actor: 'ben', until: '2026-01-04T12:00:00.000Z' });
  expect(ramp.items.map((entry) => [entry.comment, entry.diff])).toEqual([
    ['ramp', { enabled: { from: false, to: true } }],
  ]);
  expect(await app.outbox.commits(0, 10)).toEqual([
    { version: 4, changes: [{ key: 'old-search', value: null }] },
  ]);
  expect(await stores.accounts.secret('default', 'another')).toBe('fixture-secret');
  expect((await stores.accounts.tokens('default')).map((token) => token.id).sort()).toEqual([
    'tok-ann',
    'tok-web',
  ]);

  const log = (await stores.accounts.accountLog('default', { limit: 10 })).items;
  expect(log.map(({ id, event }) => [id, event])).toEqual([
    ['4', 'app_created'],
    ['3', 'app_created'],
    ['2', 'token_created'],
    ['1', 'token_created'],
  ]);
  let previous: string | null = null;
  for (const { hash, ...entry } of log.toReversed()) {
    expect(hash).toBe(await webSha256(hashedLogText(entry, previous)));
    previous = hash;
  }
  expect(await stores.accounts.accountLogHead('default')).toEqual({ entries: 4, last_hash: previous });
  // A database that is older than histories has a name and epochs from now on, and may find its own heads without one.
  const standing = await app.outbox.standing();
  expect(standing?.history.epoch).toMatch(/^\d{13}-[0-9a-f]{16}$/);
  expect(standing?.hash).toBe('567258d4847cd0acfcc4e053f137b0206d03c5231009f4ec5063dd1d86e82620');
  expect((await stores.accounts.outbox('default').standing())?.version).toBe(4);
  expect(await stores.identity()).toEqual({ identity: standing?.history.identity, older: true });

  const write = {
    actor: { name: 'ann', token_id: 'tok-ann' },
    at: '2026-01-06T00:00:00.000Z',
    comment: null,
  };
  const after = { ...(checkout?.definition ?? { key: '' }), key: 'old-search', tags: ['back'] };
  const committed = await app.commit({
    keys: ['old-search'],
    decide: () => ({
      changes: [{ event: 'create', key: 'old-search', after: after as never }],
      answer: null,
    }),
    write,
  });
  expect(committed.replayed).toBe(undefined);
  expect((await app.flag('old-search'))?.version).toBe(3);
  expect((await verifyChain(app.everyEntry())).ok).toBe(true);
  await stores.accounts.deleteApp('default', 'api1', write);
  expect((await stores.accounts.accountLogHead('default'))?.entries).toBe(5);
};

describe('SQLite', () => {
  let path: string;
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'halyard-migrate-'));
    path = join(directory, 'halyard.db');
  });
  afterEach(() => rm(directory, { recursive: true }));

  test.each(EARLIER)('a database of schema %i is upgraded with everything in it', async (schema) => {
    const old = new DatabaseSync(path);
    old.exec(fixture(schema, 'sqlite'));
    old.close();
    const stores = await openSqliteStores(`file:${path}`, options);
    await expectTheFixture(stores);
    await stores.close();
  });

  test('migrations run once, also when two processes start at the same time', async () => {
    const old = new DatabaseSync(path);
    old.exec(fixture(1, 'sqlite'));
    old.close();
    const ran: object[] = [];
    const log = { ...quiet, info: (fields: object) => 'migrations' in fields && ran.push(fields) };
    const open = () => openSqliteStores(`file:${path}`, { ...options, log });
    const both = await Promise.all([open(), open()]);
    const again = await open();
    for (const stores of [...both, again]) await stores.close();
    expect(ran).toEqual([
      {
        migrations: migrations.slice(1).map(({ name }) => name),
      },
    ]);
  });

  test('a database of a newer release is refused, and left as it is', async () => {
    await (await openSqliteStores(`file:${path}`, options)).close();
    const newer = new DatabaseSync(path);
    newer.exec("insert into migration values ('9999-from-the-future', '2030-01-01T00:00:00.000Z')");
    newer.close();
    await expect(openSqliteStores(`file:${path}`, options)).rejects.toThrow(
      'The database was written by a newer Halyard (it has the migration 9999-from-the-future); start that release or a later one, or restore a backup made before the upgrade.',
    );
  });

  test('an upgrade that fails half-way leaves the old schema', async () => {
    const old = new DatabaseSync(path);
    old.exec(fixture(1, 'sqlite'));
    // The last thing that the second migration makes is in its way.
    old.exec('create table flag_tag (x text)');
    old.close();
    await expect(openSqliteStores(`file:${path}`, options)).rejects.toThrow('flag_tag');
    const after = new DatabaseSync(path);
    expect(after.prepare('select name from migration').all()).toEqual([{ name: '0001-first' }]);
    expect(after.prepare("select name from sqlite_schema where name = 'flag_state'").all()).toEqual([]);
    after.close();
  });
});

describe.runIf(await usePostgres())('PostgreSQL', () => {
  let database: TestDatabase;
  const query = async (sql: string): Promise<pg.QueryResult> => {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    try {
      return await client.query(sql);
    } finally {
      await client.end();
    }
  };
  beforeEach(async () => {
    database = await createTestDatabase();
  });
  afterEach(() => database.drop());

  test.each(EARLIER)('a database of schema %i is upgraded with everything in it', async (schema) => {
    await query(fixture(schema, 'postgres'));
    const stores = await openPostgresStores(database.url, options);
    await expectTheFixture(stores);
    await stores.close();
  });

  test('migrations run once, also when several processes start at the same time', async () => {
    const ran: object[] = [];
    const log = { ...quiet, info: (fields: object) => 'migrations' in fields && ran.push(fields) };
    const opened = await Promise.all(
      Array.from({ length: 4 }, () => openPostgresStores(database.url, { ...options, log })),
    );
    for (const stores of opened) await stores.close();
    expect(ran).toEqual([
      {
        migrations: migrations.map(({ name }) => name),
      },
    ]);
  });

  test('a database of a newer release is refused', async () => {
    await (await openPostgresStores(database.url, options)).close();
    await query("insert into migration values ('9999-from-the-future', '2030-01-01T00:00:00.000Z')");
    await expect(openPostgresStores(database.url, options)).rejects.toThrow(
      'The database was written by a newer Halyard (it has the migration 9999-from-the-future)',
    );
  });

  test('an upgrade that fails half-way leaves the old schema', async () => {
    await query(fixture(1, 'postgres'));
    await query('create table flag_tag (x text)');
    await expect(openPostgresStores(database.url, options)).rejects.toThrow('flag_tag');
    expect((await query('select name from migration')).rows).toEqual([{ name: '0001-first' }]);
    expect((await query("select to_regclass('flag_state') as made")).rows).toEqual([{ made: null }]);
  });
});
