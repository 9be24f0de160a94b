import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clock, LIMITS, storesContract } from '../testing/contract.ts';
import { quiet } from '../testing/quiet-log.ts';
import { createTestDatabase, type TestDatabase, usePostgres } from '../testing/test-database.ts';
import { openPostgresStores } from './index.ts';

const options = { now: clock, log: quiet, limits: LIMITS };

describe.runIf(await usePostgres())('with a server', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  storesContract({ describe, test, expect }, 'PostgreSQL', async () => {
    await emptied(database.url);
    const stores = await openPostgresStores(database.url, options);
    const other = await openPostgresStores(database.url, options);
    return {
      stores,
      other,
      async close() {
        await Promise.all([stores.close(), other.close()]);
      },
    };
  });
});

/** Faster than a new schema for each test. */
const emptied = async (connectionString: string): Promise<void> => {
  const client = new pg.Client({ connectionString });
  await client.connect();
  const { rows } = await client.query<{ name: string }>(
    "select relname as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace and relname not in ('migration', 'database_identity')",
  );
  const statements = rows.map(({ name }) => `delete from ${name}`).join('; ');
  await client.query(`begin; set local session_replication_role = replica; ${statements}; commit`);
  await client.end();
};
