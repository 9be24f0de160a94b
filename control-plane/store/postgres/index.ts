import { hash, randomUUID } from 'node:crypto';
import { Kysely, sql } from 'kysely';
import { Problem } from '../../model/problem.ts';
import { migrate } from '../migrations/migrate.ts';
import type { ColumnTypes } from '../migrations/migration.ts';
import type { Stores } from '../port.ts';
import type { Database } from '../sql/database.ts';
import { Listeners } from '../sql/listeners.ts';
import type { StoreLog } from '../sql/log.ts';
import type { Schema } from '../sql/schema.ts';
import { createStores, type StoresOptions, undelivered } from '../sql/stores.ts';
import { PgDialect } from './driver.ts';
import { Leadership, MIGRATION_LOCK } from './leadership.ts';
import { Notices } from './notices.ts';
import { createPool } from './pool.ts';
import { messageOf } from './problems.ts';
import { Transactions } from './transactions.ts';

export interface PostgresOptions extends StoresOptions {
  readonly log: StoreLog;
  /** Also a database that is half-copied, to go on with that. */
  readonly copying?: boolean;
}

const types: ColumnTypes = { text: sql`text`, integer: sql`bigint`, ordered: sql`text collate "C"` };

/**
 * Opens (and creates the tables of, or upgrades) a PostgreSQL database, version 13 or later. Any number of processes may share it.
 * The connection must keep its session (no transaction pooling): notices and leadership live in it.
 *
 * @throws Problem `unavailable` that says what to do if the server cannot be reached or the schema is of a newer release.
 */
export const openPostgresStores = async (url: string, options: PostgresOptions): Promise<Stores> =>
  createStores(await openPostgresDatabase(url, options), options);

export const openPostgresDatabase = async (
  url: string,
  { now, log, copying = false }: PostgresOptions,
): Promise<Database> => {
  const pool = createPool(url);
  const listeners = new Listeners(log);
  const db = new Kysely<Schema>({
    dialect: new PgDialect({ take: () => pool.connect(), give: (client) => client.release() }),
  });
  const notices = new Notices({
    url,
    process: randomUUID(),
    listeners,
    undelivered: () => undelivered({ db }),
    log,
  });
  const transactions = new Transactions({
    pool,
    notice: (places) => notices.notice(places),
    onCommit: (places) => listeners.tell(places),
    random: Math.random,
  });
  const leadership = new Leadership(url, log);

  const database: Database = {
    db,
    transact: (work) => transactions.transact(work),
    read: () => transactions.read(),
    onCommit: (listener) => listeners.add(listener),
    lead: (term) => leadership.lead(term),
    sha256: (text) => hash('sha256', text),
    pause: () => new Promise((resolve) => setImmediate(resolve)),
    async close() {
      await leadership.close();
      await notices.close();
      await pool.end();
    },
  };

  try {
    const ran = await database.transact(async (transaction) => {
      await sql`select pg_advisory_xact_lock(${MIGRATION_LOCK[0]}, ${MIGRATION_LOCK[1]})`.execute(
        transaction.db,
      );
      return migrate(transaction.db, { types, at: new Date(now()).toISOString(), copying });
    });
    if (ran.length > 0) log.info({ migrations: ran }, 'The database schema was brought up to date.');
  } catch (error) {
    await database.close();
    if (error instanceof Problem && !error.message.startsWith('PostgreSQL cannot be used')) throw error;
    throw new Problem('unavailable', {
      message: `The PostgreSQL database of HALYARD_DATABASE_URL cannot be opened (${messageOf(error)}); see that the server runs, that the database exists, and that the user may create tables in it.`,
    });
  }
  return database;
};
