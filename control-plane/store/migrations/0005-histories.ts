import { newEpoch } from '@halyard/caches';
import { type Kysely, sql } from 'kysely';
import type { Schema } from '../sql/schema.ts';
import type { ColumnTypes } from './migration.ts';

export const name = '0005-histories';

/** The database gets a name of its own, each app and account an epoch, and what waits in the outbox the entries it stands between. */
export const up = async (db: Kysely<Schema>, { text, integer }: ColumnTypes): Promise<void> => {
  await db.schema
    .createTable('database_identity')
    .addColumn('identity', text, (c) => c.primaryKey().notNull())
    // Whether the database is older than identities: then a head in a cache that says none may be its own.
    .addColumn('older', integer, (c) => c.notNull())
    .execute();
  for (const table of ['account', 'app']) {
    await db.schema
      .alterTable(table)
      .addColumn('epoch', text, (c) => c.notNull().defaultTo(''))
      .execute();
  }
  await db.schema.alterTable('account').addColumn('space_hash', text).execute();
  await db.schema.alterTable('outbox').addColumn('hash', text).execute();
  await db.schema.alterTable('outbox').addColumn('parent', text).execute();

  const accounts = (await sql<{ id: string }>`select id from account`.execute(db)).rows;
  const apps = (await sql<{ account: string; id: string }>`select account, id from app`.execute(db)).rows;
  const now = Date.now();
  for (const { id } of accounts) {
    await sql`update account set epoch = ${newEpoch(now)} where id = ${id}`.execute(db);
  }
  for (const { account, id } of apps) {
    await sql`update app set epoch = ${newEpoch(now)} where account = ${account} and id = ${id}`.execute(db);
  }
  await sql`insert into database_identity (identity, older)
    values (${crypto.randomUUID()}, ${accounts.length > 0 ? 1 : 0})`.execute(db);
};
