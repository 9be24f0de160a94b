import { sql } from 'kysely';
import type { Identity } from '../port.ts';
import type { Database } from './database.ts';

/** The database's name as a column of any row. */
export const identity = sql<string | null>`(select identity from database_identity)`.as('identity');

export const identityOf = async ({ db }: Pick<Database, 'db'>): Promise<Identity> => {
  const row = await db.selectFrom('database_identity').selectAll().executeTakeFirstOrThrow();
  return { identity: row.identity, older: row.older === 1 };
};
