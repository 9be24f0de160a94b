import { type Attribute, isScalar, look, textOf } from './attribute.ts';
import { type Bucketer, bucketerOf } from './bucket.ts';
import { every, type Predicate, type PredicateOf, plainPredicate } from './condition.ts';
import type { Context, Evaluation, Failed, FlagType, Reason, Scalar, Served } from './model.ts';
import { type ParsedFlag, type PlacedRule, parseFlag, parseRules } from './parse.ts';
import { Misfit } from './place.ts';
import { shareOf } from './share.ts';

/** A flag made ready once, to be evaluated any number of times. */
export interface CompiledFlag {
  /** Empty if the configuration has no readable key. */
  readonly key: string;
  /** Null: it could not be compiled, every evaluation answers the same failure. */
  readonly type: FlagType | null;
  readonly clientSide: boolean;
  readonly metadata: Readonly<Record<string, Scalar>>;
  /** Never throws and never changes the context. Answers are frozen and may be the same object again. */
  evaluate(context: Context): Evaluation;
}

/**
 * Makes a flag of unknown shape ready. Never throws: a configuration that cannot be understood makes a flag that answers
 * PARSE_ERROR with the place in it. `account` is the salt of a flag without its own `bucketing`.
 */
export const compile = (flag: unknown, account: string): CompiledFlag =>
  compileWith(flag, account, plainPredicate);

/** Compiles and evaluates once. Whoever evaluates again keeps what `compile` answers. */
export const evaluate = (flag: unknown, context: Context, account: string): Evaluation =>
  compile(flag, account).evaluate(context);

export const compileWith = (flag: unknown, account: string, predicate: PredicateOf): CompiledFlag => {
  try {
    const parsed = parseFlag(flag, account);
    const answers = answersOf(parsed);
    if (!parsed.enabled) return fixed(parsed, answers(parsed.off_variation, 'DISABLED'));
    const rules = parseRules(flag, parsed.variations);
    if (rules.length === 0) return fixed(parsed, answers(parsed.default_variation, 'STATIC'));
    const bucketer = bucketerOf(parsed.bucketing);
    const compiled = rules.map((rule) => compileRule(rule, bucketer, predicate, answers));
    return new RuledFlag(parsed, compiled, bucketer, answers(parsed.default_variation, 'DEFAULT'));
  } catch (error) {
    return unusable(flag, failureOf(error));
  }
};

/** What was thrown while a flag or a context was read: a Misfit, or whatever a getter of the caller's throws. */
export const failureOf = (error: unknown): Failed =>
  Object.freeze(
    error instanceof Misfit
      ? { kind: 'failed', code: 'PARSE_ERROR', message: error.message }
      : {
          kind: 'failed',
          code: 'GENERAL',
          message: 'A property of the flag or of the context could not be read.',
        },
  );

type Answers = (variation: string, reason: Reason) => Served;

/** One frozen answer for each variation and reason. */
export const answersOf = (flag: ParsedFlag): Answers => {
  const made = new Map<string, Served>();
  return (variant, reason) => {
    const known = made.get(`${reason} ${variant}`);
    if (known !== undefined) return known;
    const value = flag.variations.get(variant);
    if (value === undefined) throw new Misfit(`variations.${variant} is missing; expected a value`);
    const answer = Object.freeze({
      kind: 'served',
      value,
      variant,
      reason,
      metadata: flag.metadata,
    } as const);
    made.set(`${reason} ${variant}`, answer);
    return answer;
  };
};

const fixed = ({ key, type, client_side, metadata }: ParsedFlag, answer: Evaluation): CompiledFlag => ({
  key,
  type,
  clientSide: client_side,
  metadata,
  evaluate: () => answer,
});

const unusable = (flag: unknown, failure: Failed): CompiledFlag => {
  const readable = (name: string): unknown => {
    try {
      return typeof flag === 'object' && flag !== null && Object.hasOwn(flag, name)
        ? Reflect.get(flag, name)
        : undefined;
    } catch {
      return null;
    }
  };
  const key = readable('key');
  const clientSide = readable('client_side');
  return {
    key: typeof key === 'string' ? key : '',
    type: null,
    // Whatever else is wrong, a flag that may be meant to stay away from browsers does.
    clientSide: clientSide === undefined || clientSide === true,
    metadata: Object.freeze({}),
    evaluate: () => failure,
  };
};

interface RunnableRule {
  /** Null: holds for everyone. */
  readonly holds: Predicate | null;
  /** What a rule without a rollout or split serves, or one that a single variation holds entirely. */
  readonly all: Served | null;
  /** Null: neither rollout nor split. */
  readonly attribute: Attribute | null;
  readonly ranges: readonly { readonly from: number; readonly to: number; readonly answer: Served }[];
}

const compileRule = (
  rule: PlacedRule,
  bucketer: Bucketer,
  predicate: PredicateOf,
  answers: Answers,
): RunnableRule => {
  const holds = rule.conditions.length === 0 ? null : every(rule.conditions.map(predicate));
  const share = shareOf(rule, bucketer);
  if (share === null) {
    return {
      holds,
      all: answers(rule.serve_variation ?? '', 'TARGETING_MATCH'),
      attribute: null,
      ranges: [],
    };
  }
  return {
    holds,
    all: share.whole === null ? null : answers(share.whole, 'TARGETING_MATCH'),
    attribute: share.attribute,
    ranges: share.ranges.map(({ from, to, variation }) => ({
      from,
      to,
      answer: answers(variation, 'SPLIT'),
    })),
  };
};

class RuledFlag implements CompiledFlag {
  readonly key: string;
  readonly type: FlagType;
  readonly clientSide: boolean;
  readonly metadata: Readonly<Record<string, Scalar>>;
  readonly #rules: readonly RunnableRule[];
  readonly #bucketer: Bucketer;
  readonly #otherwise: Served;

  constructor(flag: ParsedFlag, rules: readonly RunnableRule[], bucketer: Bucketer, otherwise: Served) {
    this.key = flag.key;
    this.type = flag.type;
    this.clientSide = flag.client_side;
    this.metadata = flag.metadata;
    this.#rules = rules;
    this.#bucketer = bucketer;
    this.#otherwise = otherwise;
  }

  evaluate(context: Context): Evaluation {
    if (typeof context !== 'object' || context === null) return this.evaluate({});
    try {
      for (const rule of this.#rules) {
        if (rule.holds !== null && !rule.holds(context)) continue;
        const answer = this.#serve(rule, context);
        if (answer !== null) return answer;
      }
      return this.#otherwise;
    } catch (error) {
      return failureOf(error);
    }
  }

  #serve(rule: RunnableRule, context: Context): Served | null {
    if (rule.attribute === null) return rule.all;
    const seen = look(context, rule.attribute);
    if (seen === undefined || seen === null) return rule.all;
    if (!isScalar(seen)) return null;
    if (rule.all !== null) return rule.all;
    const point = this.#bucketer.pointOf(textOf(seen));
    for (const range of rule.ranges) if (point >= range.from && point < range.to) return range.answer;
    return null;
  }
}
