import { type Attribute, isScalar, look, type OwnContext, type Seen, textOf } from './attribute.ts';
import { type Bucketer, bucketerOf } from './bucket.ts';
import { every, type Predicate, type PredicateOf } from './condition.ts';
import type { Answers } from './flag.ts';
import type { Condition, Served } from './model.ts';
import type { ParsedFlag, PlacedRule } from './parse.ts';
import { indexOf, lookUp } from './rule-index.ts';
import { shareOf } from './share.ts';

/** Decides what an enabled flag with rules serves. */
export type Decider = (context: OwnContext) => Served;

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

export const deciderOf = (
  rules: readonly PlacedRule[],
  flag: ParsedFlag,
  predicate: PredicateOf,
  answers: Answers,
): Decider => {
  const bucketer = bucketerOf(flag.bucketing);
  const otherwise = answers(flag.default_variation, 'DEFAULT');
  const index = indexOf(rules);
  const runnable = rules.map((rule, position): RunnableRule => {
    const decided = index?.decided.get(position);
    const conditions = rule.conditions.filter((condition) => condition !== decided);
    return { position, holds: holdsOf(conditions, predicate), ...servesOf(rule, bucketer, answers) };
  });
  if (index === null) {
    const [only, ...others] = runnable;
    return only !== undefined && others.length === 0 ? one(only, otherwise) : inTurn(runnable, otherwise);
  }
  const found = new Map(
    [...index.byText].map(([text, positions]) => [text, positions.flatMap((at) => runnable[at] ?? [])]),
  );
  const unindexed = runnable.filter(({ position }) => !index.decided.has(position));
  return merged((context) => lookUp(index, found, context), unindexed, otherwise);
};

const holdsOf = (conditions: readonly Condition[], predicate: PredicateOf): Predicate | null =>
  conditions.length === 0 ? null : every(conditions.map(predicate));

const servesOf = (
  rule: PlacedRule,
  bucketer: Bucketer,
  answers: Answers,
): Pick<RunnableRule, 'share' | 'all'> => {
  const share = shareOf(rule, bucketer);
  if (share === null) return { share, all: answers(rule.serve_variation ?? '', 'TARGETING_MATCH') };
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

const one =
  (rule: RunnableRule, otherwise: Served): Decider =>
  (context) =>
    serve(rule, context) ?? otherwise;

const inTurn =
  (rules: readonly RunnableRule[], otherwise: Served): Decider =>
  (context) => {
    for (const rule of rules) {
      const answer = serve(rule, context);
      if (answer !== null) return answer;
    }
    return otherwise;
  };

/** The rules the index finds and the others, in one ascending order. */
const merged =
  (
    find: (context: OwnContext) => readonly RunnableRule[],
    unindexed: readonly RunnableRule[],
    otherwise: Served,
  ): Decider =>
  (context) => {
    let next = 0;
    for (const rule of find(context)) {
      for (
        let other = unindexed[next];
        other !== undefined && other.position < rule.position;
        other = unindexed[next]
      ) {
        const answer = serve(other, context);
        if (answer !== null) return answer;
        next += 1;
      }
      const answer = serve(rule, context);
      if (answer !== null) return answer;
    }
    for (let other = unindexed[next]; other !== undefined; other = unindexed[next]) {
      const answer = serve(other, context);
      if (answer !== null) return answer;
      next += 1;
    }
    return otherwise;
  };
