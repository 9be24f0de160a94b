import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createMemoryCache } from '@halyard/caches/memory';
import { sql } from 'kysely';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { mintSecret, sha256Hex, systemRandom } from './access/secret.ts';
import { createControlPlane } from './api/control-plane.ts';
import { accountTrailIn, appTrailIn, keptApps, verifyAccount, verifyApp } from './audit/index.ts';
import { isTable } from './store/copy/tables.ts';
import { migrations } from './store/migrations/all.ts';
import type { Stores } from './store/port.ts';
import { openPostgresDatabase } from './store/postgres/index.ts';
import type { Database } from './store/sql/database.ts';
import { createStores } from './store/sql/stores.ts';
import { openSqliteDatabase } from './store/sqlite/index.ts';
import { quiet } from './store/testing/quiet-log.ts';
import { createTestDatabase, type TestDatabase, usePostgres } from './store/testing/test-database.ts';

const NOW = Date.UTC(2026, 0, 10);
const options = { now: () => NOW, log: quiet };
const SCHEMAS = migrations.map((_, index) => index + 1);

const fileOf = (schema: number, dialect: string): URL =>
  new URL(`store/testing/schemas/schema-${schema}.${dialect}.sql`, import.meta.url);

/** A dump of a database as the release with this schema left it. */
const fixture = (schema: number, dialect: string): string => {
  const file = fileOf(schema, dialect);
  if (existsSync(file)) return readFileSync(file, 'utf8');
  throw new Error(
    `Schema ${schema} (${migrations[schema - 1]?.name}) has no database to upgrade from later; give each new table a row in store/testing/schemas/full.ts, run "npm run fixtures" and commit what it writes.`,
  );
};

type Counts = Readonly<Record<string, number>>;

/** The upgraded database has every row, a trail that is good, and serves as a new one does. */
const expectUpgraded = async (database: Database, before: Counts, schema: number): Promise<void> => {
  for (const [table, rows] of Object.entries(before)) {
    if (table === 'migration') continue;
    const counted = await sql<{ n: number }>`select count(*) as n from ${sql.table(table)}`.execute(
      database.db,
    );
    expect([table, Number(counted.rows[0]?.n)]).toEqual([table, rows]);
  }
  const stores = createStores(database, options);
  const [account] = await stores.accounts.accounts();
  const accountId = account?.id ?? '';
  await expectGoodTrail(stores, accountId);
  await expectServing(stores, accountId, schema);
  await expectGoodTrail(stores, accountId);
};

const expectGoodTrail = async (stores: Stores, account: string): Promise<void> => {
  const log = accountTrailIn(stores, account);
  expect((await verifyAccount(log, NOW)).findings).toEqual([]);
  const kept = await keptApps(log.newestFirst(), new Date(NOW).toISOString());
  const apps = [...(await stores.accounts.apps(account)), ...kept];
  expect(apps.length).toBeGreaterThan(1);
  for (const app of apps) {
    const { findings, entries } = await verifyApp(app, appTrailIn(stores.app(account, app.id)));
    expect([app.id, findings]).toEqual([app.id, []]);
    if (app.name === 'shop') expect(entries).toBeGreaterThan(4);
  }
};

/** Through the API, with a token that was made after the upgrade. */
const expectServing = async (stores: Stores, account: string, schema: number): Promise<void> => {
  const cache = createMemoryCache({ now: () => NOW });
  const controlPlane = createControlPlane({ ...options, stores, cache, account, publicUrl: null });
  await controlPlane.start();
  const secret = mintSecret('hly_', systemRandom);
  await stores.accounts.createToken(
    account,
    {
      id: 'after',
      hash: await sha256Hex(secret),
      name: 'after the upgrade',
      permission: 'admin',
      app_ids: null,
      allowed_origins: null,
      expires_at: null,
    },
    { actor: { name: 'ann', token_id: '' }, at: new Date(NOW).toISOString(), comment: null },
  );
  const app = (await stores.accounts.apps(account)).find(({ name }) => name === 'shop')?.id;
  const ask = async (method: string, path: string, body?: object) => {
    const answer = await controlPlane.app.request(
      `/client/v4/accounts/${account}/flagship/apps/${app}${path}`,
      {
        method,
        headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      },
    );
    return { status: answer.status, json: JSON.parse(await answer.text()) };
  };
  const list = await ask('GET', '/flags');
  expect(list.json.result.map(({ key }: { key: string }) => key)).toEqual(['limit', 'new-checkout']);
  const evaluated = async (flag: string) =>
    (await ask('GET', `/evaluate?flagKey=${flag}&targetingKey=ada&plan=pro`)).json;
  expect(await evaluated('new-checkout')).toMatchObject({ value: schema >= 4 });
  expect(await evaluated('limit')).toMatchObject({ value: schema < 4 ? 1 : 10.5 });
  expect(await ask('PATCH', '/flags/limit', { enabled: true })).toMatchObject({
    status: 200,
  });
  expect(await ask('POST', '/segments', { key: 'after', include: ['ada'] })).toMatchObject({ status: 201 });
  expect((await ask('GET', '/flags/limit/changelog')).json.result[0]).toMatchObject({ event: 'update' });
  await controlPlane.close();
  await cache.close();
};

