import type { Kysely } from 'kysely';
import type { Schema } from '../sql/schema.ts';
import type { ColumnTypes } from './migration.ts';

export const name = '0006-segments';

/** Segments, what names what, and whether failing tests refuse a write. What is stored needs no other form: it names nothing. */
export const up = async (db: Kysely<Schema>, { text, integer, ordered }: ColumnTypes): Promise<void> => {
  await db.schema
    .createTable('segment')
    .addColumn('account', text, (c) => c.notNull())
    .addColumn('app', text, (c) => c.notNull())
    .addColumn('key', ordered, (c) => c.notNull())
    .addColumn('version', integer, (c) => c.notNull())
    .addColumn('created_at', text, (c) => c.notNull())
    .addColumn('updated_at', text, (c) => c.notNull())
    .addColumn('updated_by', text, (c) => c.notNull())
    .addColumn('search', text, (c) => c.notNull())
    .addColumn('definition', text, (c) => c.notNull())
    .addPrimaryKeyConstraint('segment_key', ['account', 'app', 'key'])
    .execute();
  await db.schema
    .createTable('reference')
    .addColumn('account', text, (c) => c.notNull())
    .addColumn('app', text, (c) => c.notNull())
    .addColumn('from_kind', text, (c) => c.notNull())
    .addColumn('from_key', ordered, (c) => c.notNull())
    .addColumn('place', text, (c) => c.notNull())
    .addColumn('rule', text)
    .addColumn('to_kind', text, (c) => c.notNull())
    .addColumn('to_key', ordered, (c) => c.notNull())
    .addColumn('variations', text, (c) => c.notNull())
    .addPrimaryKeyConstraint('reference_key', ['account', 'app', 'from_kind', 'from_key', 'place'])
    .execute();
  await db.schema
    .createIndex('reference_to')
    .on('reference')
    .columns(['account', 'app', 'to_kind', 'to_key', 'from_kind', 'from_key'])
    .execute();
  await db.schema.alterTable('changelog').addColumn('affects', text).execute();
  await db.schema
    .alterTable('app')
    .addColumn('tests', text, (c) => c.notNull().defaultTo('warn'))
    .execute();
};
