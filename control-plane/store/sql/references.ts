import type { Kysely } from 'kysely';
import type { Entity } from '../../flags/references/integrity.ts';
import { namesOfFlag, namesOfSegment, type Reference } from '../../flags/references/names.ts';
import { chunks } from './chunks.ts';
import type { Writes } from './plan.ts';
import type { AppPlace } from './rows.ts';
import type { Schema } from './schema.ts';

/** A flag or a segment in one word: `flag/checkout`. */
export const entityId = ({ kind, key }: Entity): string => `${kind}/${key}`;

/** By entity, what it names; those that name nothing are left out. */
export const namesIn = async (
  db: Kysely<Schema>,
  place: AppPlace,
  from: readonly Entity[],
): Promise<ReadonlyMap<string, readonly Reference[]>> => {
  const found = new Map<string, Reference[]>();
  for (const [kind, keys] of byKind(from)) {
    for (const chunk of chunks(keys)) {
      const rows = await db
        .selectFrom('reference')
        .select(['from_kind', 'from_key', 'place', 'rule', 'to_kind', 'to_key', 'variations'])
        .where('account', '=', place.account)
        .where('app', '=', place.app)
        .where('from_kind', '=', kind)
        .where('from_key', 'in', chunk)
        .execute();
      for (const row of rows) {
        const id = entityId({ kind: row.from_kind, key: row.from_key });
        const reference: Reference = {
          kind: row.to_kind,
          key: row.to_key,
          // Written by `writeReferences`.
          variations: JSON.parse(row.variations) as readonly string[],
          place: row.place,
          ...(row.rule === null ? {} : { rule: row.rule }),
        };
        found.set(id, [...(found.get(id) ?? []), reference]);
      }
    }
  }
  return found;
};

/** By entity, what names it, each once. */
export const usersIn = async (
  db: Kysely<Schema>,
  place: AppPlace,
  to: readonly Entity[],
): Promise<ReadonlyMap<string, readonly Entity[]>> => {
  const found = new Map<string, Map<string, Entity>>();
  for (const [kind, keys] of byKind(to)) {
    for (const chunk of chunks(keys)) {
      const rows = await db
        .selectFrom('reference')
        .select(['to_kind', 'to_key', 'from_kind', 'from_key'])
        .distinct()
        .where('account', '=', place.account)
        .where('app', '=', place.app)
        .where('to_kind', '=', kind)
        .where('to_key', 'in', chunk)
        .execute();
      for (const row of rows) {
        const id = entityId({ kind: row.to_kind, key: row.to_key });
        const user: Entity = { kind: row.from_kind, key: row.from_key };
        const users = found.get(id) ?? new Map<string, Entity>();
        found.set(id, users.set(entityId(user), user));
      }
    }
  }
  return new Map([...found].map(([id, users]) => [id, [...users.values()]]));
};

const byKind = (entities: readonly Entity[]): readonly (readonly [Entity['kind'], readonly string[]])[] =>
  (['flag', 'segment'] as const)
    .map(
      (kind) => [kind, [...new Set(entities.flatMap((one) => (one.kind === kind ? one.key : [])))]] as const,
    )
    .filter(([, keys]) => keys.length > 0);

/** Brings what changed flags and segments name up to date. Most changes name the same as before, and write nothing here. */
export const writeReferences = async (db: Kysely<Schema>, place: AppPlace, writes: Writes): Promise<void> => {
  const { account, app } = place;
  const changed: { readonly entity: Entity; readonly names: readonly Reference[] }[] = [];
  for (const [key, { before, now }] of writes.flags) {
    const names = now === null ? [] : namesOfFlag(now.flag.definition);
    if (isSame(before === undefined ? [] : namesOfFlag(before), names)) continue;
    changed.push({ entity: { kind: 'flag', key }, names });
  }
  for (const [key, { before, now }] of writes.segments) {
    const names = now === null ? [] : namesOfSegment(now.segment.definition);
    if (isSame(before === undefined ? [] : namesOfSegment(before), names)) continue;
    changed.push({ entity: { kind: 'segment', key }, names });
  }
  for (const [kind, keys] of byKind(changed.map(({ entity }) => entity))) {
    for (const chunk of chunks(keys)) {
      await db
        .deleteFrom('reference')
        .where('account', '=', account)
        .where('app', '=', app)
        .where('from_kind', '=', kind)
        .where('from_key', 'in', chunk)
        .execute();
    }
  }
  const rows = changed.flatMap(({ entity, names }) =>
    names.map((name) => ({
      account,
      app,
      from_kind: entity.kind,
      from_key: entity.key,
      place: name.place,
      rule: name.rule ?? null,
      to_kind: name.kind,
      to_key: name.key,
      variations: JSON.stringify(name.variations),
    })),
  );
  for (const chunk of chunks(rows)) await db.insertInto('reference').values(chunk).execute();
};

const isSame = (a: readonly Reference[], b: readonly Reference[]): boolean =>
  a.length === b.length && JSON.stringify(a) === JSON.stringify(b);
