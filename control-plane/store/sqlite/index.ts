import { hash } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import { migrate } from '../migrations/migrate.ts';
import type { ColumnTypes } from '../migrations/migration.ts';
import type { Stores } from '../port.ts';
import type { Database } from '../sql/database.ts';
import { Listeners } from '../sql/listeners.ts';
import type { StoreLog } from '../sql/log.ts';
import type { Schema } from '../sql/schema.ts';
import { createStores, type StoresOptions, undelivered } from '../sql/stores.ts';
import { pathOfUrl } from './connect.ts';
import { Leadership } from './leadership.ts';
import { inFile, inMemory } from './location.ts';
import { Neighbours } from './neighbours.ts';
import { Presence } from './presence.ts';
import { tighten } from './private-files.ts';
import { Reserve } from './reserve.ts';
import { turn } from './turns.ts';
import { Writer } from './writer.ts';

export { backupSqlite, restoreSqlite } from './backup.ts';

export interface SqliteOptions extends StoresOptions {
  readonly log: StoreLog;
  /** Also a database that is half-copied, to go on with that. */
  readonly copying?: boolean;
}

const types: ColumnTypes = { text: sql`text`, integer: sql`integer`, ordered: sql`text` };

/**
 * Opens (and creates or upgrades) a SQLite database: `file:PATH` or `:memory:`.
 *
 * One server a file: it holds the leadership, and others that run on the same file wait for it. Short-lived processes (a token made
 * on the command line, a backup) may write and read beside it at any time.
 *
 * @throws Problem that says what to do: the directory cannot be written, the file is damaged, another program's or newer.
 */
export const openSqliteStores = async (url: string, options: SqliteOptions): Promise<Stores> => {
  const database = await openSqliteDatabase(url, options);
  return createStores(database, options);
};

export const openSqliteDatabase = async (
  url: string,
  { now, log, copying = false }: SqliteOptions,
): Promise<Database> => {
  const path = pathOfUrl(url);
  if (path !== null) tighten(path, log);
  const location = path === null ? inMemory() : await inFile(path);
  const file = path === null ? null : { presence: new Presence(path), reserve: new Reserve(path, log) };
  const listeners = new Listeners(log);
  const writer = new Writer(location.writing, file, (places) => listeners.tell(places));
  const open = () => writer.open();
  let db: Kysely<Schema>;
  try {
    const ran = await writer.transact((transaction) =>
      migrate(transaction.db, { types, at: new Date(now()).toISOString(), copying }),
    );
    if (ran.length > 0) log.info({ migrations: ran }, 'The database schema was brought up to date.');
    db = location.reading(open);
  } catch (error) {
    await writer.close();
    throw error;
  }
  const leadership = new Leadership(path === null ? null : `${path}-leader`, log);
  const neighbours = new Neighbours(listeners, db, () => undelivered({ db }));

  return {
    db,
    transact: (work) => writer.transact(work),
    read: () => location.read(open),
    refuseMisplaced: () => file?.presence.check(),
    onCommit: (listener) => listeners.add(listener),
    lead: (term) => {
      file?.reserve.keep();
      return leadership.lead(term);
    },
    sha256: (text) => hash('sha256', text),
    pause: turn,
    async close() {
      neighbours.close();
      await leadership.close();
      await writer.close();
      await db.destroy();
    },
  };
};
