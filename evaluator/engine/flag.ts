import { type OwnContext, ownContext } from './attribute.ts';
import { type PredicateOf, plainPredicate } from './condition.ts';
import { deciderOf } from './decide.ts';
import type { Context, Evaluation, Failed, FlagType, Reason, Scalar, Served } from './model.ts';
import { type ParsedFlag, parseFlag, parseRules } from './parse.ts';
import { Misfit } from './place.ts';

/** A flag made ready once, to be evaluated any number of times. */
export interface CompiledFlag {
  /** Empty if the configuration has no readable key. */
  readonly key: string;
  /** Null: it could not be compiled, every evaluation answers the same failure. */
  readonly type: FlagType | null;
  readonly clientSide: boolean;
  readonly metadata: Readonly<Record<string, Scalar>>;
  /** Never throws and never changes the context. Answers are frozen and may be the same object again. */
  readonly evaluate: (context: Context) => Evaluation;
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
    if (!parsed.enabled) return compiled(parsed, always(answers(parsed.off_variation, 'DISABLED')));
    const rules = parseRules(flag, parsed.variations);
    if (rules.length === 0) return compiled(parsed, always(answers(parsed.default_variation, 'STATIC')));
    return compiled(parsed, guarded(deciderOf(rules, parsed, predicate, answers)));
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

export type Answers = (variation: string, reason: Reason) => Served;

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

type Evaluate = CompiledFlag['evaluate'];

const always =
  (answer: Evaluation): Evaluate =>
  () =>
    answer;

const guarded =
  (decide: (context: OwnContext) => Served): Evaluate =>
  (context) => {
    try {
      return decide(ownContext(context));
    } catch (error) {
      return failureOf(error);
    }
  };

const compiled = (flag: ParsedFlag, evaluate: Evaluate): CompiledFlag => ({
  key: flag.key,
  type: flag.type,
  clientSide: flag.client_side,
  metadata: flag.metadata,
  evaluate,
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
    evaluate: always(failure),
  };
};
