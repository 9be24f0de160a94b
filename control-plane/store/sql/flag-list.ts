import { type Kysely, sql } from 'kysely';
import type { StoredFlag } from '../../model/flag.ts';
import type { FlagQuery, Page } from '../port.ts';
import { CHUNK } from './chunks.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { type Filter, filterOf } from './flag-filter.ts';
import { type AppPlace, type FlagRow, flagColumns, flagOfRow } from './rows.ts';
import type { Schema } from './schema.ts';

const FLAG_KEY = /^[A-Za-z0-9_-][A-Za-z0-9_.:|-]{0,127}$/;
/** When the last flag of the page before was changed, and its key. */
const CHANGED_AND_KEY = /^\d{4}-\d{2}-\d{2}T[\d:.]+Z [A-Za-z0-9_-][A-Za-z0-9_.:|-]{0,127}$/;

export const pageOfFlags = async (
  db: Kysely<Schema>,
  place: AppPlace,
  query: FlagQuery,
): Promise<Page<StoredFlag>> => {
  const { limit, after, sort } = query;
  const filter = await filterOf(db, place, query);
  // One more than asked for tells whether there is a next page.
  const wanted = limit + 1;
  const rows =
    filter === null
      ? []
      : sort === 'updated'
        ? await newestRows(db, place, filter, after, wanted)
        : await rowsByKey(
            db,
            place,
            filter,
            after === undefined ? '' : decodeCursor('flags', after, FLAG_KEY),
            wanted,
          );
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.map(flagOfRow),
    next:
      rows.length > limit && last !== undefined
        ? sort === 'updated'
          ? encodeCursor('flags by change', `${last.updated_at} ${last.key}`)
          : encodeCursor('flags', last.key)
        : null,
  };
};

const rowsByKey = (
  db: Kysely<Schema>,
  place: AppPlace,
  filter: Filter,
  after: string,
  wanted: number,
): Promise<readonly FlagRow[]> =>
  filter.tags.length === 0 && filter.pieces.length === 0
    ? flagRows(db, place, filter).where('key', '>', after).orderBy('key').limit(wanted).execute()
    : foundRows(db, place, filter, after, wanted);

const flagRows = (db: Kysely<Schema>, place: AppPlace, filter: Filter) =>
  filtered(db, place, filter).select(flagColumns);

const filtered = (
  db: Kysely<Schema>,
  { account, app }: AppPlace,
  { pieces, tags, state, type, people }: Filter,
) => {
  let rows = db.selectFrom('flag').where('account', '=', account).where('app', '=', app);
  if (state !== undefined) rows = rows.where('enabled', '=', state === 'enabled' ? 1 : 0);
  if (type !== undefined) rows = rows.where('type', '=', type);
  if (people !== null) rows = rows.where('updated_by', 'in', people);
  for (const piece of pieces) rows = rows.where(holds({ account, app }, piece));
  for (const tag of tags) rows = rows.where(isTagged({ account, app }, [tag]));
  return rows;
};

const isTagged = ({ account, app }: AppPlace, tags: readonly string[]) =>
  sql<boolean>`key in (select key from flag_tag where account = ${account} and app = ${app} and tag in (${sql.join(tags)}))`;

/** REPLACE is a plain substring test that every dialect has; LIKE would give meaning to % and _, and Durable Objects cut it at 50 bytes. */
const holds = (place: AppPlace, { text, tags }: Filter['pieces'][number]) => {
  const inText = sql<boolean>`replace(search, ${text}, '') <> search`;
  return tags.length === 0 ? inText : sql<boolean>`(${inText} or ${isTagged(place, tags)})`;
};

/** Keys after one that have the first tag, or else hold the text, in order. */
const foundKeys = (
  db: Kysely<Schema>,
  { account, app }: AppPlace,
  { pieces, tags: [tag] }: Filter,
  after: string,
  limit: number,
): Promise<readonly { readonly key: string }[]> => {
  if (tag === undefined) {
    let rows = db
      .selectFrom('flag_text')
      .select('key')
      .where('account', '=', account)
      .where('app', '=', app)
      .where('key', '>', after)
      .orderBy('key')
      .limit(limit);
    for (const piece of pieces) rows = rows.where(holds({ account, app }, piece));
    return rows.execute();
  }
  return db
    .selectFrom('flag_tag')
    .select('key')
    .where('account', '=', account)
    .where('app', '=', app)
    .where('tag', '=', tag)
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
  filter: Filter,
  after: string,
  wanted: number,
): Promise<readonly FlagRow[]> => {
  const rows: FlagRow[] = [];
  for (let from = after; ; ) {
    const limit = rows.length === 0 ? wanted : CHUNK;
    const keys = await foundKeys(db, place, filter, from, limit);
    const last = keys.at(-1);
    if (last === undefined) return rows;
    const found = await flagRows(db, place, filter)
      .where(
        'key',
        'in',
        keys.map((row) => row.key),
      )
      // The bounds say no more than the list, but every planner reads just the piece of the index between them.
      .where('key', '>', from)
      .where('key', '<=', last.key)
      .orderBy('key')
      .limit(wanted - rows.length)
      .execute();
    rows.push(...found);
    if (rows.length === wanted || keys.length < limit) return rows;
    from = last.key;
  }
};

/** By the last change: which they are is sorted without their definitions, which may be long. */
const newestRows = async (
  db: Kysely<Schema>,
  place: AppPlace,
  filter: Filter,
  after: string | undefined,
  wanted: number,
): Promise<readonly FlagRow[]> => {
  let query = filtered(db, place, filter)
    .select(['key', 'updated_at'])
    .orderBy('updated_at', 'desc')
    .orderBy('key')
    .limit(wanted);
  if (after !== undefined) {
    const [at = '', key = ''] = decodeCursor('flags by change', after, CHANGED_AND_KEY).split(' ');
    query = query.where((eb) =>
      eb.or([eb('updated_at', '<', at), eb.and([eb('updated_at', '=', at), eb('key', '>', key)])]),
    );
  }
  const order = (await query.execute()).map(({ key }) => key);
  if (order.length === 0) return [];
  const rows = await db
    .selectFrom('flag')
    .select(flagColumns)
    .where('account', '=', place.account)
    .where('app', '=', place.app)
    .where('key', 'in', order)
    .execute();
  const byKey = new Map(rows.map((row) => [row.key, row]));
  return order.flatMap((key) => byKey.get(key) ?? []);
};
