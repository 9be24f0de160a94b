import { type Kysely, sql } from 'kysely';
import type { StoredFlag } from '../flags/change.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import type { FlagQuery, Page } from './port.ts';
import { type AppPlace, flagColumns, flagOfRow } from './rows.ts';
import type { Schema } from './schema.ts';

const FLAG_KEY = /^[A-Za-z0-9_-]{1,128}$/;

export const pageOfFlags = async (
  db: Kysely<Schema>,
  { account, app }: AppPlace,
  { limit, after, q, tag, state }: FlagQuery,
): Promise<Page<StoredFlag>> => {
  let query = db
    .selectFrom('flag')
    .select(flagColumns.map((column) => `flag.${column}` as const))
    .where('flag.account', '=', account)
    .where('flag.app', '=', app)
    .orderBy('flag.key')
    // One more than asked for tells whether there is a next page.
    .limit(limit + 1);
  if (after !== undefined) query = query.where('flag.key', '>', decodeCursor(after, FLAG_KEY));
  if (state !== undefined) query = query.where('flag.enabled', '=', state === 'enabled' ? 1 : 0);
  if (q !== undefined && q !== '') {
    // REPLACE is a plain substring test that both dialects have; LIKE would give meaning to % and _.
    query = query.where(sql<boolean>`replace(flag.search, ${q.toLowerCase()}, '') <> flag.search`);
  }
  if (tag !== undefined) {
    query = query.where((eb) =>
      eb.exists(
        eb
          .selectFrom('flag_tag')
          .select('flag_tag.key')
          .whereRef('flag_tag.account', '=', 'flag.account')
          .whereRef('flag_tag.app', '=', 'flag.app')
          .whereRef('flag_tag.key', '=', 'flag.key')
          .where('flag_tag.tag', '=', tag),
      ),
    );
  }
  const rows = await query.execute();
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.map(flagOfRow),
    next: rows.length > limit && last !== undefined ? encodeCursor(last.key) : null,
  };
};
