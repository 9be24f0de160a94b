import type { Kysely } from 'kysely';
import type { FlagDefinition, StoredFlag } from '../../model/flag.ts';
import { segmentNamed } from '../../model/flag.ts';
import { Problem } from '../../model/problem.ts';
import { type AppPlace, type FlagRow, flagColumns, flagOfRow, typeOf } from './rows.ts';
import type { Schema } from './schema.ts';

const NEWS_CHUNK = 1_000;

/**
 * Every flag of an app as it was when the reading began, in pages that hold neither a connection nor a transaction between them: whoever
 * takes them slowly holds up nobody. What is changed meanwhile is read as it was from the changelog, where nothing is ever changed.
 *
 * @throws Problem `not_found` if the app is deleted meanwhile.
 */
export async function* flagsAtOneVersion(
  db: Kysely<Schema>,
  place: AppPlace,
  page: number,
): AsyncGenerator<StoredFlag> {
  const upTo = await entryCount(db, place);
  if (upTo === null) return;
  const changed = new ChangedKeys(db, place, upTo);
  for (let after = ''; ; ) {
    // The rows first: what the changes do not name has not changed since the beginning.
    const rows = await rowsAfter(db, place, after, page);
    await changed.refresh();
    const last = rows.length < page ? null : (rows.at(-1)?.key ?? null);
    const byKey = new Map(rows.map((row) => [row.key, row]));
    for (const key of [...new Set([...byKey.keys(), ...changed.between(after, last)])].sort()) {
      const row = changed.has(key) ? undefined : byKey.get(key);
      const flag = row === undefined ? await flagAt(db, place, key, upTo) : flagOfRow(row);
      if (flag !== null) yield flag;
    }
    if ((await entryCount(db, place)) === null) {
      throw new Problem('not_found', {
        message: `The app ${place.app} was deleted while its flags were read.`,
      });
    }
    if (last === null) return;
    after = last;
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

const rowsAfter = (
  db: Kysely<Schema>,
  { account, app }: AppPlace,
  after: string,
  limit: number,
): Promise<FlagRow[]> =>
  db
    .selectFrom('flag')
    .select(flagColumns)
    .where('account', '=', account)
    .where('app', '=', app)
    .where('key', '>', after)
    .orderBy('key')
    .limit(limit)
    .execute();

/** The flags that commits after the beginning named. */
class ChangedKeys {
  readonly #db: Kysely<Schema>;
  readonly #place: AppPlace;
  readonly #keys = new Set<string>();
  #seen: number;

  constructor(db: Kysely<Schema>, place: AppPlace, upTo: number) {
    this.#db = db;
    this.#place = place;
    this.#seen = upTo;
  }

  has(key: string): boolean {
    return this.#keys.has(key);
  }

  /** @param last null: to the end. */
  between(after: string, last: string | null): string[] {
    return [...this.#keys].filter((key) => key > after && (last === null || key <= last));
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
      for (const { flag_key } of rows) if (segmentNamed(flag_key) === null) this.#keys.add(flag_key);
      this.#seen = rows.at(-1)?.seq ?? this.#seen;
      if (rows.length < NEWS_CHUNK) return;
    }
  }
}

/** A flag as its newest entry up to this one left it; null: there was none then. */
const flagAt = async (
  db: Kysely<Schema>,
  { account, app }: AppPlace,
  key: string,
  upTo: number,
): Promise<StoredFlag | null> => {
  const entries = db
    .selectFrom('changelog')
    .select(['event', 'after', 'version', 'at', 'actor_name'])
    .where('account', '=', account)
    .where('app', '=', app)
    .where('flag_key', '=', key)
    .where('seq', '<=', upTo)
    .orderBy('seq', 'desc')
    .limit(1);
  const entry = await entries.executeTakeFirst();
  if (entry === undefined || entry.event === 'delete') return null;
  const created = await entries.where('event', '=', 'create').executeTakeFirst();
  // The text was written by the stores.
  const definition = JSON.parse(entry.after) as FlagDefinition;
  return {
    definition,
    type: typeOf(definition),
    version: entry.version,
    created_at: created?.at ?? entry.at,
    updated_at: entry.at,
    updated_by: entry.actor_name,
  };
};
