import { type Condition, type Flag, type Range, type Rule, splitOfRollout } from '@halyard/engine';
import { sameJson } from '../diff/diff.ts';

/**
 * The largest share of contexts that can get anything but the off variation, from the definition alone. Conditions, prerequisites and
 * segments are ignored: it is an upper bound, and so the one number that limits, approvals and ramps speak of.
 */
export interface Exposure {
  /** Percent, 0 to 100, of everybody whom no cohort rule names. */
  readonly share: number;
  /** Rules that are for a few named keys; they add nothing to `share`. */
  readonly cohorts: readonly Cohort[];
  /** The ids of the rules that `share` comes from, by priority; empty where the default variation alone is. */
  readonly by: readonly string[];
}

export interface Cohort {
  /** The rule's id. */
  readonly rule: string;
  readonly attribute: string;
  /** How many keys it names. */
  readonly size: number;
}

/** What makes a rule one for a cohort: it asks for named keys of one of these attributes. */
export interface CohortLimits {
  readonly attributes: readonly string[];
  /** In all cohort rules of a flag together; a flag with more has none. */
  readonly maxKeys: number;
  /** Whether a key may be named at all; default any. */
  readonly admits?: (key: string) => boolean;
}

/** Where no agent's token says otherwise. */
export const NAMED_USERS: CohortLimits = { attributes: ['targetingKey'], maxKeys: 50 };

const NONE: Exposure = { share: 0, cohorts: [], by: [] };
const EVERYBODY: Exposure = { share: 100, cohorts: [], by: [] };

export const exposureOf = (flag: Flag, limits: CohortLimits = NAMED_USERS): Exposure => {
  if (!flag.enabled) return NONE;
  const off = offOf(flag);
  if (flag.default_variation !== off) return EVERYBODY;
  const cohorts = cohortsOf(flag, limits);
  const population = inOrder(flag.rules).filter(
    (rule) => !cohorts.has(rule) && exposedParts(rule, off).length > 0,
  );
  return {
    share: shareOf(population, (variation) => variation !== off),
    cohorts: [...cohorts].map(([rule, { attribute, keys }]) => ({
      rule: idOf(rule),
      attribute,
      size: keys.length,
    })),
    by: population.map(idOf),
  };
};

/** What a change makes of it. Moving what off serves gives everybody something new, whatever the rules say. */
export const exposureOfChange = (
  before: Flag | null,
  after: Flag | null,
  limits: CohortLimits = NAMED_USERS,
): { readonly before: Exposure; readonly after: Exposure } => {
  const now = after === null ? NONE : exposureOf(after, limits);
  return {
    before: before === null ? NONE : exposureOf(before, limits),
    after: before !== null && after !== null && movesOff(before, after) ? { ...now, share: 100 } : now,
  };
};

/** Null: the caller's own default, which is no variation. */
export const offOf = (flag: Flag): string | null =>
  flag.off_variation === undefined ? flag.default_variation : flag.off_variation;

/** Whether what off serves is another variation, or has another value. */
export const movesOff = (before: Flag, after: Flag): boolean => {
  const [was, is] = [offOf(before), offOf(after)];
  if (was !== is) return true;
  if (was === null) return false;
  return !sameJson(before.variations[was], after.variations[was]);
};

export const inOrder = (rules: readonly Rule[]): readonly Rule[] =>
  rules.toSorted((a, b) => a.priority - b.priority);

/** A stored rule has one; what was stored before rules had ids goes by its priority. */
export const idOf = (rule: Rule): string => rule.id ?? String(rule.priority);

export interface Part {
  readonly variation: string;
  readonly ranges: readonly Range[];
}

const WHOLE: Range = [0, 100];

/** What a rule serves to which part of the bucket space. */
export const partsOf = (rule: Rule): readonly Part[] => {
  if (rule.split === undefined && rule.rollout === undefined) {
    return [{ variation: rule.serve_variation, ranges: [WHOLE] }];
  }
  const split = rule.split ?? splitOfRollout(rule.rollout ?? { percentage: 100 }, rule.serve_variation);
  return split.allocations.filter(({ ranges }) => ranges.length > 0);
};

export const exposedParts = (rule: Rule, off: string | null): readonly Part[] =>
  partsOf(rule).filter(({ variation }) => variation !== off);

/** Rules share a point where they bucket the same attribute in the same way. */
export const pointOf = (rule: Rule): string =>
  JSON.stringify([
    rule.split?.attribute ?? rule.rollout?.attribute ?? 'targetingKey',
    rule.bucketing ?? null,
  ]);

const MILLION = 1_000_000;

/**
 * Percent that rules can give variations that count. Ranges of one point are united; whether those of different points meet nobody can
 * know, so they are added.
 */
export const shareOf = (rules: readonly Rule[], counts: (variation: string) => boolean): number => {
  const byPoint = new Map<string, Range[]>();
  for (const rule of rules) {
    const ranges = partsOf(rule)
      .filter(({ variation }) => counts(variation))
      .flatMap((part) => part.ranges);
    byPoint.set(pointOf(rule), [...(byPoint.get(pointOf(rule)) ?? []), ...ranges]);
  }
  const units = [...byPoint.values()].reduce((sum, ranges) => sum + lengthOfUnion(ranges), 0);
  return Math.min(100 * MILLION, units) / MILLION;
};

const lengthOfUnion = (ranges: readonly Range[]): number => {
  let length = 0;
  let covered = 0;
  for (const [from, to] of ranges.toSorted((a, b) => a[0] - b[0])) {
    const [low, high] = [Math.max(covered, Math.round(from * MILLION)), Math.round(to * MILLION)];
    if (high <= low) continue;
    length += high - low;
    covered = high;
  }
  return length;
};

export interface NamedKeys {
  readonly attribute: string;
  readonly keys: readonly string[];
}

/** The rules that serve something else than off to named keys only. */
export const cohortsOf = (flag: Flag, limits: CohortLimits): ReadonlyMap<Rule, NamedKeys> => {
  const off = offOf(flag);
  const found = new Map<Rule, NamedKeys>();
  let keys = 0;
  for (const rule of inOrder(flag.rules)) {
    if (exposedParts(rule, off).length === 0) continue;
    const named = namedKeys(rule, limits);
    if (named === null) continue;
    found.set(rule, named);
    keys += named.keys.length;
  }
  return keys > limits.maxKeys ? new Map() : found;
};

/** The first condition of a rule's own list that asks for named keys. */
export const namedKeys = (rule: Rule, limits: CohortLimits): NamedKeys | null => {
  for (const condition of rule.conditions) {
    const named = keysOf(condition, limits.attributes);
    if (named?.keys.every((key) => limits.admits?.(key) ?? true)) return named;
  }
  return null;
};

const keysOf = (condition: Condition, attributes: readonly string[]): NamedKeys | null => {
  if ('logical_operator' in condition) return null;
  if (condition.operator !== 'equals' && condition.operator !== 'in') return null;
  const { attribute, value, ignore_case } = condition;
  // Any number of spellings would be one key.
  if (ignore_case === true || !attributes.includes(attribute)) return null;
  return { attribute, keys: [...new Set([value].flat().map(String))] };
};
