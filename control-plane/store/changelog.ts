import type { Kysely } from 'kysely';
import type { ChangelogEntry } from '../flags/change.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import type { ChangelogQuery, Page } from './port.ts';
import { type AppPlace, changelogColumns, entryOfRow } from './rows.ts';
import type { Schema } from './schema.ts';

const SEQ = /^[1-9][0-9]{0,15}$/;

/** Newest first. */
export const pageOfEntries = async (
  db: Kysely<Schema>,
  place: AppPlace,
  { limit, after, flag, actor, since, until }: ChangelogQuery,
): Promise<Page<ChangelogEntry>> => {
  let query = db
    .selectFrom('changelog')
    .select(changelogColumns)
    .where('account', '=', place.account)
    .where('app', '=', place.app)
    .orderBy('seq', 'desc')
    .limit(limit + 1);
  if (after !== undefined) query = query.where('seq', '<', Number(decodeCursor(after, SEQ)));
  if (flag !== undefined) query = query.where('flag_key', '=', flag);
  if (actor !== undefined) query = query.where('actor_name', '=', actor);
  if (since !== undefined) {
    const first = await boundOf(db, place, 'after', since);
    if (first === null) return { items: [], next: null };
    query = query.where('seq', '>=', first);
  }
  if (until !== undefined) {
    const last = await boundOf(db, place, 'before', until);
    if (last === null) return { items: [], next: null };
    query = query.where('seq', '<=', last);
  }
  const rows = await query.execute();
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.map(entryOfRow),
    next: rows.length > limit && last !== undefined ? encodeCursor(String(last.seq)) : null,
  };
};

/** An app's entries have their dates in the order of their numbers, so a span of time is a span of numbers. */
const boundOf = async (
  db: Kysely<Schema>,
  { account, app }: AppPlace,
  side: 'after' | 'before',
  at: string,
): Promise<number | null> => {
  const order = side === 'after' ? 'asc' : 'desc';
  const row = await db
    .selectFrom('changelog')
    .select('seq')
    .where('account', '=', account)
    .where('app', '=', app)
    .where('at', side === 'after' ? '>=' : '<=', new Date(at).toISOString())
    .orderBy('at', order)
    .orderBy('seq', order)
    .limit(1)
    .executeTakeFirst();
  return row?.seq ?? null;
};
