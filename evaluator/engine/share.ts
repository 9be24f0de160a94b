import { type Attribute, attributeNamed } from './attribute.ts';
import type { Bucketer } from './buckets/bucketer.ts';
import type { Rule } from './model.ts';
import { holderOfAll, splitOfRollout } from './split.ts';

/** The part of a rule that decides by the bucket, ready to run. */
export interface Share {
  readonly attribute: Attribute;
  /** The variation that holds everybody, so that no bucket is needed; the attribute must still not be an array or object. */
  readonly whole: string | null;
  /** The bound at which each range begins and ends, ascending, and whose it is. */
  readonly ranges: readonly { readonly from: number; readonly to: number; readonly variation: string }[];
}

/** Null: the rule has neither a rollout nor a split. */
export const shareOf = (rule: Rule, bucketer: Bucketer): Share | null => {
  const split = rule.split ?? (rule.rollout && splitOfRollout(rule.rollout, rule.serve_variation));
  if (split === undefined) return null;
  const { attribute, allocations } = split;
  return {
    attribute: attributeNamed(attribute ?? 'targetingKey'),
    whole: holderOfAll(allocations) ?? null,
    ranges: allocations
      .flatMap(({ variation, ranges }) =>
        ranges.map(([from, to]) => ({ from: bucketer.bound(from), to: bucketer.bound(to), variation })),
      )
      .sort((a, b) => a.from - b.from),
  };
};
