import type { Range, Rule } from './model.ts';
import { coalesce, lengthOf, splitOfRollout, toPercent, toUnits, UNITS_PER_PERCENT, WHOLE } from './split.ts';

/**
 * What rules without conditions give to whom. The rules of one flag share the point of a context (per bucketing attribute, and where they have no
 * `bucketing` of their own), so a later
 * one only serves what the earlier ones left of its ranges.
 */

/** Serves everybody whom no earlier rule serves, so that no later rule is ever reached. */
export const isCatchAll = (rule: Rule): boolean => {
  if (rule.conditions.length > 0) return false;
  if (rule.split === undefined) return (rule.rollout?.percentage ?? 100) >= 100;
  return holdsAll(rule.split.allocations.flatMap(({ ranges }) => ranges));
};

/** Whether ranges leave no gap from 0 to 100. */
export const holdsAll = (ranges: readonly Range[]): boolean => {
  let covered = 0;
  for (const [from, to] of ranges.map(toUnits).sort((a, b) => a[0] - b[0])) {
    if (from > covered) return false;
    covered = Math.max(covered, to);
  }
  return covered >= WHOLE;
};

export interface OpenShare {
  readonly variation: string;
  /** Of all contexts that have the bucketing attributes and that no rule with conditions decides; percent, at most 6 decimals. */
  readonly share: number;
}

/** What a rule still serves of its own ranges. */
export interface OpenRule {
  readonly shares: readonly OpenShare[];
  /** By variation, in percent, on the rule's own attribute: those of its ranges that no earlier rule of that attribute holds. */
  readonly left: readonly { readonly variation: string; readonly ranges: readonly Range[] }[];
}

/**
 * The open rules among a flag's rules, in ascending priority, each with what is left for it. Points of different attributes count as
 * independent of each other. A rule without a rollout or split takes what is left.
 */
export const openRules = (rules: readonly Rule[]): ReadonlyMap<Rule, OpenRule> => {
  const taken = new Map<string, readonly Range[]>();
  const free = (attribute: string): number => 1 - lengthOf(taken.get(attribute) ?? []) / WHOLE;
  const result = new Map<Rule, OpenRule>();
  let closed = false;
  for (const rule of rules.filter(({ conditions }) => conditions.length === 0).sort(byPriority)) {
    const { point, parts } = partsOf(rule);
    const before = taken.get(point) ?? [];
    const left = parts.map(({ variation, ranges }) => ({ variation, units: minus(ranges, before) }));
    let elsewhere = closed ? 0 : 1;
    for (const other of taken.keys()) if (other !== point) elsewhere *= free(other);
    result.set(rule, {
      left: left.map(({ variation, units }) => ({ variation, ranges: units.map(toPercent) })),
      shares: left.map(({ variation, units }) => ({
        variation,
        share: Math.round(lengthOf(units) * elsewhere) / UNITS_PER_PERCENT,
      })),
    });
    taken.set(point, coalesce([...before, ...left.flatMap(({ units }) => units)]));
    closed ||= isCatchAll(rule);
  }
  return result;
};

const byPriority = (a: Rule, b: Rule): number => a.priority - b.priority;

const partsOf = (rule: Rule) => {
  const split = rule.split ?? splitOfRollout(rule.rollout ?? { percentage: 100 }, rule.serve_variation);
  return {
    // Rules share a point where they bucket the same attribute in the same way.
    point: JSON.stringify([split.attribute ?? 'targetingKey', rule.bucketing ?? null]),
    parts: split.allocations.map(({ variation, ranges }) => ({
      variation,
      ranges: coalesce(ranges.map(toUnits)),
    })),
  };
};

/** What of ranges lies in none of others; both coalesced. */
const minus = (ranges: readonly Range[], others: readonly Range[]): readonly Range[] =>
  ranges.flatMap(([from, to]) => {
    const pieces: Range[] = [];
    let at = from;
    for (const [start, end] of others) {
      if (end <= at || start >= to) continue;
      if (start > at) pieces.push([at, start]);
      at = Math.max(at, end);
    }
    if (at < to) pieces.push([at, to]);
    return pieces;
  });
