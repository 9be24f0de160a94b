import type { Kysely } from 'kysely';
import type { Schema } from '../sql/schema.ts';
import type { ColumnTypes } from './migration.ts';

export const name = '0008-projects';

/** Which apps are the environments of which project. */
export const up = async (db: Kysely<Schema>, { text, integer, ordered }: ColumnTypes): Promise<void> => {
  await db.schema
    .createTable('project')
    .addColumn('account', text, (c) => c.notNull())
    .addColumn('id', text, (c) => c.notNull())
    .addColumn('name', ordered, (c) => c.notNull())
    .addColumn('created_at', text, (c) => c.notNull())
    .addColumn('updated_at', text, (c) => c.notNull())
    .addColumn('updated_by', text, (c) => c.notNull())
    .addPrimaryKeyConstraint('project_key', ['account', 'id'])
    .addUniqueConstraint('project_name', ['account', 'name'])
    .execute();
  await db.schema
    .createTable('environment')
    .addColumn('account', text, (c) => c.notNull())
    .addColumn('project', text, (c) => c.notNull())
    .addColumn('key', ordered, (c) => c.notNull())
    .addColumn('app', text, (c) => c.notNull())
    .addColumn('rank', integer, (c) => c.notNull())
    .addColumn('production', integer, (c) => c.notNull())
    .addColumn('ephemeral', integer, (c) => c.notNull())
    .addColumn('expires_at', ordered)
    .addColumn('announced', integer, (c) => c.notNull())
    .addColumn('comment_required', integer, (c) => c.notNull())
    .addPrimaryKeyConstraint('environment_key', ['account', 'project', 'key'])
    .addUniqueConstraint('environment_app', ['account', 'app'])
    .execute();
};
