import type { Surroundings } from '@halyard/engine';
import type { Kysely } from 'kysely';
import type { AppGraph, Entity } from '../../flags/references/integrity.ts';
import { namesOfFlag, namesOfSegment, type Reference } from '../../flags/references/names.ts';
import type { Affected } from '../../model/changelog.ts';
import type { Definitions } from '../../model/commit.ts';
import type { FlagDefinition } from '../../model/flag.ts';
import type { SegmentDefinition } from '../../model/segment.ts';
import { chunks } from './chunks.ts';
import { entityId, namesIn, usersIn } from './references.ts';
import type { AppPlace } from './rows.ts';
import type { Schema } from './schema.ts';

/** What a commit would leave in place of what the database has: definitions; null: deleted. */
export interface Overlay {
  readonly flags: ReadonlyMap<string, FlagDefinition | null>;
  readonly segments: ReadonlyMap<string, SegmentDefinition | null>;
}

type Definition = FlagDefinition | SegmentDefinition;

const NO_OVERLAY: Overlay = { flags: new Map(), segments: new Map() };

/**
 * The part of an app's graph around some of its flags and segments: what reaches them, and what any of these reach. Reads nothing of the
 * rest, however large the app is. An overlay stands in for what the database has.
 */
export class Reach implements AppGraph {
  readonly #db: Kysely<Schema>;
  readonly #place: AppPlace;
  readonly #overlay: Overlay;
  readonly #names = new Map<string, readonly Reference[]>();
  readonly #users = new Map<string, readonly Entity[]>();
  readonly #definitions = new Map<string, Definition | null>();

  constructor(db: Kysely<Schema>, place: AppPlace, overlay: Overlay = NO_OVERLAY) {
    this.#db = db;
    this.#place = place;
    this.#overlay = overlay;
  }

  /** Loads what reaches the entities, through whatever lies between; answers it, the entities themselves left out. */
  async upwards(entities: readonly Entity[]): Promise<readonly Entity[]> {
    const found = new Map(entities.map((entity) => [entityId(entity), entity]));
    for (let level: readonly Entity[] = entities; level.length > 0; ) {
      const users = await this.#loadUsers(level);
      level = users.filter((user) => !found.has(entityId(user)));
      for (const user of level) found.set(entityId(user), user);
    }
    return [...found.values()].slice(entities.length);
  }

  /** Loads what the entities reach, with its definitions. */
  async downwards(entities: readonly Entity[]): Promise<void> {
    const seen = new Set<string>();
    for (let level = unique(entities); level.length > 0; ) {
      for (const entity of level) seen.add(entityId(entity));
      await this.#loadDefinitions(level);
      await this.#loadNames(level);
      level = unique(level.flatMap((entity) => this.names(entity))).filter(
        (entity) => !seen.has(entityId(entity)),
      );
    }
  }

  /** Loads the definitions of the entities alone. */
  definitions(entities: readonly Entity[]): Promise<void> {
    return this.#loadDefinitions(unique(entities));
  }

  /** Of what was loaded; undefined: it is not there. */
  flag(key: string): FlagDefinition | undefined {
    const definition = this.#definitions.get(entityId({ kind: 'flag', key }));
    return definition !== undefined && definition !== null && 'variations' in definition
      ? definition
      : undefined;
  }

  names(entity: Entity): readonly Reference[] {
    return this.#names.get(entityId(entity)) ?? [];
  }

  users(entity: Entity): readonly Entity[] {
    return this.#users.get(entityId(entity)) ?? [];
  }

  variations({ kind, key }: Entity): readonly string[] | null {
    const definition = this.#definitions.get(entityId({ kind, key })) ?? null;
    if (definition === null) return null;
    return 'variations' in definition ? Object.keys(definition.variations) : [];
  }

  /** What was loaded, as an evaluation asks for it. */
  surroundings(account: string): Surroundings {
    const of =
      (kind: Entity['kind']) =>
      (key: string): Definition | undefined =>
        this.#definitions.get(entityId({ kind, key })) ?? undefined;
    return { account, flag: of('flag'), segment: of('segment') };
  }

  /** What was loaded and is there. */
  loaded(): Definitions {
    const flags = new Map<string, FlagDefinition>();
    const segments = new Map<string, SegmentDefinition>();
    for (const definition of this.#definitions.values()) {
      if (definition === null) continue;
      if ('variations' in definition) flags.set(definition.key, definition);
      else segments.set(definition.key, definition);
    }
    return { flags, segments };
  }

