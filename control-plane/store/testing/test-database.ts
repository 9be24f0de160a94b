import { randomBytes } from 'node:crypto';
import pg from 'pg';

const SERVER = process.env['HALYARD_TEST_POSTGRES_URL'] ?? 'postgres://root@127.0.0.1:5432/test';

/**
 * Whether tests should run against the server. In CI always: there a missing server is a failure.
 * Elsewhere without one they are skipped.
 */
export const usePostgres = async (): Promise<boolean> => {
  if (process.env['CI'] === 'true') return true;
  const client = new pg.Client({ connectionString: SERVER, connectionTimeoutMillis: 2_000 });
  try {
    await client.connect();
    await client.end();
    return true;
  } catch {
    console.warn(`No PostgreSQL at ${new URL(SERVER).host}: its tests are skipped.`);
    return false;
  }
};

export interface TestDatabase {
  readonly url: string;
  readonly name: string;
  /** Runs SQL on the server, outside the database. */
  admin(sql: string): Promise<void>;
  drop(): Promise<void>;
}

/** A new, empty database with a random name. */
export const createTestDatabase = async (): Promise<TestDatabase> => {
  const name = `halyard_test_${randomBytes(6).toString('hex')}`;
  await admin(`create database ${name}`);
  const url = new URL(SERVER);
  url.pathname = `/${name}`;
  return { url: url.href, name, admin, drop: () => admin(`drop database ${name} with (force)`) };
};

const admin = async (sql: string): Promise<void> => {
  const client = new pg.Client({ connectionString: SERVER });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
};
