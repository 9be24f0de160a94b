import { Kysely, sql } from 'kysely';
import { migrate } from '../migrations/migrate.ts';
import type { ColumnTypes } from '../migrations/migration.ts';
import type { Place, Stores } from '../port.ts';
import { webSha256 } from '../sql/audit.ts';
import type { Database, Transaction } from '../sql/database.ts';
import { Listeners } from '../sql/listeners.ts';
import type { StoreLog } from '../sql/log.ts';
import type { Schema } from '../sql/schema.ts';
import { createStores, type StoresOptions } from '../sql/stores.ts';
import { DurableObjectDialect } from './dialect.ts';
import { type ObjectStorage, TEXT_BYTES } from './storage.ts';
import { leadAlone } from './terms.ts';

export type { ObjectStorage };

export interface DurableObjectOptions extends StoresOptions {
  readonly log: StoreLog;
  /** Runs inside every transaction with something to deliver, before it is committed: where the alarm is set that delivers it. */
  readonly announced?: () => Promise<void>;
}

const types: ColumnTypes = { text: sql`text`, integer: sql`integer`, ordered: sql`text` };

/**
 * Opens (and creates the tables of, or upgrades) the SQLite database of a Durable Object.
 *
 * A call that resolves is durable before anybody outside the object can learn of it: the object's output gate holds back answers,
 * messages and requests until what was written before them is on disk. Nothing else happens in the object while a transaction is
 * open, so no transaction may wait for a timer or for the network.
 *
 * @throws Problem `unavailable` if the database is of a newer release.
 */
export const openDurableObjectStores = async (
  storage: ObjectStorage,
  options: DurableObjectOptions,
): Promise<Stores> => createStores(await openDurableObjectDatabase(storage, options), options);

/** As `openDurableObjectStores`, for who needs the tables themselves too. */
export const openDurableObjectDatabase = async (
  storage: ObjectStorage,
  options: DurableObjectOptions,
): Promise<Database> => {
  const { now, log } = options;
  const database = createDatabase(storage, options);
  const ran = await database.transact(({ db }) => migrate(db, { types, at: new Date(now()).toISOString() }));
  if (ran.length > 0) log.info({ migrations: ran }, 'The database schema was brought up to date.');
  return database;
};

const createDatabase = (storage: ObjectStorage, { log, announced }: DurableObjectOptions): Database => {
  const listeners = new Listeners(log);
  const db = new Kysely<Schema>({ dialect: new DurableObjectDialect(storage.sql) });

  const transact = async <T>(work: (transaction: Transaction) => Promise<T>): Promise<T> => {
    const places: Place[] = [];
    const announce = (place: Place): void => {
      places.push(place);
    };
    const transaction = { db, rowLocks: false, textBytes: TEXT_BYTES, announce };
    const value = await storage.transaction(async () => {
      const answer = await work(transaction);
      if (places.length > 0) await announced?.();
      return answer;
    });
    listeners.tell(places);
    return value;
  };

  return {
    db,
    transact,
    // Queries are answered at once and a transaction begins in a turn of its own, so nothing comes between reads in a row.
    read: async () => ({ db, end: async () => {} }),
    onCommit: (listener) => listeners.add(listener),
    lead: (term) => leadAlone(term, log),
    sha256: webSha256,
    // Timers do not fire while a transaction is open.
    pause: async () => {},
    close: async () => {},
  };
};
