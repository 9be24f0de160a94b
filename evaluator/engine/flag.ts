import { answersOf, failureOf } from './answers.ts';
import { type PredicateOf, plainPredicate } from './condition.ts';
import { deciderOf } from './decide.ts';
import type { Context, Evaluation, Failed, FlagType, Scalar } from './model.ts';
import { type ParsedFlag, parseFlag, parseRules } from './parse.ts';

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
    return compiled(parsed, deciderOf(rules, parsed, predicate, answers));
  } catch (error) {
    return unusable(flag, failureOf(error));
  }
};

type Evaluate = CompiledFlag['evaluate'];

const always =
  (answer: Evaluation): Evaluate =>
  () =>
    answer;

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
