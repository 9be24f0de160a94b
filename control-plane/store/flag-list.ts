import { type Kysely, sql } from 'kysely';
import type { StoredFlag } from '../flags/change.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import type { FlagQuery, Page } from './port.ts';
import { type AppPlace, flagColumns, flagOfRow } from './rows.ts';
import type { Schema } from './schema.ts';
import { tagText } from './tags.ts';

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
    // One more than asked for tells whether there is a next page.
    .limit(limit + 1)
    // Ordered by the column of the index that holds the filter, so that reading stops when the page is full.
    .$if(tag === undefined, (all) => all.orderBy('flag.key'))
    .$if(tag !== undefined, (all) =>
      all
        .innerJoin('flag_tag', (join) =>
          join
            .onRef('flag_tag.account', '=', 'flag.account')
            .onRef('flag_tag.app', '=', 'flag.app')
            .onRef('flag_tag.key', '=', 'flag.key'),
        )
        .where('flag_tag.tag', '=', tagText(tag ?? ''))
        .orderBy('flag_tag.key'),
    );
  if (after !== undefined) {
    const last = decodeCursor(after, FLAG_KEY);
    query = query.where(sql.ref(tag === undefined ? 'flag.key' : 'flag_tag.key'), '>', last);
  }
  if (state !== undefined) query = query.where('flag.enabled', '=', state === 'enabled' ? 1 : 0);
  if (q !== undefined && q !== '') {
    // REPLACE is a plain substring test that both dialects have; LIKE would give meaning to % and _.
    query = query.where(sql<boolean>`replace(flag.search, ${q.toLowerCase()}, '') <> flag.search`);
  }
  const rows = await query.execute();
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.map(flagOfRow),
    next: rows.length > limit && last !== undefined ? encodeCursor(last.key) : null,
  };
};
