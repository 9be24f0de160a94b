import type { Kysely } from 'kysely';
import type { Schema } from '../sql/schema.ts';
import type { ColumnTypes } from './migration.ts';

export const name = '0010-imported';

/** What the last import from another vendor said of each flag and segment: what people changed since is told by it. */
export const up = async (db: Kysely<Schema>, { text, ordered }: ColumnTypes): Promise<void> => {
  await db.schema
    .createTable('imported')
    .addColumn('account', text, (c) => c.notNull())
    .addColumn('app', text, (c) => c.notNull())
    .addColumn('name', ordered, (c) => c.notNull())
    .addColumn('said', text, (c) => c.notNull())
    .addPrimaryKeyConstraint('imported_pk', ['account', 'app', 'name'])
    .execute();
};
