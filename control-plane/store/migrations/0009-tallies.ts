import type { Kysely } from 'kysely';
import type { Schema } from '../sql/schema.ts';
import type { ColumnTypes } from './migration.ts';

export const name = '0009-tallies';

/** What was evaluated: counts beside the audit, when each variation was last served, and how far each reporter's reports were taken. */
export const up = async (db: Kysely<Schema>, { text, integer, ordered }: ColumnTypes): Promise<void> => {
  await db.schema
    .createTable('tally')
    .addColumn('account', text, (c) => c.notNull())
    .addColumn('app', text, (c) => c.notNull())
    .addColumn('flag', ordered, (c) => c.notNull())
    .addColumn('day', ordered, (c) => c.notNull())
    .addColumn('variation', text, (c) => c.notNull())
    .addColumn('reason', text, (c) => c.notNull())
    .addColumn('kind', text, (c) => c.notNull())
    .addColumn('hours', text, (c) => c.notNull())
    .addPrimaryKeyConstraint('tally_key', ['account', 'app', 'flag', 'day', 'variation', 'reason', 'kind'])
    .execute();
  await db.schema
    .createTable('variation_use')
    .addColumn('account', text, (c) => c.notNull())
    .addColumn('app', text, (c) => c.notNull())
    .addColumn('flag', ordered, (c) => c.notNull())
    .addColumn('variation', text, (c) => c.notNull())
    .addColumn('evaluated_at', text)
    .addColumn('delivered_at', text)
    .addPrimaryKeyConstraint('variation_use_key', ['account', 'app', 'flag', 'variation'])
    .execute();
  await db.schema
    .createTable('reporter')
    .addColumn('account', text, (c) => c.notNull())
    .addColumn('app', text, (c) => c.notNull())
    .addColumn('reporter', text, (c) => c.notNull())
    .addColumn('epoch', integer, (c) => c.notNull())
    .addColumn('seq', integer, (c) => c.notNull())
    .addColumn('at', text, (c) => c.notNull())
    .addPrimaryKeyConstraint('reporter_key', ['account', 'app', 'reporter'])
    .execute();
};
