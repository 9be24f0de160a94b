import type { Kysely } from 'kysely';
import type { Kind } from '../../flags/references/names.ts';
import { segmentName, segmentNamed } from '../../model/changelog.ts';
import type { FlagDefinition, Stored } from '../../model/flag.ts';
import { Problem } from '../../model/problem.ts';
import type { SegmentDefinition } from '../../model/segment.ts';
import { type AppPlace, flagColumns, flagOfRow, segmentOfRow, typeOf } from './rows.ts';
import type { Schema } from './schema.ts';
import { segmentRows } from './segments.ts';

const NEWS_CHUNK = 1_000;

/**
 * Every segment and every flag of an app as they were when the reading began, in pages that hold neither a connection nor a transaction
 * between them: whoever takes them slowly holds up nobody. What is changed meanwhile is read as it was from the changelog, where nothing
 * is ever changed.
 *
 * @throws Problem `not_found` if the app is deleted meanwhile.
 */
export async function* atOneVersion(
  db: Kysely<Schema>,
  place: AppPlace,
  page: number,
): AsyncGenerator<Stored> {
  const upTo = await entryCount(db, place);
  if (upTo === null) return;
  const changed = new ChangedNames(db, place, upTo);
  // Flags name segments, so that whoever reads on knows what is named.
  for (const kind of ['segment', 'flag'] as const) {
    for (let after = ''; ; ) {
      // The rows first: what the changes do not name has not changed since the beginning.
      const rows = await ROWS_AFTER[kind](db, place, after, page);
      await changed.refresh();
      const last = rows.length < page ? null : (rows.at(-1)?.definition.key ?? null);
      const byKey = new Map(rows.map((row) => [row.definition.key, row]));
      for (const key of [...new Set([...byKey.keys(), ...changed.between(kind, after, last)])].sort()) {
        const stored = changed.has(kind, key) ? await storedAt(db, place, kind, key, upTo) : byKey.get(key);
        if (stored !== undefined) yield stored;
      }
      if ((await entryCount(db, place)) === null) {
        throw new Problem('not_found', {
          message: `The app ${place.app} was deleted while its flags were read.`,
        });
      }
      if (last === null) break;
      after = last;
    }
  }
}

const entryCount = async (db: Kysely<Schema>, { account, app }: AppPlace): Promise<number | null> => {
  const row = await db
    .selectFrom('app')
    .select('entry_count')
    .where('account', '=', account)
    .where('id', '=', app)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  return row?.entry_count ?? null;
};

const ROWS_AFTER: Readonly<
  Record<
    Kind,
    (db: Kysely<Schema>, place: AppPlace, after: string, limit: number) => Promise<readonly Stored[]>
  >
> = {
  async flag(db, { account, app }, after, limit) {
    const rows = await db
      .selectFrom('flag')
      .select(flagColumns)
      .where('account', '=', account)
      .where('app', '=', app)
      .where('key', '>', after)
      .orderBy('key')
      .limit(limit)
      .execute();
    return rows.map((row) => ({ kind: 'flag', ...flagOfRow(row) }));
  },
  async segment(db, place, after, limit) {
    const rows = await segmentRows(db, place).where('key', '>', after).orderBy('key').limit(limit).execute();
    return rows.map((row) => ({ kind: 'segment', ...segmentOfRow(row) }));
  },
};

const nameOf = (kind: Kind, key: string): string => (kind === 'segment' ? segmentName(key) : key);

/** The flags and segments that commits after the beginning named. */
class ChangedNames {
  readonly #db: Kysely<Schema>;
  readonly #place: AppPlace;
  readonly #keys: Readonly<Record<Kind, Set<string>>> = { flag: new Set(), segment: new Set() };
  #seen: number;

  constructor(db: Kysely<Schema>, place: AppPlace, upTo: number) {
    this.#db = db;
    this.#place = place;
    this.#seen = upTo;
  }

  has(kind: Kind, key: string): boolean {
    return this.#keys[kind].has(key);
  }

  /** @param last null: to the end. */
  between(kind: Kind, after: string, last: string | null): string[] {
    return [...this.#keys[kind]].filter((key) => key > after && (last === null || key <= last));
  }

  async refresh(): Promise<void> {
    for (;;) {
      const rows = await this.#db
        .selectFrom('changelog')
        .select(['seq', 'flag_key'])
        .where('account', '=', this.#place.account)
        .where('app', '=', this.#place.app)
        .where('seq', '>', this.#seen)
        .orderBy('seq')
        .limit(NEWS_CHUNK)
        .execute();
      for (const { flag_key } of rows) {
        const segment = segmentNamed(flag_key);
        if (segment === null) this.#keys.flag.add(flag_key);
        else this.#keys.segment.add(segment);
      }
      this.#seen = rows.at(-1)?.seq ?? this.#seen;
      if (rows.length < NEWS_CHUNK) return;
    }
  }
}

/** As its newest entry up to this one left it; undefined: it was not there then. */
const storedAt = async (
  db: Kysely<Schema>,
  { account, app }: AppPlace,
  kind: Kind,
  key: string,
  upTo: number,
): Promise<Stored | undefined> => {
  const entries = db
    .selectFrom('changelog')
    .select(['event', 'after', 'version', 'at', 'actor_name'])
    .where('account', '=', account)
    .where('app', '=', app)
    .where('flag_key', '=', nameOf(kind, key))
    .where('seq', '<=', upTo)
    .orderBy('seq', 'desc')
    .limit(1);
  const entry = await entries.executeTakeFirst();
  if (entry === undefined || entry.event === 'delete') return undefined;
  const created = await entries.where('event', '=', 'create').executeTakeFirst();
  const facts = {
    version: entry.version,
    created_at: created?.at ?? entry.at,
    updated_at: entry.at,
    updated_by: entry.actor_name,
  };
  // The text was written by the stores, of what its name says.
  if (kind === 'segment') return { kind, definition: JSON.parse(entry.after) as SegmentDefinition, ...facts };
  const definition = JSON.parse(entry.after) as FlagDefinition;
  return { kind, definition, type: typeOf(definition), ...facts };
};
