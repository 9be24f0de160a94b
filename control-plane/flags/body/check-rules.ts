import { checkCondition } from './check-condition.ts';
import { checkSplit, leavesNoGap } from './check-split.ts';
import { type Issues, nameOf, type Path } from './issues.ts';
import { isList, isObject, type JsonObject, own } from './json.ts';
import { LIMITS } from './schema-flag.ts';

/** The contract's own sentence: existing clients look for it. */
const CATCH_ALL_ORDER = 'Rules with empty conditions must come after rules with conditions';

/** What only several fields together show to be wrong in a list of rules. */
export function checkRules(
  rules: unknown,
  isVariation: ((name: string) => boolean) | null,
  issues: Issues,
  at: Path,
): void {
  if (!isList(rules) || rules.length > LIMITS.rules) return;
  const priorities = new Map<unknown, Path>();
  const ids = new Map<unknown, Path>();
  rules.forEach((rule, index) => {
    if (!isObject(rule)) return;
    const place = [...at, index];
    checkOnce(own(rule, 'priority'), priorities, issues, [...place, 'priority']);
    checkOnce(own(rule, 'id'), ids, issues, [...place, 'id']);
    checkServing(rule, isVariation, issues, place);
    const conditions = own(rule, 'conditions');
    if (!isList(conditions)) return;
    conditions.forEach((condition, which) => {
      checkCondition(condition, issues, [...place, 'conditions', which], 1);
    });
  });
  checkOrder(rules, issues, at);
}

function checkOnce(value: unknown, seen: Map<unknown, Path>, issues: Issues, place: Path): void {
  if (typeof value !== 'number' && typeof value !== 'string') return;
  const before = seen.get(value);
  if (before === undefined) seen.set(value, place);
  else {
    const what = String(place.at(-1));
    issues.add(
      place,
      `${nameOf(place)} is ${value}, which ${nameOf(before)} is too; expected each ${what} once`,
    );
  }
}

function checkServing(
  rule: JsonObject,
  isVariation: ((name: string) => boolean) | null,
  issues: Issues,
  at: Path,
): void {
  const split = own(rule, 'split');
  if (split === undefined) {
    const place = [...at, 'serve_variation'];
    const served = own(rule, 'serve_variation');
    if (served === undefined) issues.expected(place, served, 'a name in variations');
    else if (typeof served === 'string' && isVariation !== null && !isVariation(served)) {
      issues.expected(place, served, 'a name in variations');
    }
    return;
  }
  if (own(rule, 'rollout') !== undefined) {
    issues.add([...at, 'rollout'], `${nameOf(at)} has both a rollout and a split; expected only one of them`);
  }
  checkSplit(split, isVariation, issues, [...at, 'split']);
}

/** By priority, nothing but catch-alls comes after a catch-all. */
function checkOrder(rules: readonly unknown[], issues: Issues, at: Path): void {
  const ordered = rules
    .map((rule, index) => ({ rule, index, priority: own(rule, 'priority') }))
    .filter((each): each is typeof each & { priority: number } => typeof each.priority === 'number')
    .sort((a, b) => a.priority - b.priority);
  const last = ordered.findLastIndex(({ rule }) => !isCatchAll(rule));
  const early = ordered.slice(0, Math.max(last, 0)).find(({ rule }) => isCatchAll(rule));
  if (early !== undefined) issues.add([...at, early.index], CATCH_ALL_ORDER);
}

function isCatchAll(rule: unknown): boolean {
  const conditions = own(rule, 'conditions');
  if (!isList(conditions) || conditions.length > 0) return false;
  const split = own(rule, 'split');
  if (split !== undefined) return leavesNoGap(split);
  const rollout = own(rule, 'rollout');
  return rollout === undefined || own(rollout, 'percentage') === 100;
}
