import type { Condition, Flag, Range, Rule } from '@halyard/engine';
import { sameJson } from '../diff/diff.ts';
import {
  type CohortLimits,
  idOf,
  inOrder,
  movesOff,
  NAMED_USERS,
  offOf,
  type Part,
  partsOf,
  pointOf,
} from './exposure.ts';

/**
 * What a change of a flag does to whom it exposes. `narrows`: only in these forms: the flag is turned off; keys of a cohort are removed;
 * ranges that serve something else than off shrink, or such a rule goes, and whoever leaves gets off or what they had. Never more
 * contexts than before then get any one variation other than off. `neutral`: nobody gets anything else. `widens`: all the rest, also
 * where the share stays as it was.
 */
export type Effect = 'narrows' | 'neutral' | 'widens';

export const effectOf = (before: Flag, after: Flag, limits: CohortLimits = NAMED_USERS): Effect => {
  if (movesOff(before, after)) return 'widens';
  if (!sameJson(servingFields(before), servingFields(after))) return 'widens';
  const rules = sameJson(before.rules, after.rules) ? 'neutral' : rulesEffect(before, after, limits);
  if (rules === 'widens') return 'widens';
  if (before.enabled === after.enabled) return rules;
  return before.enabled ? 'narrows' : 'widens';
};

/** What decides answers, but for the switch and the rules. */
const servingFields = (flag: Flag) => ({
  variations: flag.variations,
  default_variation: flag.default_variation,
  prerequisites: flag.prerequisites ?? [],
  client_side: flag.client_side ?? true,
  bucketing: flag.bucketing ?? null,
});

/** Where one rule is smaller than it was: by variation, none of which is off, whether somebody left it. */
interface Left {
  /** The place of the rule among the rules before. */
  readonly index: number;
  readonly variations: ReadonlySet<string>;
}

const rulesEffect = (before: Flag, after: Flag, limits: CohortLimits): Effect => {
  const off = offOf(before);
  const [old, now] = [inOrder(before.rules), inOrder(after.rules)];
  const byId = new Map(now.map((rule) => [idOf(rule), rule]));
  const kept = old.filter((rule) => byId.has(idOf(rule))).map(idOf);
  // A new rule, or another order, can give anybody anything.
  if (!sameJson(kept, now.map(idOf))) return 'widens';
  const lefts: Left[] = [];
  for (const [index, rule] of old.entries()) {
    const left = leftBy(rule, byId.get(idOf(rule)), off, limits);
    if (left === null) return 'widens';
    if (left.size > 0) lefts.push({ index, variations: left });
  }
  if (lefts.length === 0) return 'neutral';
  return lefts.every((left) => isSafe(left, old, byId, after.default_variation, off)) ? 'narrows' : 'widens';
};

/** The variations other than off that some contexts no longer get by a rule; null: it does not only shrink. */
const leftBy = (
  was: Rule,
  is: Rule | undefined,
  off: string | null,
  limits: CohortLimits,
): ReadonlySet<string> | null => {
  const parts = partsOf(was);
  const exposed = new Set(parts.map(({ variation }) => variation).filter((name) => name !== off));
  if (is === undefined) {
    // Whoever a rule kept at off goes on to what comes after it.
    return parts.some(({ variation }) => variation === off) ? null : exposed;
  }
  const conditions = conditionsEffect(was.conditions, is.conditions, limits);
  if (conditions === 'other') return null;
  // Whom the rule no longer holds for, it no longer keeps at off either.
  if (conditions === 'fewer' && exposed.size < parts.length) return null;
  const shrunk = shrunkParts(was, is, off);
  if (shrunk === null) return null;
  return conditions === 'fewer' ? exposed : shrunk;
};

const shrunkParts = (was: Rule, is: Rule, off: string | null): ReadonlySet<string> | null => {
  const [before, after] = [partsOf(was), partsOf(is)];
  if (sameJson(before, after) && pointOf(was) === pointOf(is) && hasShare(was) === hasShare(is)) {
    return new Set();
  }
  // A rule for all that becomes one for a share passes over whoever has no attribute to bucket by, which is fewer again.
  if (hasShare(was) && (!hasShare(is) || pointOf(was) !== pointOf(is))) return null;
  const left = new Set<string>();
  for (const name of new Set([...before, ...after].map(({ variation }) => variation))) {
    const [had, has] = [rangesOf(before, name), rangesOf(after, name)];
    if (name === off) {
      if (!isWithin(had, has)) return null;
    } else {
      if (!isWithin(has, had)) return null;
      if (!isWithin(had, has) || hasShare(was) !== hasShare(is)) left.add(name);
    }
  }
  return left;
};

const hasShare = (rule: Rule): boolean => rule.split !== undefined || rule.rollout !== undefined;

const rangesOf = (parts: readonly Part[], name: string): readonly Range[] =>
  parts.find(({ variation }) => variation === name)?.ranges ?? [];

/** Whether every one of some ranges lies in the union of others. */
const isWithin = (inner: readonly Range[], outer: readonly Range[]): boolean => {
  const joined: [from: number, to: number][] = [];
  for (const [from, to] of outer.toSorted((a, b) => a[0] - b[0])) {
    const last = joined.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to);
    else joined.push([from, to]);
  }
  return inner.every(([from, to]) => joined.some(([low, high]) => low <= from && to <= high));
};

/** Whether whoever left a rule gets off from all that comes behind it, or the variation that they had. */
const isSafe = (
  { index, variations }: Left,
  old: readonly Rule[],
  byId: ReadonlyMap<string, Rule>,
  otherwise: string,
  off: string | null,
): boolean => {
  const later = old.slice(index + 1).flatMap((rule) => byId.get(idOf(rule)) ?? []);
  const behind = new Set([
    ...later.flatMap((rule) => partsOf(rule).map(({ variation }) => variation)),
    otherwise,
  ]);
  behind.delete(off ?? '');
  return [...behind].every((name) => variations.size === 1 && variations.has(name));
};

/** `fewer`: named keys of a cohort were removed, and nothing else. */
const conditionsEffect = (
  was: readonly Condition[],
  is: readonly Condition[],
  { attributes }: CohortLimits,
): 'same' | 'fewer' | 'other' => {
  if (was.length !== is.length) return 'other';
  let fewer = false;
  for (const [index, condition] of was.entries()) {
    const now = is[index];
    if (now === undefined) return 'other';
    if (sameJson(condition, now)) continue;
    if (!hasFewerKeys(condition, now, attributes)) return 'other';
    fewer = true;
  }
  return fewer ? 'fewer' : 'same';
};

const hasFewerKeys = (was: Condition, is: Condition, attributes: readonly string[]): boolean => {
  if ('logical_operator' in was || 'logical_operator' in is) return false;
  if (was.operator !== 'in' || (is.operator !== 'in' && is.operator !== 'equals')) return false;
  if (was.attribute !== is.attribute || !attributes.includes(was.attribute)) return false;
  if (was.ignore_case === true || is.ignore_case === true) return false;
  const had = new Set(was.value.map(String));
  return [is.value].flat().every((key) => had.has(String(key)));
};
