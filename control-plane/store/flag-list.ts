import { type Kysely, sql } from 'kysely';
import type { StoredFlag } from '../flags/change.ts';
import { CHUNK } from './chunks.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import type { FlagQuery, Page } from './port.ts';
import { type AppPlace, type FlagRow, flagColumns, flagOfRow } from './rows.ts';
import type { Schema } from './schema.ts';
import { tagText } from './tags.ts';

const FLAG_KEY = /^[A-Za-z0-9_-]{1,128}$/;

export const pageOfFlags = async (
  db: Kysely<Schema>,
  place: AppPlace,
  query: FlagQuery,
): Promise<Page<StoredFlag>> => {
  const { limit, tag } = query;
  const after = query.after === undefined ? '' : decodeCursor(query.after, FLAG_KEY);
  // One more than asked for tells whether there is a next page.
  const wanted = limit + 1;
  const rows =
    tag === undefined
      ? await flagRows(db, place, query).where('key', '>', after).limit(wanted).execute()
      : await taggedRows(db, place, { ...query, tag }, after, wanted);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.map(flagOfRow),
    next: rows.length > limit && last !== undefined ? encodeCursor(last.key) : null,
  };
};

const flagRows = (db: Kysely<Schema>, { account, app }: AppPlace, { q, state }: FlagQuery) => {
  let rows = db
    .selectFrom('flag')
    .select(flagColumns)
    .where('account', '=', account)
    .where('app', '=', app)
    .orderBy('key');
  if (state !== undefined) rows = rows.where('enabled', '=', state === 'enabled' ? 1 : 0);
  if (q !== undefined && q !== '') {
    // REPLACE is a plain substring test that both dialects have; LIKE would give meaning to % and _.
    rows = rows.where(sql<boolean>`replace(search, ${q.toLowerCase()}, '') <> search`);
  }
  return rows;
};

/** Keys of the tag first, then their flags: a join's cost would hang on what the planner believes of tables that just grew. */
const taggedRows = async (
  db: Kysely<Schema>,
  place: AppPlace,
  query: FlagQuery & { readonly tag: string },
  after: string,
  wanted: number,
): Promise<readonly FlagRow[]> => {
  const rows: FlagRow[] = [];
  for (let from = after; ; ) {
    const tagged: readonly { readonly key: string }[] = await db
      .selectFrom('flag_tag')
      .select('key')
      .where('account', '=', place.account)
      .where('app', '=', place.app)
      .where('tag', '=', tagText(query.tag))
      .where('key', '>', from)
      .orderBy('key')
      .limit(rows.length === 0 ? wanted : CHUNK)
      .execute();
    const last = tagged.at(-1);
    if (last === undefined) return rows;
    const found = await flagRows(db, place, query)
      .where(
        'key',
        'in',
        tagged.map((row) => row.key),
      )
      // The bounds say no more than the list, but every planner reads just the piece of the index between them.
      .where('key', '>', from)
      .where('key', '<=', last.key)
      .limit(wanted - rows.length)
      .execute();
    rows.push(...found);
    if (rows.length === wanted) return rows;
    from = last.key;
  }
};
