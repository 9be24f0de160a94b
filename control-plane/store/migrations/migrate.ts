import type { Kysely } from 'kysely';
import { Problem } from '../../model/problem.ts';
import { isMarker } from '../copy/marker.ts';
import type { Schema } from '../sql/schema.ts';
import { migrations } from './all.ts';
import type { ColumnTypes, Migration } from './migration.ts';

export interface MigrateOptions {
  readonly types: ColumnTypes;
  /** ISO 8601. */
  readonly at: string;
  readonly to?: readonly Migration[];
  /** Also a database that is half-copied. */
  readonly copying?: boolean;
}

/**
 * Brings the schema up to date. To be called inside one transaction under the dialect's lock, so that of several processes that
 * start at once one migrates and the others find it done.
 *
 * @returns the names of the migrations that were run now.
 * @throws Problem `unavailable` if the database has migrations that this release does not know, or is half-copied.
 */
export const migrate = async (
  db: Kysely<Schema>,
  { types, at, to = migrations, copying = false }: MigrateOptions,
): Promise<readonly string[]> => {
  await db.schema
    .createTable('migration')
    .ifNotExists()
    .addColumn('name', types.text, (c) => c.primaryKey().notNull())
    .addColumn('at', types.text, (c) => c.notNull())
    .execute();
  const done = new Set((await db.selectFrom('migration').select('name').execute()).map((row) => row.name));
  if (!copying && [...done].some(isMarker)) {
    throw new Problem('unavailable', {
      message:
        'The database is half-copied: a "halyard copy" into it has not ended. Give that command once more to finish it, or name another database.',
    });
  }
  const unknown = [...done]
    .filter((name) => !isMarker(name) && !to.some((migration) => migration.name === name))
    .sort();
  if (unknown.length > 0) {
    throw new Problem('unavailable', {
      message: `The database was written by a newer Halyard (it has the migration ${unknown.join(', ')}); start that release or a later one, or restore a backup made before the upgrade.`,
    });
  }
  const ran: string[] = [];
  for (const migration of to) {
    if (done.has(migration.name)) continue;
    await migration.up(db, types);
    await db.insertInto('migration').values({ name: migration.name, at }).execute();
    ran.push(migration.name);
  }
  return ran;
};
