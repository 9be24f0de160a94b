import { type Answers, answersOf, failureOf } from '../answers.ts';
import { type OwnContext, ownContext } from '../attribute.ts';
import type { PredicateOf } from '../condition.ts';
import { deciderOf, type Pins } from '../decide.ts';
import type { Context, Evaluation, Failed, FlagType, Scalar, Served, Unserved } from '../model.ts';
import { type ParsedFlag, parseFlag } from '../parse/flag.ts';
import { type PlacedRule, parseRules } from '../parse/rules.ts';
import type { Graph } from './graph.ts';
import { type Made, Node } from './node.ts';
import { mayNameOthers, namedByFlag } from './references.ts';

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

type Evaluate = CompiledFlag['evaluate'];

export class FlagNode extends Node {
  readonly kind = 'flag';
  readonly #graph: Graph;
  #read: (() => unknown) | null = null;
  #pins: Pins = {};
  #flag: CompiledFlag | null = null;
  #made: Made = NOTHING;
  #release: () => void = () => {};
  /** The pass that this flag was last evaluated in on behalf of another, and what it answered. */
  #asked = -1;
  #answered: Evaluation | null = null;

  constructor(key: string, graph: Graph) {
    super(key);
    this.#graph = graph;
  }

  get there(): boolean {
    return this.#read !== null;
  }

  /** Null: there is none. */
  define(read: (() => unknown) | null, pins: Pins = {}): void {
    this.#pins = pins;
    const release = this.#release;
    this.#release = () => {};
    this.#read = read;
    this.#flag = null;
    this.#made = NOTHING;
    this.#asked = -1;
    this.redefined();
    release();
  }

  /** As it is read; throws what reading it throws. */
  read(): unknown {
    return this.#read?.();
  }

  /** Whether it may depend on others; found out without compiling it. */
  get mayNameOthers(): boolean {
    return this.#flag === null ? this.#looksNaming() : this.#made.uses.length > 0;
  }

  /** Compiled when it is first asked for. */
  get flag(): CompiledFlag {
    this.#flag ??= this.#compile();
    return this.#flag;
  }

  /** What the flag answers, at most once a pass. */
  answer(context: OwnContext): Evaluation {
    const { pass } = this.#graph;
    if (pass.context !== context) return this.flag.evaluate(context);
    if (this.#answered !== null && this.#asked === pass.number) return this.#answered;
    const { number } = pass;
    this.#answered = this.flag.evaluate(context);
    this.#asked = number;
    return this.#answered;
  }

  protected make(): Made {
    this.#flag ??= this.#compile();
    return this.#made;
  }

  #looksNaming(): boolean {
    try {
      return mayNameOthers(this.#read?.());
    } catch {
      return false;
    }
  }

  #compile(): CompiledFlag {
    let flag: unknown;
    try {
      flag = this.#read?.();
      const parsed = parseFlag(flag, this.#graph.account);
      const rules = parsed.enabled
        ? parseRules(flag, parsed.variations)
        : rulesIfReadable(flag, parsed.variations);
      const { predicate, release } = this.#graph.conditions.lease();
      this.#release = release;
      const uses = this.#graph.usesOf(namedByFlag(parsed, rules));
      this.#made = { uses, failure: null };
      const answers = answersOf(parsed);
      const evaluate = parsed.enabled
        ? this.#enabled(parsed, answers, rules, this.#decider(parsed, rules, predicate, answers))
        : always(answers.off());
      return compiled(parsed, uses.length === 0 ? evaluate : this.#guarded(evaluate));
    } catch (error) {
      const failure = failureOf(error);
      this.#made = { uses: [], failure };
      return unusable(flag, failure);
    }
  }

  #decider(
    parsed: ParsedFlag,
    rules: readonly PlacedRule[],
    predicate: PredicateOf,
    answers: Answers,
  ): Evaluate {
    if (rules.length > 0) return deciderOf(rules, parsed, predicate, answers, this.#pins);
    // Clients may keep what is STATIC for ever; what depends on another flag changes with it.
    const reason = parsed.prerequisites.length === 0 ? 'STATIC' : 'DEFAULT';
    return always(answers(parsed.default_variation, reason));
  }

  /** With prerequisites: their flags are asked first, in one pass. */
  #enabled(parsed: ParsedFlag, answers: Answers, rules: readonly PlacedRule[], decide: Evaluate): Evaluate {
    const { pass } = this.#graph;
    const asksFlags =
      parsed.prerequisites.length > 0 || namedByFlag(parsed, rules).some(({ kind }) => kind === 'flag');
    if (!asksFlags) return decide;
    const prerequisites = parsed.prerequisites.map(({ flag, variations }) => ({
      node: this.#graph.flag(flag),
      variations: new Set(variations),
      unmet: answers.off(flag),
    }));
    const inPass = (context: OwnContext): Evaluation => {
      for (const { node, variations, unmet } of prerequisites) {
        const answer = node.answer(context);
        if (answer.kind === 'failed') return answer;
        if (!meets(answer, variations)) return unmet;
      }
      return decide(context);
    };
    return (context) => {
      try {
        return pass.during(ownContext(context), inPass);
      } catch (error) {
        return failureOf(error);
      }
    };
  }

  #guarded(evaluate: Evaluate): Evaluate {
    return (context) => (this.verdict === null ? evaluate(context) : (this.failure ?? evaluate(context)));
  }
}

const NOTHING: Made = { uses: [], failure: null };

/** A prerequisite that is disabled, or whose own prerequisites are not met, is not met whatever it serves then. */
const meets = (answer: Served | Unserved, variations: ReadonlySet<string>): boolean =>
  answer.kind === 'served' && answer.reason !== 'DISABLED' && variations.has(answer.variant);

/** A disabled flag is off whatever is wrong with its rules; what they name must be there all the same. */
const rulesIfReadable = (flag: unknown, variations: ParsedFlag['variations']): readonly PlacedRule[] => {
  try {
    return parseRules(flag, variations);
  } catch {
    return [];
  }
};

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
