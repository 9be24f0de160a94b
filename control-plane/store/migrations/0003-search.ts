import { type Kysely, sql } from 'kysely';
import type { Schema } from '../sql/schema.ts';
import type { ColumnTypes } from './migration.ts';

export const name = '0003-search';

/** What a list is searched in, beside the flags and not behind their definitions: a search reads all of it and little else. */
export const up = async (db: Kysely<Schema>, { text, ordered }: ColumnTypes): Promise<void> => {
  await db.schema
    .createTable('flag_text')
    .addColumn('account', text, (c) => c.notNull())
    .addColumn('app', text, (c) => c.notNull())
    .addColumn('key', ordered, (c) => c.notNull())
    .addColumn('search', text, (c) => c.notNull())
    .addPrimaryKeyConstraint('flag_text_pk', ['account', 'app', 'key'])
    .execute();
  await sql`insert into flag_text (account, app, key, search)
    select account, app, key, search from flag order by account, app, key`.execute(db);
};
