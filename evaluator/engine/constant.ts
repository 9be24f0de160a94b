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
  // Looked at once a rule: each is compared with all that come before it, and there may be a thousand.
  const looks = inOrder(rules).map(lookAt);
  return looks.flatMap((look, index) => {
    const { rule } = look;
    const earlier = looks.slice(0, index).filter((other) => isWithin(other.conditions, look.conditions));
    const whole = earlier.find((other) => other.holdsEverybody);
    if (whole !== undefined) return [{ rule, because: [whole.rule] }];
    if (look.ranges.length === 0) return [];
    const before = earlier.filter(({ point }) => point === look.point);
    const taken = coalesce(mergedUnits(before.flatMap(({ ranges }) => ranges)));
    const isTaken = look.ranges.every(([from, to]) => taken.some(([low, high]) => low <= from && to <= high));
    return isTaken ? [{ rule, because: before.map((other) => other.rule) }] : [];
  });
};

interface Look {
  readonly rule: Rule;
  readonly conditions: ReadonlySet<string>;
  readonly holdsEverybody: boolean;
  /** In units. */
  readonly ranges: readonly Range[];
  readonly point: string;
}

const lookAt = (rule: Rule): Look => ({
  rule,
  conditions: new Set(rule.conditions.map((condition: Condition) => JSON.stringify(condition))),
  holdsEverybody: holdsEverybody(rule),
  ranges: rangesOf(rule).map(toUnits),
  point: pointOf(rule),
});

const isWithin = (inner: ReadonlySet<string>, outer: ReadonlySet<string>): boolean => {
  if (inner.size > outer.size) return false;
  for (const one of inner) if (!outer.has(one)) return false;
  return true;
};

const inOrder = (rules: readonly Rule[]): readonly Rule[] =>
  rules.toSorted((a, b) => a.priority - b.priority);

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

const pointOf = (rule: Rule): string =>
  JSON.stringify([
    rule.split?.attribute ?? rule.rollout?.attribute ?? 'targetingKey',
    rule.bucketing ?? null,
  ]);

/** Ranges of several rules may overlap, those of one never do. In units. */
const mergedUnits = (ranges: readonly Range[]): readonly Range[] => {
  const merged: [from: number, to: number][] = [];
  for (const [from, to] of ranges.toSorted((a, b) => a[0] - b[0])) {
    const last = merged.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  return merged;
};
