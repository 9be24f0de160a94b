import type { Flag, Rule, Split } from '@halyard/engine';
import { isCatchAll, openRules } from '@halyard/engine/shares';
import { inOrder } from './rule-keys.ts';

/** Several open rules that stand together, and the one split that serves everybody the same as they do. */
export interface SplitOffer {
  /** Their places, in the order the rules are tried. */
  readonly first: number;
  readonly count: number;
  readonly split: Split;
}

const isOpen = ({ conditions }: Rule): boolean => conditions.length === 0;

const attributeOf = (rule: Rule): string | undefined =>
  (rule.split ?? rule.rollout)?.attribute ?? (hasShare(rule) ? 'targetingKey' : undefined);

const sameBuckets = (a: Rule, b: Rule | undefined): boolean =>
  JSON.stringify(a.bucketing ?? null) === JSON.stringify(b?.bucketing ?? null);

const hasShare = (rule: Rule): boolean => rule.split !== undefined || rule.rollout !== undefined;

/** One variation for everybody: contexts without the attribute get it too, which no split of several would do. */
const wholeOf = (rule: Rule): string | null => {
  if (!isCatchAll(rule)) return null;
  if (rule.split === undefined) return rule.serve_variation;
  const [only, ...others] = rule.split.allocations;
  return others.length === 0 ? (only?.variation ?? null) : null;
};

/** Null: there are no two open rules next to each other that one split could stand for without moving anybody. */
export const splitOffer = (flag: Pick<Flag, 'rules' | 'default_variation'>): SplitOffer | null => {
  const rules = inOrder(flag.rules);
  for (let first = 0; first < rules.length; first += 1) {
    const leader = rules[first];
    const attribute = leader === undefined ? undefined : attributeOf(leader);
    if (attribute === undefined) continue;
    let end = first;
    for (let at = first; at < rules.length; at += 1) {
      const rule = rules[at];
      if (rule === undefined || !isOpen(rule)) break;
      const whole = wholeOf(rule);
      const joins =
        whole === null
          ? attributeOf(rule) === attribute && sameBuckets(rule, leader)
          : // Who has no such attribute is served by this rule now, and would be by the default.
            whole === flag.default_variation && at === rules.length - 1;
      if (!joins) break;
      end = at + 1;
    }
    const count = end - first;
    const split = splitFor(rules.slice(first, end), attribute);
    if (count >= 2 && split.allocations.length > 0 && !givesMore(split, flag.default_variation)) {
      return { first, count, split };
    }
  }
  return null;
};

/** A variation that comes to hold all of a split serves contexts without the attribute too, whom the rules passed over. */
const givesMore = ({ allocations }: Split, otherwise: string): boolean =>
  allocations.some(
    ({ variation, ranges: [range, ...others] }) =>
      variation !== otherwise && others.length === 0 && range?.[0] === 0 && range[1] === 100,
  );

const splitFor = (rules: readonly Rule[], attribute: string): Split => {
  // A rule without a share goes by whatever the others go by.
  const placed = rules.map(
    (rule): Rule => (hasShare(rule) && wholeOf(rule) === null ? rule : wholeBy(rule, attribute)),
  );
  const together = new Map<string, [number, number][]>();
  for (const { left } of openRules(placed).values()) {
    for (const { variation, ranges } of left) {
      for (const [from, to] of ranges) {
        together.set(variation, [...(together.get(variation) ?? []), [from, to]]);
      }
    }
  }
  return {
    ...(attribute === 'targetingKey' ? {} : { attribute }),
    allocations: [...together].map(([variation, ranges]) => ({ variation, ranges: joined(ranges) })),
  };
};

const wholeBy = (rule: Rule, attribute: string): Rule => ({
  priority: rule.priority,
  conditions: [],
  serve_variation: wholeOf(rule) ?? '',
  rollout: { percentage: 100, attribute },
});

const joined = (ranges: readonly (readonly [number, number])[]): (readonly [number, number])[] => {
  const result: [number, number][] = [];
  for (const [from, to] of ranges.toSorted((a, b) => a[0] - b[0])) {
    const last = result.at(-1);
    if (last !== undefined && last[1] === from) last[1] = to;
    else result.push([from, to]);
  }
  return result;
};

/** The flag with the split in the place of the rules that it stands for. */
export const withOneSplit = (flag: Flag, { first, count, split }: SplitOffer): Flag => {
  const rules = inOrder(flag.rules);
  const { id, bucketing } = rules[first] ?? {};
  const rule: Rule = {
    // It goes on as the first of them: under another's id it would get that one's buckets.
    ...(id === undefined ? {} : { id }),
    priority: rules[first]?.priority ?? 1,
    conditions: [],
    split,
    ...(bucketing === undefined ? {} : { bucketing }),
  };
  return { ...flag, rules: rules.toSpliced(first, count, rule) };
};
