import { DatabaseSync } from 'node:sqlite';
import { Kysely } from 'kysely';
import type { ConsistentRead } from '../sql/database.ts';
import type { Schema } from '../sql/schema.ts';
import { openReader, openWriter } from './connect.ts';
import type { Connection } from './connection.ts';
import { NodeSqliteDialect } from './driver.ts';
import { ConnectionElsewhere } from './elsewhere.ts';
import { ConnectionHere } from './here.ts';

/** Where a SQLite database lives, and what that means for who writes and who reads. */
export interface Location {
  readonly writing: Connection;
  /** `writer.open()` is pending while a transaction is open on the writing connection. */
  reading(open: () => Promise<void> | undefined): Kysely<Schema>;
  read(open: () => Promise<void> | undefined): Promise<ConsistentRead>;
}

/** In a file readers have connections of their own, and see what is committed. */
export const inFile = async (path: string): Promise<Location> => ({
  writing: await ConnectionElsewhere.open(path),
  reading: () => new Kysely({ dialect: new NodeSqliteDialect(new ConnectionHere(openReader(path))) }),
  async read() {
    const connection = openReader(path);
    // Its transaction goes on showing the state that its first query sees.
    connection.exec('begin');
    return consistent(connection);
  },
});

/** In memory there is one connection: reads wait until no transaction is open on it, and long ones have a copy. */
export const inMemory = (): Location => {
  const database = openWriter(null);
  const connection = new ConnectionHere(database);
  return {
    writing: connection,
    reading: (open) => new Kysely({ dialect: new NodeSqliteDialect(connection, open) }),
    async read(open) {
      await open();
      const copy = new DatabaseSync(':memory:');
      copy.deserialize(database.serialize());
      return consistent(copy);
    },
  };
};

const consistent = (database: DatabaseSync): ConsistentRead => {
  const db = new Kysely<Schema>({ dialect: new NodeSqliteDialect(new ConnectionHere(database)) });
  return { db, end: () => db.destroy() };
};
