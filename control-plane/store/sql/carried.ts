import type { Kysely } from 'kysely';
import type { Entity } from '../../flags/references/integrity.ts';
import type { Link, Named, Outlined } from '../../model/carried.ts';
import { type Source, segmentName, segmentNamed } from '../../model/changelog.ts';
import type { FlagDefinition } from '../../model/flag.ts';
import type { SegmentDefinition } from '../../model/segment.ts';
import type { Carriage } from '../port.ts';
import { CHUNK, chunks } from './chunks.ts';
import type { AppPlace } from './rows.ts';
import type { Schema } from './schema.ts';

/** What is asked of an app to compare it with another, and to carry flags over. */
export const createCarriage = (db: Kysely<Schema>, place: AppPlace): Carriage => ({
  outline: async () => [...(await outlineOf(db, place, 'flag')), ...(await outlineOf(db, place, 'segment'))],

  named: async (entities) => [
    ...(await namedIn(db, place, 'flag', keysOf(entities, 'flag'))),
    ...(await namedIn(db, place, 'segment', keysOf(entities, 'segment'))),
  ],

  async links(app, entities) {
    const found: Link[] = [];
    for (const chunk of chunks(entities.map(nameOf))) {
      const rows = await newest(db, place, app, chunk).select(['flag_key', 'version', 'source']).execute();
      for (const { flag_key, version, source } of rows) {
        // Entries with `source_app` have it.
        found.push({ ...entityOf(flag_key), version, source: JSON.parse(source ?? '') as Source });
      }
    }
    return found;
  },

  async earlier(versions) {
    const found: (readonly [Entity, FlagDefinition | SegmentDefinition])[] = [];
    for (const chunk of chunks(versions)) {
      const wanted = new Map(chunk.map((one) => [nameOf(one), one.version]));
      const rows = await db
        .selectFrom('changelog')
        .select(['flag_key', 'version', 'after'])
        .where('account', '=', place.account)
        .where('app', '=', place.app)
        .where('event', '<>', 'delete')
        .where('flag_key', 'in', [...wanted.keys()])
        .where('version', 'in', [...new Set(wanted.values())])
        .execute();
      for (const { flag_key, version, after } of rows) {
        // Written by the stores.
        if (wanted.get(flag_key) === version) found.push([entityOf(flag_key), JSON.parse(after)]);
      }
    }
    return found;
  },
});

const nameOf = ({ kind, key }: Entity): string => (kind === 'segment' ? segmentName(key) : key);

const entityOf = (name: string): Entity => {
  const segment = segmentNamed(name);
  return segment === null ? { kind: 'flag', key: name } : { kind: 'segment', key: segment };
};

const keysOf = (entities: readonly Entity[], kind: Entity['kind']): readonly string[] => [
  ...new Set(entities.flatMap((entity) => (entity.kind === kind ? entity.key : []))),
];

const outlineOf = async (
  db: Kysely<Schema>,
  { account, app }: AppPlace,
  kind: Entity['kind'],
): Promise<readonly Outlined[]> => {
  const found: Outlined[] = [];
  for (let after = ''; ; ) {
    const rows = await db
      .selectFrom(kind)
      .select(['key', 'version', 'digest'])
      .where('account', '=', account)
      .where('app', '=', app)
      .where('key', '>', after)
      .orderBy('key')
      .limit(CHUNK)
      .execute();
    for (const row of rows) found.push({ kind, ...row });
    const last = rows.at(-1);
    if (last === undefined || rows.length < CHUNK) return found;
    after = last.key;
  }
};

const namedIn = async (
  db: Kysely<Schema>,
  place: AppPlace,
  kind: Entity['kind'],
  keys: readonly string[],
): Promise<readonly Named[]> => {
  const found: Named[] = [];
  for (const chunk of chunks(keys)) {
    const rows = await db
      .selectFrom(kind)
      .select(['key', 'version', 'definition'])
      .where('account', '=', place.account)
      .where('app', '=', place.app)
      .where('key', 'in', chunk)
      .execute();
    // Every change left an entry, so the newest entry is of the version that is there.
    const entries = await newest(
      db,
      place,
      null,
      rows.map(({ key }) => nameOf({ kind, key })),
    )
      .select(['flag_key', 'hash'])
      .execute();
    const hashes = new Map(entries.map(({ flag_key, hash }) => [flag_key, hash]));
    for (const { key, version, definition } of rows) {
      const hash = hashes.get(nameOf({ kind, key })) ?? '';
      // Written by the stores.
      const parsed: unknown = JSON.parse(definition);
      found.push(
        kind === 'flag'
          ? { kind, key, version, hash, definition: parsed as FlagDefinition }
          : { kind, key, version, hash, definition: parsed as SegmentDefinition },
      );
    }
  }
  return found;
};

/** The newest entry of each name; `from`: of those that were carried over from that app. */
const newest = (
  db: Kysely<Schema>,
  { account, app }: AppPlace,
  from: string | null,
  names: readonly string[],
) =>
  db
    .selectFrom('changelog')
    .where('account', '=', account)
    .where('app', '=', app)
    .where('flag_key', 'in', names)
    .$if(from !== null, (query) => query.where('source_app', '=', from))
    .where((eb) =>
      eb(
        'seq',
        '=',
        eb
          .selectFrom('changelog as other')
          .select((other) => other.fn.max('other.seq').as('seq'))
          .where('other.account', '=', account)
          .where('other.app', '=', app)
          .$if(from !== null, (query) => query.where('other.source_app', '=', from))
          .whereRef('other.flag_key', '=', 'changelog.flag_key'),
      ),
    );
