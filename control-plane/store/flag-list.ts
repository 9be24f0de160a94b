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
  const { limit, tag, q = '' } = query;
  const after = query.after === undefined ? '' : decodeCursor(query.after, FLAG_KEY);
  // One more than asked for tells whether there is a next page.
  const wanted = limit + 1;
  const rows =
    tag === undefined && q === ''
      ? await flagRows(db, place, query).where('key', '>', after).limit(wanted).execute()
      : await foundRows(db, place, query, after, wanted);
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
  // With a tag too it has not chosen the keys yet.
  if (q !== undefined && q !== '') rows = rows.where(holds(q));
  return rows;
};

/** REPLACE is a plain substring test that every dialect has; LIKE would give meaning to % and _, and Durable Objects cut it at 50 bytes. */
const holds = (q: string) => sql<boolean>`replace(search, ${q.toLowerCase()}, '') <> search`;

/** Keys after one that have the tag, or else hold the text, in order. */
const foundKeys = (
  db: Kysely<Schema>,
  { account, app }: AppPlace,
  { tag, q = '' }: FlagQuery,
  after: string,
  limit: number,
): Promise<readonly { readonly key: string }[]> => {
  if (tag === undefined) {
    return db
      .selectFrom('flag_text')
      .select('key')
      .where('account', '=', account)
      .where('app', '=', app)
      .where('key', '>', after)
      .where(holds(q))
      .orderBy('key')
      .limit(limit)
      .execute();
  }
  return db
    .selectFrom('flag_tag')
    .select('key')
    .where('account', '=', account)
    .where('app', '=', app)
    .where('tag', '=', tagText(tag))
    .where('key', '>', after)
    .orderBy('key')
    .limit(limit)
    .execute();
};

/**
 * Keys first, from a table made for finding them, then their flags: a join's cost would hang on what the planner believes of tables
 * that just grew.
 */
const foundRows = async (
  db: Kysely<Schema>,
  place: AppPlace,
  query: FlagQuery,
  after: string,
  wanted: number,
): Promise<readonly FlagRow[]> => {
  const rows: FlagRow[] = [];
  for (let from = after; ; ) {
    const limit = rows.length === 0 ? wanted : CHUNK;
    const keys = await foundKeys(db, place, query, from, limit);
    const last = keys.at(-1);
    if (last === undefined) return rows;
    const found = await flagRows(db, place, query)
      .where(
        'key',
        'in',
        keys.map((row) => row.key),
      )
      // The bounds say no more than the list, but every planner reads just the piece of the index between them.
      .where('key', '>', from)
      .where('key', '<=', last.key)
      .limit(wanted - rows.length)
      .execute();
    rows.push(...found);
    if (rows.length === wanted || keys.length < limit) return rows;
    from = last.key;
  }
};
