import type { Kysely } from 'kysely';
import type { Schema } from '../sql/schema.ts';
import type { ColumnTypes } from './migration.ts';

export const name = '0007-contexts';

/** The contexts that people of an app keep to see what a change does to them. */
export const up = async (db: Kysely<Schema>, { text, ordered }: ColumnTypes): Promise<void> => {
  await db.schema
    .createTable('saved_context')
    .addColumn('account', text, (c) => c.notNull())
    .addColumn('app', text, (c) => c.notNull())
    .addColumn('name', ordered, (c) => c.notNull())
    .addColumn('context', text, (c) => c.notNull())
    .addColumn('updated_at', text, (c) => c.notNull())
    .addColumn('updated_by', text, (c) => c.notNull())
    .addPrimaryKeyConstraint('saved_context_key', ['account', 'app', 'name'])
    .execute();
};
