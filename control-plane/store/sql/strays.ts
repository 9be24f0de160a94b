import type { Kysely, Selectable } from 'kysely';
import { namesOfFlag, namesOfSegment, type Reference } from '../../flags/references/names.ts';
import { segmentName } from '../../model/changelog.ts';
import type { FlagDefinition } from '../../model/flag.ts';
import type { SegmentDefinition } from '../../model/segment.ts';
import type { Stray } from '../port.ts';
import { CHUNK } from './chunks.ts';
import type { Database } from './database.ts';
import { entityId, namesIn } from './references.ts';
import { type AppPlace, searchText, typeOf } from './rows.ts';
import type { FlagTable, Schema, SegmentTable } from './schema.ts';
import { tagTexts } from './tags.ts';

type Values = Readonly<Record<string, Stray['found']>>;

/** Everything that answers are found by, compared with the definitions that it is made of: at one version, a thousand rows at a time. */
export async function* straysIn(database: Database, place: AppPlace): AsyncGenerator<Stray> {
  const read = await database.read();
  try {
    const due = { flag_text: 0, flag_tag: 0, reference: 0 };
    let flags = 0;
    for await (const page of pages((after) => pageOf(read.db, place, after).flags())) {
      flags += page.length;
      for (const [key, found, expected] of await ofFlags(read.db, place, page)) {
        due.flag_text += 1;
        due.flag_tag += listed(expected['tags']);
        due.reference += listed(expected['references']);
        yield* differences(key, found, expected);
      }
    }
    for await (const page of pages((after) => pageOf(read.db, place, after).segments())) {
      for (const [key, found, expected] of await ofSegments(read.db, place, page)) {
        due.reference += listed(expected['references']);
        yield* differences(segmentName(key), found, expected);
      }
    }
    yield* differences(null, await countsOf(read.db, place), { ...due, flag_count: flags });
  } finally {
    await read.end();
  }
}

function* differences(of: string | null, found: Values, due: Values): Generator<Stray> {
  for (const [column, expected] of Object.entries(due)) {
    const value = found[column] ?? null;
    if (JSON.stringify(value) !== JSON.stringify(expected)) yield { of, column, found: value, due: expected };
  }
}

const listed = (list: Stray['found'] | undefined): number =>
  typeof list === 'object' ? (list?.length ?? 0) : 0;

type Compared = readonly [key: string, found: Values, due: Values];

const ofFlags = async (
  db: Kysely<Schema>,
  place: AppPlace,
  rows: readonly Pick<Selectable<FlagTable>, 'key' | 'definition' | 'search' | 'type' | 'enabled'>[],
): Promise<readonly Compared[]> => {
  const keys = rows.map(({ key }) => key);
  const texts = await db
    .selectFrom('flag_text')
    .select(['key', 'search'])
    .where('account', '=', place.account)
    .where('app', '=', place.app)
    .where('key', 'in', keys)
    .execute();
  const tags = await db
    .selectFrom('flag_tag')
    .select(['key', 'tag'])
    .where('account', '=', place.account)
    .where('app', '=', place.app)
    .where('key', 'in', keys)
    .execute();
  const names = await namesIn(
    db,
    place,
    keys.map((key) => ({ kind: 'flag', key })),
  );
  const textOf = new Map(texts.map(({ key, search }) => [key, search]));
  const tagsOf = Map.groupBy(tags, ({ key }) => key);
  return rows.map(({ key, type, enabled, search, definition: text }) => {
    // Written by rows.ts; what it holds is compared with the changelog elsewhere.
    const definition = JSON.parse(text) as FlagDefinition;
    const due = searchText(definition);
    return [
      key,
      {
        enabled,
        type,
        search,
        flag_text: textOf.get(key) ?? null,
        tags: (tagsOf.get(key) ?? []).map(({ tag }) => tag).sort(),
        references: referenceTexts(names.get(entityId({ kind: 'flag', key })) ?? []),
      },
      {
        enabled: definition.enabled ? 1 : 0,
        type: typeOf(definition),
        search: due,
        flag_text: due,
        tags: [...tagTexts(definition.tags)].sort(),
        references: referenceTexts(namesOfFlag(definition)),
      },
    ];
  });
};

const ofSegments = async (
  db: Kysely<Schema>,
  place: AppPlace,
  rows: readonly Pick<Selectable<SegmentTable>, 'key' | 'definition' | 'search'>[],
): Promise<readonly Compared[]> => {
  const names = await namesIn(
    db,
    place,
    rows.map(({ key }) => ({ kind: 'segment', key })),
  );
  return rows.map(({ key, search, definition: text }) => {
    // As above.
    const definition = JSON.parse(text) as SegmentDefinition;
    const references = referenceTexts(names.get(entityId({ kind: 'segment', key })) ?? []);
    return [
      key,
      { search, references },
      { search: searchText(definition), references: referenceTexts(namesOfSegment(definition)) },
    ];
  });
};

const referenceTexts = (references: readonly Reference[]): readonly string[] =>
  references
    .map(({ place, rule, kind, key, variations }) =>
      JSON.stringify([place, rule ?? null, kind, key, variations]),
    )
    .sort();

/** Rows of no flag or segment count too. */
const countsOf = async (db: Kysely<Schema>, { account, app }: AppPlace): Promise<Values> => {
  const counts: Record<string, number> = {};
  for (const table of ['flag_text', 'flag_tag', 'reference'] as const) {
    const row = await db
      .selectFrom(table)
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .where('account', '=', account)
      .where('app', '=', app)
      .executeTakeFirst();
    // PostgreSQL counts in 64 bits.
    counts[table] = Number(row?.count ?? 0);
  }
  const row = await db
    .selectFrom('app')
    .select('flag_count')
    .where('account', '=', account)
    .where('id', '=', app)
    .executeTakeFirst();
  return { ...counts, flag_count: row?.flag_count ?? 0 };
};

async function* pages<Row extends { readonly key: string }>(
  page: (after: string) => Promise<readonly Row[]>,
): AsyncGenerator<readonly Row[]> {
  for (let after = ''; ; ) {
    const rows = await page(after);
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows;
    after = last.key;
  }
}

const pageOf = (db: Kysely<Schema>, { account, app }: AppPlace, after: string) => ({
  flags: () =>
    db
      .selectFrom('flag')
      .select(['key', 'definition', 'search', 'type', 'enabled'])
      .where('account', '=', account)
      .where('app', '=', app)
      .where('key', '>', after)
      .orderBy('key')
      .limit(CHUNK)
      .execute(),
  segments: () =>
    db
      .selectFrom('segment')
      .select(['key', 'definition', 'search'])
      .where('account', '=', account)
      .where('app', '=', app)
      .where('key', '>', after)
      .orderBy('key')
      .limit(CHUNK)
      .execute(),
});
