import type { Condition, Flag, Range, Rule } from './model.ts';
import { isCatchAll } from './open-rules.ts';
import { coalesce, splitOfRollout, toUnits } from './split.ts';

/**
 * What can be said of a flag from its definition alone, whatever the context. A context whose bucketing attribute is a list or an
 * object, which nothing buckets, is left out of account.
 */

/**
 * The one variation that the definition can serve to anybody; null where there are several, or where it can be the caller's own
 * default. Proved, not observed: a rule counts as able to serve unless an earlier one always serves before it.
 */
export const constantOf = (flag: Flag): string | null => {
  const possible = new Set<string | null>();
  const off = flag.off_variation === undefined ? flag.default_variation : flag.off_variation;
  if (!flag.enabled || (flag.prerequisites ?? []).length > 0) possible.add(off);
  if (flag.enabled) {
    const { served, closed } = servedBy(flag.rules);
    for (const variation of served) possible.add(variation);
    if (!closed) possible.add(flag.default_variation);
  }
  const [only = null, ...others] = possible;
  return others.length === 0 ? only : null;
};

/** `closed`: nobody is left for the default variation. */
const servedBy = (
  rules: readonly Rule[],
): { readonly served: ReadonlySet<string>; readonly closed: boolean } => {
  const unreachable = new Set(unreachableRules(rules).map(({ rule }) => rule));
  const served = new Set<string>();
  for (const rule of inOrder(rules)) {
    if (!unreachable.has(rule)) for (const { variation } of partsOf(rule)) served.add(variation);
    if (rule.conditions.length === 0 && holdsEverybody(rule)) return { served, closed: true };
  }
  return { served, closed: false };
};

export interface Unreachable {
  readonly rule: Rule;
  /** The earlier rules that leave nobody for it, in ascending priority. */
  readonly because: readonly Rule[];
}

/**
 * Rules that can never serve: every context for which their conditions hold was served by an earlier rule whose conditions are among
 * theirs. In ascending priority.
 */
export const unreachableRules = (rules: readonly Rule[]): readonly Unreachable[] => {
  const ordered = inOrder(rules);
  return ordered.flatMap((rule, index) => {
    const earlier = ordered
      .slice(0, index)
      .filter((other) => other.conditions.every((condition) => hasCondition(rule, condition)));
    const whole = earlier.find(holdsEverybody);
    if (whole !== undefined) return [{ rule, because: [whole] }];
    const wanted = rangesOf(rule);
    const before = earlier.filter((other) => isBucketedAlike(other, rule));
    const taken = coalesce(mergedUnits(before.flatMap(rangesOf)));
    const isTaken =
      wanted !== null &&
      wanted.length > 0 &&
      wanted.map(toUnits).every(([from, to]) => taken.some(([low, high]) => low <= from && to <= high));
    return isTaken ? [{ rule, because: before }] : [];
  });
};

const inOrder = (rules: readonly Rule[]): readonly Rule[] =>
  rules.toSorted((a, b) => a.priority - b.priority);

const hasCondition = (rule: Rule, condition: Condition): boolean => {
  const text = JSON.stringify(condition);
  return rule.conditions.some((other) => JSON.stringify(other) === text);
};

/** Whether a rule serves whoever its conditions hold for. */
const holdsEverybody = (rule: Rule): boolean => {
  const open = { ...rule, conditions: [] };
  // A split of several variations needs a bucket, and so passes over who has no bucketing attribute.
  return isCatchAll(open) && (rule.split === undefined || partsOf(rule).length === 1);
};

/** The variations that a rule can serve, with their ranges. */
const partsOf = (rule: Rule): readonly { readonly variation: string; readonly ranges: readonly Range[] }[] =>
  (
    rule.split ?? splitOfRollout(rule.rollout ?? { percentage: 100 }, rule.serve_variation)
  ).allocations.filter(({ ranges }) => ranges.length > 0);

/** What a rule with a rollout or split takes of the bucket space. */
const rangesOf = (rule: Rule): readonly Range[] =>
  rule.split === undefined && rule.rollout === undefined ? [] : partsOf(rule).flatMap(({ ranges }) => ranges);

const isBucketedAlike = (a: Rule, b: Rule): boolean => pointOf(a) === pointOf(b);

const pointOf = (rule: Rule): string =>
  JSON.stringify([
    rule.split?.attribute ?? rule.rollout?.attribute ?? 'targetingKey',
    rule.bucketing ?? null,
  ]);

/** Ranges of several rules may overlap, those of one never do. */
const mergedUnits = (ranges: readonly Range[]): readonly Range[] => {
  const merged: [from: number, to: number][] = [];
  for (const [from, to] of ranges.map(toUnits).toSorted((a, b) => a[0] - b[0])) {
    const last = merged.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  return merged;
};
