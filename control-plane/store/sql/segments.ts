import { type Kysely, sql } from 'kysely';
import type { StoredSegment } from '../../model/segment.ts';
import type { Page, SegmentQuery } from '../port.ts';
import { CHUNK, chunks } from './chunks.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import type { Writes } from './plan.ts';
import { type AppPlace, segmentColumns, segmentOfRow, segmentRow } from './rows.ts';
import type { Schema } from './schema.ts';

const SEGMENT_KEY = /^[A-Za-z0-9_-][A-Za-z0-9_.:|-]{0,127}$/;

export const segmentRows = (db: Kysely<Schema>, { account, app }: AppPlace) =>
  db.selectFrom('segment').select(segmentColumns).where('account', '=', account).where('app', '=', app);

/** Those that are there. */
export const segmentsIn = async (
  db: Kysely<Schema>,
  place: AppPlace,
  keys: readonly string[] | 'all',
): Promise<ReadonlyMap<string, StoredSegment>> => {
  const found = new Map<string, StoredSegment>();
  if (keys === 'all') {
    for await (const segment of everySegment(db, place)) found.set(segment.definition.key, segment);
    return found;
  }
  for (const chunk of chunks(keys)) {
    for (const row of await segmentRows(db, place).where('key', 'in', chunk).execute()) {
      found.set(row.key, segmentOfRow(row));
    }
  }
  return found;
};

export const countSegments = async (db: Kysely<Schema>, { account, app }: AppPlace): Promise<number> => {
  const row = await db
    .selectFrom('segment')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('account', '=', account)
    .where('app', '=', app)
    .executeTakeFirst();
  // PostgreSQL counts in 64 bits.
  return Number(row?.count ?? 0);
};

/** In order of keys. */
export async function* everySegment(db: Kysely<Schema>, place: AppPlace): AsyncGenerator<StoredSegment> {
  for (let after = ''; ; ) {
    const rows = await segmentRows(db, place).where('key', '>', after).orderBy('key').limit(CHUNK).execute();
    const last = rows.at(-1);
    if (last === undefined) return;
    yield* rows.map(segmentOfRow);
    after = last.key;
  }
}

export const pageOfSegments = async (
  db: Kysely<Schema>,
  place: AppPlace,
  { limit, after, q = '' }: SegmentQuery,
): Promise<Page<StoredSegment>> => {
  let query = segmentRows(db, place)
    .where('key', '>', after === undefined ? '' : decodeCursor('segments', after, SEGMENT_KEY))
    .orderBy('key')
    .limit(limit + 1);
  const text = q.toLowerCase();
  // REPLACE is a plain substring test that every dialect has.
  if (text !== '') query = query.where(sql<boolean>`replace(search, ${text}, '') <> search`);
  const rows = await query.execute();
  const last = rows.slice(0, limit).at(-1);
  return {
    items: rows.slice(0, limit).map(segmentOfRow),
    next: rows.length > limit && last !== undefined ? encodeCursor('segments', last.key) : null,
  };
};

export const writeSegments = async (
  db: Kysely<Schema>,
  place: AppPlace,
  { segments }: Pick<Writes, 'segments'>,
): Promise<void> => {
  const { account, app } = place;
  const kept = [...segments.values()].flatMap(({ now }) => now ?? []);
  for (const chunk of chunks(kept)) {
    await db
      .insertInto('segment')
      .values(chunk.map((row) => segmentRow(place, row)))
      .onConflict((conflict) =>
        conflict.columns(['account', 'app', 'key']).doUpdateSet((eb) => ({
          version: eb.ref('excluded.version'),
          created_at: eb.ref('excluded.created_at'),
          updated_at: eb.ref('excluded.updated_at'),
          updated_by: eb.ref('excluded.updated_by'),
          search: eb.ref('excluded.search'),
          definition: eb.ref('excluded.definition'),
          digest: eb.ref('excluded.digest'),
        })),
      )
      .execute();
  }
  const gone = [...segments].filter(([, { now }]) => now === null).map(([key]) => key);
  for (const keys of chunks(gone)) {
    await db
      .deleteFrom('segment')
      .where('account', '=', account)
      .where('app', '=', app)
      .where('key', 'in', keys)
      .execute();
  }
};
