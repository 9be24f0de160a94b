import type { Rule } from '@halyard/engine';
import { same } from './same.ts';

/** A rule before and after a change. Null: it was not there, or is no longer. */
export interface RulePair {
  readonly before: Rule | null;
  readonly after: Rule | null;
  /** It was put somewhere else among the rules that stayed. */
  readonly moved: boolean;
}

const inOrder = (rules: readonly Rule[]): readonly Rule[] =>
  [...rules].sort((a, b) => a.priority - b.priority);

const idOf = (rule: Rule): unknown => ('id' in rule ? rule.id : undefined);
/** What is served by which attribute, the shares aside. */
const servedAside = ({ serve_variation, rollout, split }: Rule): unknown =>
  split === undefined
    ? [serve_variation, rollout?.attribute ?? null]
    : [split.attribute ?? null, split.allocations.map(({ variation }) => variation)];
const served = ({ serve_variation, rollout, split }: Rule): object => ({ serve_variation, rollout, split });

type Alike = (before: Rule, after: Rule) => boolean;

/** From the surest to the weakest sign that two are the same rule. */
const SIGNS: readonly Alike[] = [
  (before, after) => idOf(before) !== undefined && idOf(before) === idOf(after),
  (before, after) => same({ ...before, priority: 0 }, { ...after, priority: 0 }),
  (before, after) => before.priority === after.priority && same(before.conditions, after.conditions),
  (before, after) => before.conditions.length > 0 && same(before.conditions, after.conditions),
  (before, after) =>
    same(before.conditions, after.conditions) && same(servedAside(before), servedAside(after)),
  (before, after) => before.priority === after.priority && same(served(before), served(after)),
  (before, after) => before.priority === after.priority,
];

/** Which of the numbers are not in the longest run that grows: the fewest that were moved. */
const outOfOrder = (places: readonly number[]): ReadonlySet<number> => {
  const runs = places.map((place): readonly number[] => [place]);
  places.forEach((place, index) => {
    for (let earlier = 0; earlier < index; earlier += 1) {
      const run = runs[earlier] ?? [];
      if ((run.at(-1) ?? 0) < place && run.length + 1 > (runs[index]?.length ?? 0))
        runs[index] = [...run, place];
    }
  });
  const longest = runs.reduce((best, run) => (run.length > best.length ? run : best), []);
  return new Set(places.filter((place) => !longest.includes(place)));
};

/** The rules of two states, each with itself: those that are there afterwards in their order, then those that went. */
export const rulePairs = (before: readonly Rule[], after: readonly Rule[]): readonly RulePair[] => {
  const old = inOrder(before);
  const young = inOrder(after);
  const partner = new Map<Rule, Rule>();
  const taken = new Set<Rule>();
  for (const alike of SIGNS) {
    for (const rule of young) {
      if (partner.has(rule)) continue;
      const found = old.find((each) => !taken.has(each) && alike(each, rule));
      if (found === undefined) continue;
      partner.set(rule, found);
      taken.add(found);
    }
  }
  const stayed = young.flatMap((rule) => partner.get(rule) ?? []);
  const moved = outOfOrder(stayed.map((rule) => old.indexOf(rule)));
  return [
    ...young.map((rule): RulePair => {
      const was = partner.get(rule);
      if (was === undefined) return { before: null, after: rule, moved: false };
      return { before: was, after: rule, moved: moved.has(old.indexOf(was)) };
    }),
    ...old
      .filter((rule) => !taken.has(rule))
      .map((rule): RulePair => ({ before: rule, after: null, moved: false })),
  ];
};
