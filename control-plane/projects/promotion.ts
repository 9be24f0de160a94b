import { flagPart } from '../flags/diff/definition-part.ts';
import { diffFlags, diffSegments } from '../flags/diff/diff.ts';
import { exposureOfChange } from '../flags/exposure/exposure.ts';
import type { Entity } from '../flags/references/integrity.ts';
import { namesOfFlag, namesOfSegment } from '../flags/references/names.ts';
import type { Named } from '../model/carried.ts';
import type { Diff } from '../model/changelog.ts';
import type { FlagDefinition } from '../model/flag.ts';
import { carried } from './carry.ts';
import { compareTwo } from './compare.ts';
import { compareFlags } from './compare-flags.ts';
import { type Carrying, flagIn, nameOf, segmentIn } from './side.ts';
import type { Difference, Status } from './three-way.ts';

export interface PromotionItem {
  readonly kind: Entity['kind'];
  readonly key: string;
  /** How it stood before. */
  readonly status: Status;
  /** `asked`; `missing`: the target lacks it and something that is carried over needs it; `stays`: the target has another one, which stays. */
  readonly because: 'asked' | 'missing' | 'stays';
  /** What changes in the target; of what stays, what would. */
  readonly diff: Diff;
  /** Of a flag. */
  readonly exposure: ReturnType<typeof exposureOfChange> | null;
}

export interface Conflict extends Entity, Omit<Difference, 'side'> {
  /** The dotted path that both sides changed. */
  readonly path: string;
}

export interface Promotion {
  readonly items: readonly PromotionItem[];
  readonly conflicts: readonly Conflict[];
  /** For one commit of the target. */
  readonly changes: readonly Carrying[];
  /** What has to be known of both environments before this is the whole promotion. */
  readonly unknown: readonly Entity[];
}

/** What is known of the two environments; by name. Null: it is not there. */
export interface Knowledge {
  readonly app_id: string;
  readonly from: ReadonlyMap<string, Named>;
  readonly to: ReadonlyMap<string, Named>;
  readonly bases: ReadonlyMap<string, Named['definition']>;
  /** The names that were asked for. */
  readonly asked: ReadonlySet<string>;
}

export interface PromotionRequest {
  readonly keys: readonly string[];
  /** State is carried too. */
  readonly state: boolean;
  readonly conflicts: 'refuse' | 'source';
}

/**
 * What a promotion does, from what is known of the two environments: pure. Flags are carried with what they need and the target lacks;
 * what it has and is another one stays.
 */
export const planPromotion = (request: PromotionRequest, known: Knowledge): Promotion => {
  const items = new Map<string, PromotionItem>();
  const conflicts: Conflict[] = [];
  const changes: Carrying[] = [];
  const unknown = new Map<string, Entity>();
  const queue: { readonly entity: Entity; readonly asked: boolean }[] = request.keys.map((key) => ({
    entity: { kind: 'flag', key },
    asked: true,
  }));
  for (const { entity, asked } of queue) {
    const name = nameOf(entity);
    if (items.has(name)) continue;
    if (!known.asked.has(name)) {
      unknown.set(name, entity);
      continue;
    }
    const planned = asked ? planFlag(entity.key, request, known) : planNeeded(entity, request, known);
    if (planned === null) continue;
    items.set(name, planned.item);
    conflicts.push(...planned.conflicts);
    if (planned.change !== null) changes.push(planned.change);
    queue.push(...planned.needs.map(({ kind, key }) => ({ entity: { kind, key }, asked: false })));
  }
  return { items: [...items.values()], conflicts, changes, unknown: [...unknown.values()] };
};

interface Planned {
  readonly item: PromotionItem;
  readonly conflicts: readonly Conflict[];
  readonly change: Carrying | null;
  readonly needs: readonly Entity[];
}