  /** Of what was loaded: every flag that reaches an entity, with its rules through which it does. */
  affectedBy(entity: Entity): readonly Affected[] {
    const found = new Map<string, Entity>([[entityId(entity), entity]]);
    for (const one of found.values()) {
      for (const user of this.users(one)) if (!found.has(entityId(user))) found.set(entityId(user), user);
    }
    found.delete(entityId(entity));
    return [...found.values()]
      .filter(({ kind }) => kind === 'flag')
      .map(({ key }) => ({
        flag: key,
        rules: [
          ...new Set(
            this.names({ kind: 'flag', key })
              .filter((name) => found.has(entityId(name)) || entityId(name) === entityId(entity))
              .flatMap(({ rule }) => rule ?? []),
          ),
        ],
      }))
      .sort((a, b) => (a.flag < b.flag ? -1 : 1));
  }

  async #loadUsers(entities: readonly Entity[]): Promise<readonly Entity[]> {
    const stored = await usersIn(this.#db, this.#place, entities);
    const overlaid = this.#overlaidUsers();
    for (const entity of entities) {
      const id = entityId(entity);
      const users = (stored.get(id) ?? []).filter((user) => this.#overlaid(user) === undefined);
      this.#users.set(id, [...users, ...(overlaid.get(id) ?? [])]);
    }
    const all = unique(entities.flatMap((entity) => this.users(entity)));
    await this.#loadNames(all);
    return all;
  }

  #overlaidUsers(): ReadonlyMap<string, readonly Entity[]> {
    const users = new Map<string, Entity[]>();
    const add = (user: Entity, names: readonly Reference[]): void => {
      for (const id of new Set(names.map(entityId))) users.set(id, [...(users.get(id) ?? []), user]);
    };
    for (const [key, flag] of this.#overlay.flags) {
      if (flag !== null) add({ kind: 'flag', key }, namesOfFlag(flag));
    }
    for (const [key, segment] of this.#overlay.segments) {
      if (segment !== null) add({ kind: 'segment', key }, namesOfSegment(segment));
    }
    return users;
  }

  async #loadNames(entities: readonly Entity[]): Promise<void> {
    const wanted = entities.filter((entity) => !this.#names.has(entityId(entity)));
    const stored = await namesIn(
      this.#db,
      this.#place,
      wanted.filter((entity) => this.#overlaid(entity) === undefined),
    );
    for (const entity of wanted) {
      const overlaid = this.#overlaid(entity);
      const names =
        overlaid === undefined
          ? (stored.get(entityId(entity)) ?? [])
          : overlaid === null
            ? []
            : 'variations' in overlaid
              ? namesOfFlag(overlaid)
              : namesOfSegment(overlaid);
      this.#names.set(entityId(entity), names);
    }
  }

  async #loadDefinitions(entities: readonly Entity[]): Promise<void> {
    for (const table of ['flag', 'segment'] as const) {
      const keys: string[] = [];
      for (const entity of entities) {
        const id = entityId(entity);
        if (entity.kind !== table || this.#definitions.has(id)) continue;
        const overlaid = this.#overlaid(entity);
        this.#definitions.set(id, overlaid ?? null);
        if (overlaid === undefined) keys.push(entity.key);
      }
      for (const chunk of chunks(keys)) {
        const rows = await this.#db
          .selectFrom(table)
          .select(['key', 'definition'])
          .where('account', '=', this.#place.account)
          .where('app', '=', this.#place.app)
          .where('key', 'in', chunk)
          .execute();
        for (const { key, definition } of rows) {
          // The text was written by the stores.
          this.#definitions.set(entityId({ kind: table, key }), JSON.parse(definition) as Definition);
        }
      }
    }
  }

  /** Undefined: the database has it as it is. */
  #overlaid({ kind, key }: Entity): Definition | null | undefined {
    return kind === 'flag' ? this.#overlay.flags.get(key) : this.#overlay.segments.get(key);
  }
}

const unique = (entities: readonly Entity[]): readonly Entity[] => [
  ...new Map(entities.map(({ kind, key }) => [entityId({ kind, key }), { kind, key }])).values(),
];
