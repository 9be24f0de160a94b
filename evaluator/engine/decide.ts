import { type Answers, failureOf } from './answers.ts';
import {
  type Attribute,
  isScalar,
  look,
  type OwnContext,
  ownContext,
  type Seen,
  textOf,
} from './attribute.ts';
import { bucketerOf } from './buckets/bucket.ts';
import type { Bucketer } from './buckets/bucketer.ts';
import { every, type Predicate, type PredicateOf } from './condition.ts';
import type { Condition, Context, Evaluation, Served } from './model.ts';
import type { ParsedFlag } from './parse/flag.ts';
import type { PlacedRule } from './parse/rules.ts';
import { indexOf, lookUp, type RuleIndex } from './rule-index.ts';
import { shareOf } from './share.ts';

/**
 * Decides what an enabled flag with rules serves. There is one function for each form that a flag's rules take, each with its own guard:
 * a function in between would cost as much as a condition.
 */
export type Decider = (context: Context) => Evaluation;

interface RunnableRule {
  /** Its place among the flag's rules in ascending priority. */
  readonly position: number;
  /** Null: holds for everyone, or for everyone the index finds. */
  readonly holds: Predicate | null;
  /** Null: neither rollout nor split. */
  readonly share: RunnableShare | null;
  /** What a rule without a rollout or split serves, or one that a single variation holds entirely. */
  readonly all: Served | null;
}

interface RunnableShare {
  readonly attribute: Attribute;
  readonly bucketer: Bucketer;
  readonly ranges: readonly { readonly from: number; readonly to: number; readonly answer: Served }[];
}

/**
 * By rule id, the point of everybody in percent, in place of the bucket: so a test of a flag says which side of a rollout it is on.
 */
export type Pins = Readonly<Record<string, number>>;

export const deciderOf = (
  rules: readonly PlacedRule[],
  flag: ParsedFlag,
  predicate: PredicateOf,
  answers: Answers,
  pins: Pins = {},
): Decider => {
  const bucketer = bucketerOf(flag.bucketing);
  const bucketerFor = (rule: PlacedRule): Bucketer =>
    rule.bucketing === undefined ? bucketer : bucketerOf(rule.bucketing);
  const otherwise = answers(flag.default_variation, 'DEFAULT');
  const index = indexOf(rules);
  const runnable = rules.map((rule, position): RunnableRule => {
    const decided = index?.decided.get(position);
    const conditions = rule.conditions.filter((condition) => condition !== decided);
    return {
      position,
      holds: holdsOf(conditions, predicate),
      ...servesOf(rule, bucketerFor(rule), answers, pinOf(rule, pins)),
    };
  });
  if (index === null) {
    const [only, ...others] = runnable;
    return only !== undefined && others.length === 0 ? one(only, otherwise) : inTurn(runnable, otherwise);
  }
  const found = new Map(
    [...index.byText].map(([text, positions]) => [text, positions.flatMap((at) => runnable[at] ?? [])]),
  );
  const unindexed = runnable.filter(({ position }) => !index.decided.has(position));
  return merged(index, found, unindexed, otherwise);
};

const holdsOf = (conditions: readonly Condition[], predicate: PredicateOf): Predicate | null =>
  conditions.length === 0 ? null : every(conditions.map(predicate));

const pinOf = (rule: PlacedRule, pins: Pins): number | undefined =>
  rule.id !== undefined && Object.hasOwn(pins, rule.id) ? pins[rule.id] : undefined;

const servesOf = (
  rule: PlacedRule,
  bucketer: Bucketer,
  answers: Answers,
  pin: number | undefined,
): Pick<RunnableRule, 'share' | 'all'> => {
  const share = shareOf(rule, bucketer);
  if (share === null) return { share, all: answers(rule.serve_variation ?? '', 'TARGETING_MATCH') };
  if (pin !== undefined && share.whole === null) {
    const point = bucketer.bound(pin);
    const met = share.ranges.find(({ from, to }) => from <= point && point < to);
    return { share: null, all: met === undefined ? null : answers(met.variation, 'SPLIT') };
  }
  return {
    all: share.whole === null ? null : answers(share.whole, 'TARGETING_MATCH'),
    share: {
      attribute: share.attribute,
      bucketer,
      ranges: share.ranges.map(({ from, to, variation }) => ({
        from,
        to,
        answer: answers(variation, 'SPLIT'),
      })),
    },
  };
};

/** What a rule serves this context; null: it goes on to the next rule. */
const serve = (rule: RunnableRule, context: OwnContext): Served | null => {
  if (rule.holds !== null && !rule.holds(context)) return null;
  return rule.share === null ? rule.all : serveShare(rule.share, rule.all, context);
};

const serveShare = (share: RunnableShare, all: Served | null, context: OwnContext): Served | null => {
  const seen: Seen = look(context, share.attribute);
  if (seen === undefined || seen === null) return all;
  if (!isScalar(seen)) return null;
  if (all !== null) return all;
  const point = share.bucketer.pointOf(textOf(seen));
  for (const range of share.ranges) if (point < range.to) return point >= range.from ? range.answer : null;
  return null;
};

const one = (rule: RunnableRule, otherwise: Served): Decider => {
  const { holds, all, share } = rule;
  if (holds !== null && share === null && all !== null) return either(holds, all, otherwise);
  return (context) => {
    try {
      return serve(rule, ownContext(context)) ?? otherwise;
    } catch (error) {
      return failureOf(error);
    }
  };
};

const either =
  (holds: Predicate, answer: Served, otherwise: Served): Decider =>
  (context) => {
    try {
      return holds(ownContext(context)) ? answer : otherwise;
    } catch (error) {
      return failureOf(error);
    }
  };

const inTurn =
  (rules: readonly RunnableRule[], otherwise: Served): Decider =>
  (context) => {
    try {
      return serveFrom(rules, 0, ownContext(context)) ?? otherwise;
    } catch (error) {
      return failureOf(error);
    }
  };

const serveFrom = (rules: readonly RunnableRule[], first: number, context: OwnContext): Served | null => {
  for (let at = first; at < rules.length; at += 1) {
    const rule = rules[at];
    const answer = rule === undefined ? null : serve(rule, context);
    if (answer !== null) return answer;
  }
  return null;
};

/** The rules the index finds and the others, in one ascending order. */
const merged = (
  index: RuleIndex,
  byText: ReadonlyMap<string, readonly RunnableRule[]>,
  others: readonly RunnableRule[],
  otherwise: Served,
): Decider => {
  const serveMerged = (found: readonly RunnableRule[], context: OwnContext): Served | null => {
    let next = 0;
    for (let at = 0; at < found.length; at += 1) {
      const rule = found[at];
      for (
        let other = others[next];
        other !== undefined && rule !== undefined && other.position < rule.position;
      ) {
        const answer = serve(other, context);
        if (answer !== null) return answer;
        next += 1;
        other = others[next];
      }
      const answer = rule === undefined ? null : serve(rule, context);
      if (answer !== null) return answer;
    }
    return serveFrom(others, next, context);
  };
  return (context) => {
    try {
      const own = ownContext(context);
      return serveMerged(lookUp(index, byText, own), own) ?? otherwise;
    } catch (error) {
      return failureOf(error);
    }
  };
};
