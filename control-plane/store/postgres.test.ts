import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clock, LIMITS, storesContract } from './contract.ts';
import { createTestDatabase, type TestDatabase, usePostgres } from './postgres/test-database.ts';
import { openPostgresStores } from './postgres.ts';
import { quiet } from './test-log.ts';

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

const emptied = async (connectionString: string): Promise<void> => {
  const client = new pg.Client({ connectionString });
  await client.connect();
  await client.query('drop schema public cascade; create schema public');
  await client.end();
};
