import type { Rule } from '@halyard/engine';
import { sameJson } from '../diff/diff.ts';

/**
 * Gives every rule an id, and each rule that was there before the one it had.
 *
 * A rule that carries an id has that. Another takes the id of the old rule with equal conditions that serves the same (whatever its
 * share), else of the one with its priority, each id once and none that the write itself names; else it is new.
 */
export const withIds = (rules: readonly Rule[], before: readonly Rule[], seed: string): readonly Rule[] => {
  const named = new Set(rules.flatMap(({ id }) => id ?? []));
  const free = before.filter(({ id }) => id !== undefined && !named.has(id));
  const taken = new Map<Rule, Rule>();
  const take = (fits: (rule: Rule, old: Rule) => boolean): void => {
    for (const rule of rules) {
      if (rule.id !== undefined || taken.has(rule)) continue;
      const at = free.findIndex((old) => fits(rule, old));
      const [old] = at === -1 ? [] : free.splice(at, 1);
      if (old !== undefined) taken.set(rule, old);
    }
  };
  take(asksAndServesTheSame);
  take((rule, old) => rule.priority === old.priority);

  const used = new Set([...named, ...before.flatMap(({ id }) => id ?? [])]);
  const byId = new Map(before.map((rule) => [rule.id, rule]));
  return rules.map((rule) => {
    const id = rule.id ?? taken.get(rule)?.id ?? newId(seed, rule, used);
    used.add(id);
    const old = byId.get(id);
    // What a rule was created with stays: another way to bucket would move people.
    return old === undefined ? placed({ ...rule, id }) : placed(rebucketed({ ...rule, id }, old));
  });
};

const rebucketed = ({ bucketing: _, ...rule }: Rule, { bucketing }: Rule): Rule =>
  // One form of rule or the other, as it was.
  ({ ...rule, ...(bucketing === undefined ? {} : { bucketing }) }) as Rule;

/** A rule's fields always in this order. */
const placed = ({ id, priority, conditions, bucketing, ...rest }: Rule): Rule =>
  ({
    ...(id === undefined ? {} : { id }),
    priority,
    conditions,
    ...rest,
    ...(bucketing === undefined ? {} : { bucketing }),
  }) as Rule;

const asksAndServesTheSame = (rule: Rule, old: Rule): boolean =>
  sameJson(rule.conditions, old.conditions) && sameJson(served(rule), served(old));

/** The variations a rule serves, its shares aside. */
const served = ({ split, serve_variation }: Rule): readonly (string | undefined)[] =>
  split === undefined ? [serve_variation] : split.allocations.map(({ variation }) => variation).sort();

/**
 * Six letters and digits that follow from what the rule is, so that a decision that is made again makes the same: decisions read no
 * clock and no random source.
 */
const newId = (seed: string, rule: Rule, used: ReadonlySet<string>): string =>
  idOf(`${seed}\n${JSON.stringify(rule)}`, used);

/** Always the same for the same text, and none of those that are used. */
export const idOf = (text: string, used: ReadonlySet<string>): string => {
  for (let attempt = 0; ; attempt += 1) {
    const id = `r_${fnv1a(`${text}\n${attempt}`).toString(36).padStart(6, '0').slice(-6)}`;
    if (!used.has(id)) return id;
  }
};

const fnv1a = (text: string): number => {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
};