const planFlag = (
  key: string,
  { state, conflicts: on }: PromotionRequest,
  known: Knowledge,
): Planned | null => {
  const from = flagIn(known.from, key);
  if (from === null) return null;
  const to = flagIn(known.to, key);
  if (to === null) return planNewFlag(key, 'asked', state, known);
  const base = known.bases.get(nameOf(from));
  const compared = compareFlags({
    from: from.definition,
    to: to.definition,
    base: base !== undefined && 'variations' in base ? base : null,
  });
  const { status, merged } = compared;
  const conflicts = Object.entries(compared.diff)
    .filter(([, { side }]) => side === 'both')
    .map(([path, { side: _, ...values }]): Conflict => ({ kind: 'flag', key, path, ...values }));
  const part = merged ?? (on === 'source' ? flagPart(from.definition) : null);
  const moves = status === 'behind' || status === 'diverged' || (status === 'same' && state);
  const after = moves && part !== null ? carried(part, from.definition, compared.to, state) : to.definition;
  const diff = diffFlags(to.definition, after);
  const writes = Object.keys(diff).length > 0;
  return {
    item: {
      kind: 'flag',
      key,
      status,
      because: 'asked',
      diff,
      exposure: exposureOfChange(to.definition, after),
    },
    conflicts,
    change: writes
      ? {
          was: to.version,
          change: { event: 'update', key, after, source: sourceOf(from, known) },
        }
      : null,
    needs: writes ? namesOfFlag(after) : [],
  };
};

const planNewFlag = (
  key: string,
  because: 'asked' | 'missing',
  state: boolean,
  known: Knowledge,
): Planned | null => {
  const from = flagIn(known.from, key);
  if (from === null) return null;
  const after = carried(flagPart(from.definition), from.definition, null, state);
  return {
    item: {
      kind: 'flag',
      key,
      status: 'only_from',
      because,
      diff: diffFlags(null, after),
      exposure: exposureOfChange(null, after),
    },
    conflicts: [],
    change: { was: null, change: { event: 'create', key, after, source: sourceOf(from, known) } },
    needs: namesOfFlag(after),
  };
};

/** Null: the target has it as it is, or only the target has it. */
const planNeeded = ({ kind, key }: Entity, { state }: PromotionRequest, known: Knowledge): Planned | null => {
  const name = nameOf({ kind, key });
  const [from, to] = [known.from.get(name), known.to.get(name)];
  if (from === undefined) return null;
  if (to !== undefined) return planStaying(from, to, known);
  if (kind === 'flag') return planNewFlag(key, 'missing', state, known);
  const segment = segmentIn(known.from, key);
  if (segment === null) return null;
  const { definition: after } = segment;
  return {
    item: {
      kind,
      key,
      status: 'only_from',
      because: 'missing',
      diff: diffSegments(null, after),
      exposure: null,
    },
    conflicts: [],
    change: {
      was: null,
      change: { kind: 'segment', event: 'create', key, after, source: sourceOf(segment, known) },
    },
    needs: namesOfSegment(after),
  };
};

const planStaying = (from: Named, to: Named, { bases }: Knowledge): Planned | null => {
  const { status } = compareTwo(from, to, bases.get(nameOf(from)) ?? null);
  if (status === 'same') return null;
  const diff =
    from.kind === 'flag' && to.kind === 'flag'
      ? diffFlags(to.definition, from.definition)
      : from.kind === 'segment' && to.kind === 'segment'
        ? diffSegments(to.definition, from.definition)
        : {};
  const { kind, key } = to;
  const exposure = to.kind === 'flag' ? unmoved(to.definition) : null;
  return {
    item: { kind, key, status, because: 'stays', diff, exposure },
    conflicts: [],
    change: null,
    needs: [],
  };
};

const unmoved = (flag: FlagDefinition) => exposureOfChange(flag, flag);

const sourceOf = ({ version, hash }: Named, { app_id }: Knowledge) => ({
  app_id,
  flag_version: version,
  entry_hash: hash,
});