describe('SQLite', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'halyard-upgrade-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  const old = (schema: number): { path: string; counts: Counts } => {
    const path = join(directory, `${schema}.db`);
    const file = new DatabaseSync(path);
    file.exec(fixture(schema, 'sqlite'));
    const tables = file.prepare("select name from sqlite_schema where type = 'table'").all();
    const counts = tables.map(({ name }) => [
      String(name),
      Number(file.prepare(`select count(*) as n from "${name}"`).get()?.['n']),
    ]);
    file.close();
    return { path, counts: Object.fromEntries(counts) };
  };
  const shapeOf = (path: string): unknown => {
    const file = new DatabaseSync(path);
    const columns = file
      .prepare(
        `select s.name as "table", c.name, c.type, c."notnull", c.dflt_value, c.pk from sqlite_schema s, pragma_table_info(s.name) c
         where s.type = 'table' order by 1, c.cid`,
      )
      .all();
    const indexes = file
      .prepare("select name, sql from sqlite_schema where type = 'index' order by name")
      .all();
    file.close();
    return { columns, indexes };
  };

  test.each(SCHEMAS)(
    'a database of schema %i opens with everything in it, its trail is good, and it serves',
    async (schema) => {
      const { path, counts } = old(schema);
      const database = await openSqliteDatabase(`file:${path}`, options);
      await expectUpgraded(database, counts, schema).finally(() => database.close());
    },
  );

  test('an upgraded database has the tables, columns and indexes of a new one', async () => {
    const fresh = join(directory, 'fresh.db');
    await (await openSqliteDatabase(`file:${fresh}`, options)).close();
    for (const schema of SCHEMAS) {
      const { path } = old(schema);
      await (await openSqliteDatabase(`file:${path}`, options)).close();
      expect(shapeOf(path)).toEqual(shapeOf(fresh));
    }
  });

  test('the newest fixture is what the migrations make now, with a row in every table', async () => {
    const { path, counts } = old(migrations.length);
    const fresh = join(directory, 'fresh.db');
    await (await openSqliteDatabase(`file:${fresh}`, options)).close();
    expect(shapeOf(path), 'run "npm run fixtures"').toEqual(shapeOf(fresh));
    for (const [table, rows] of Object.entries(counts)) {
      expect([table, isTable(table), rows > 0]).toEqual([table, true, true]);
    }
  });
});

describe.runIf(await usePostgres())('PostgreSQL', () => {
  let empty: TestDatabase;
  beforeEach(async () => {
    empty = await createTestDatabase();
  });
  afterEach(() => empty.drop());

  const old = async (schema: number): Promise<Counts> => {
    const client = new pg.Client({ connectionString: empty.url });
    await client.connect();
    try {
      await client.query(fixture(schema, 'postgres'));
      const tables = await client.query("select tablename from pg_tables where schemaname = 'public'");
      const counts: [string, number][] = [];
      for (const { tablename } of tables.rows) {
        const counted = await client.query(`select count(*) as n from public."${tablename}"`);
        counts.push([tablename, Number(counted.rows[0].n)]);
      }
      return Object.fromEntries(counts);
    } finally {
      await client.end();
    }
  };

  test.each(SCHEMAS)(
    'a database of schema %i opens with everything in it, its trail is good, and it serves',
    async (schema) => {
      const counts = await old(schema);
      const database = await openPostgresDatabase(empty.url, options);
      await expectUpgraded(database, counts, schema).finally(() => database.close());
    },
  );

  test('the newest fixture is of the newest schema, with a row in every table', async () => {
    const counts = await old(migrations.length);
    const database = await openPostgresDatabase(empty.url, {
      ...options,
      log: { ...quiet, info: (_, message) => expect(message).toBe('nothing to migrate') },
    });
    await database.close();
    for (const [table, rows] of Object.entries(counts)) {
      expect([table, isTable(table), rows > 0]).toEqual([table, true, true]);
    }
  });
});
