import type { Kysely } from 'kysely';
import type { Schema } from '../sql/schema.ts';

/**
 * Stands among the migrations while a database is half-copied, so that nothing opens it as if it were whole: older releases refuse
 * a migration that they do not know.
 */
const PREFIX = 'half-copied:';

export interface Marker {
  /** The identity of the database that it is copied from. */
  readonly source: string;
  /** What the source had committed. */
  readonly state: string;
}

export const isMarker = (name: string): boolean => name.startsWith(PREFIX);

export const findMarker = async (db: Kysely<Schema>): Promise<Marker | null> => {
  const rows = await db.selectFrom('migration').select('name').execute();
  const name = rows.map((row) => row.name).find(isMarker);
  const [source, state] = name?.slice(PREFIX.length).split(':') ?? [];
  return source === undefined || state === undefined ? null : { source, state };
};

export const setMarker = async (db: Kysely<Schema>, { source, state }: Marker, at: string): Promise<void> => {
  await removeMarker(db);
  await db
    .insertInto('migration')
    .values({ name: `${PREFIX}${source}:${state}`, at })
    .execute();
};

export const removeMarker = async (db: Kysely<Schema>): Promise<void> => {
  await db.deleteFrom('migration').where('name', 'like', `${PREFIX}%`).execute();
};
