import { type Kysely, sql } from 'kysely';
import type { ChangelogEntry } from '../../model/changelog.ts';
import { segmentName, segmentNamed } from '../../model/changelog.ts';
import { Problem } from '../../model/problem.ts';
import type { ChangelogQuery, Page } from '../port.ts';
import { CHUNK } from './chunks.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { type AppPlace, changelogColumns, entryOfRow } from './rows.ts';
import type { Schema } from './schema.ts';

/** Of entries read at once when all are. */
const ENTRY_CHUNK = 500;
const SEQ = /^[1-9][0-9]{0,15}$/;

/** Newest first. */
export const pageOfEntries = async (
  db: Kysely<Schema>,
  place: AppPlace,
  query: ChangelogQuery,
): Promise<Page<ChangelogEntry>> => {
  const span = await spanOf(db, place, query);
  if (span === null) return { items: [], next: null };
  const byParts = query.flagPart !== undefined || query.actorPart !== undefined;
  const rows = await (byParts
    ? foundRows(db, place, query, span)
    : whole(db, place, query, span, query.limit + 1));
  const page = rows.slice(0, query.limit);
  const last = page.at(-1);
  return {
    items: page.map(entryOfRow),
    next:
      rows.length > query.limit && last !== undefined ? encodeCursor('changelog', String(last.seq)) : null,
  };
};

/** Numbers of entries, both ends included. */
interface Span {
  readonly from: number;
  readonly to: number;
}

const spanOf = async (
  db: Kysely<Schema>,
  place: AppPlace,
  { after, since, until, commit }: ChangelogQuery,
): Promise<Span | null> => {
  // Every earlier commit left an entry at least, so a commit's entries are numbered no lower than it.
  let from = commit ?? 1;
  let to = after === undefined ? Number.MAX_SAFE_INTEGER : Number(decodeCursor('changelog', after, SEQ)) - 1;
  if (since !== undefined) {
    const first = await boundOf(db, place, 'after', since);
    if (first === null) return null;
    from = Math.max(from, first);
  }
  if (until !== undefined) {
    const last = await boundOf(db, place, 'before', until);
    if (last === null) return null;
    to = Math.min(to, last);
  }
  return { from, to };
};

/** No key holds a quotation mark, so a flag is found in the JSON by its text; REPLACE is a plain substring test that every dialect has. */
const reached = (flag: string) =>
  sql<boolean>`replace(coalesce(affects, ''), ${`"flag":${JSON.stringify(flag)}`}, '') <> coalesce(affects, '')`;

const entriesIn = (
  db: Kysely<Schema>,
  { account, app }: AppPlace,
  { flag, through = false, segment, actor, commit }: ChangelogQuery,
  { from, to }: Span,
) => {
  let query = db
    .selectFrom('changelog')
    .where('account', '=', account)
    .where('app', '=', app)
    .where('seq', '>=', from)
    .where('seq', '<=', to)
    .orderBy('seq', 'desc');
  if (flag !== undefined) {
    query = query.where((eb) =>
      through ? eb.or([eb('flag_key', '=', flag), reached(flag)]) : eb('flag_key', '=', flag),
    );
  }
  if (segment !== undefined) query = query.where('flag_key', '=', segmentName(segment));
  if (actor !== undefined) query = query.where('actor_name', '=', actor);
  if (commit !== undefined) query = query.where('app_version', '=', commit);
  return query;
};

const whole = (db: Kysely<Schema>, place: AppPlace, query: ChangelogQuery, span: Span, limit: number) =>
  entriesIn(db, place, query, span).select(changelogColumns).limit(limit).execute();

const holds = (name: string, part: string | undefined): boolean =>
  part === undefined || name.toLowerCase().includes(part.toLowerCase());

/** Who looks for flags is not shown segments. */
const holdsFlag = (name: string, part: string | undefined): boolean =>
  part === undefined || (segmentNamed(name) === null && holds(name, part));

/**
 * Names are compared here and not by the database, whose idea of a capital ends with ASCII (SQLite) or hangs on its locale
 * (PostgreSQL). What is read to compare is a few narrow columns, a chunk at a time.
 */
const foundRows = async (db: Kysely<Schema>, place: AppPlace, query: ChangelogQuery, span: Span) => {
  const wanted = query.limit + 1;
  const found: number[] = [];
  for (let to = span.to; found.length < wanted; ) {
    const names = await entriesIn(db, place, query, { from: span.from, to })
      .select(['seq', 'flag_key', 'actor_name'])
      .limit(CHUNK)
      .execute();
    const fitting = names.filter(
      (row) => holdsFlag(row.flag_key, query.flagPart) && holds(row.actor_name, query.actorPart),
    );
    found.push(...fitting.map((row) => row.seq));
    const last = names.at(-1);
    if (last === undefined || names.length < CHUNK) break;
    to = last.seq - 1;
  }
  const seqs = found.slice(0, wanted);
  const [first, last] = [seqs[0], seqs.at(-1)];
  if (first === undefined || last === undefined) return [];
  return entriesIn(db, place, query, { from: last, to: first })
    .select(changelogColumns)
    .where('seq', 'in', seqs)
    .execute();
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

/** Oldest first. @throws Problem `not_found`: the changelog ends before its last entry. */
export async function* everyEntry(
  db: Kysely<Schema>,
  { account, app }: AppPlace,
): AsyncGenerator<ChangelogEntry> {
  // Entries are only ever added, so what was there at first is one state, however long it is read.
  const head = await db
    .selectFrom('app')
    .select('entry_count')
    .where('account', '=', account)
    .where('id', '=', app)
    .executeTakeFirst();
  const last = head?.entry_count ?? 0;
  for (let after = 0; after < last; ) {
    const rows = await db
      .selectFrom('changelog')
      .select(changelogColumns)
      .where('account', '=', account)
      .where('app', '=', app)
      .where('seq', '>', after)
      .where('seq', '<=', last)
      .orderBy('seq')
      .limit(ENTRY_CHUNK)
      .execute();
    const newest = rows.at(-1);
    if (newest === undefined) {
      throw new Problem('not_found', {
        message: `The changelog of the app ${app} ends before its last entry: the app was deleted meanwhile, or somebody removed entries.`,
      });
    }
    yield* rows.map(entryOfRow);
    after = newest.seq;
  }
}
