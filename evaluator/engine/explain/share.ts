import { attributeNamed, isScalar, look, type OwnContext, type Seen, textOf } from '../attribute.ts';
import { bucketOf } from '../buckets/bucket.ts';
import type { Bucketer } from '../buckets/bucketer.ts';
import type { Rule } from '../model.ts';
import { describe } from '../place.ts';
import { holderOfAll, splitOfRollout } from '../split.ts';
import type { SeenTrace, ShareTrace } from './explanation.ts';
import { snapshot } from './snapshot.ts';

export const seenTrace = (seen: Seen): SeenTrace =>
  seen === undefined ? { missing: true } : { missing: false, value: snapshot(seen) };

export const bucketSeen = (seen: Seen, bucketer: Bucketer): number | null =>
  isScalar(seen) ? bucketOf(bucketer.pointOf(textOf(seen)), bucketer) : null;

/** Null: the rule has neither a rollout nor a split. */
export const traceShare = (rule: Rule, bucketer: Bucketer, context: OwnContext): ShareTrace | null => {
  const split = rule.split ?? (rule.rollout && splitOfRollout(rule.rollout, rule.serve_variation));
  if (split === undefined) return null;
  const attribute = split.attribute ?? 'targetingKey';
  const seen = look(context, attributeNamed(attribute));
  const ranges = split.allocations
    .flatMap(({ variation, ranges: own }) => own.map(([from, to]) => ({ variation, from, to })))
    .sort((a, b) => a.from - b.from);
  const bucket = bucketSeen(seen, bucketer);
  const met = ranges.find(({ from, to }) => bucket !== null && from <= bucket && bucket < to) ?? null;
  const whole = holderOfAll(split.allocations) ?? null;
  const trace = {
    kind: rule.split === undefined ? 'rollout' : 'split',
    attribute,
    bucket,
    ranges,
    met,
    whole,
  } as const;
  return { ...trace, seen: seenTrace(seen), why: shareSentence(trace, seen) };
};

export const servedByShare = (share: ShareTrace): string | null => {
  if (share.met !== null) return share.met.variation;
  return share.seen.missing || share.seen.value === null ? share.whole : null;
};

const shareSentence = (share: Omit<ShareTrace, 'seen' | 'why'>, seen: Seen): string => {
  const { attribute, bucket, met, whole, kind } = share;
  if (bucket === null) {
    const lacking = `${attribute} is ${describe(seen)}`;
    if (seen !== undefined && seen !== null) return `${lacking}, which is nothing to bucket by`;
    return whole === null
      ? `${lacking}, so there is no bucket`
      : `${lacking}, but ${whole} holds the whole ${kind}`;
  }
  const at = `bucket ${bucket.toFixed(6)} of ${attribute}`;
  return met === null
    ? `${at} is outside the ${kind}`
    : `${at} is within ${met.from} to ${met.to} of ${met.variation}`;
};
