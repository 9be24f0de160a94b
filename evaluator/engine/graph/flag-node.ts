import { type Answers, answersOf, failureOf } from '../answers.ts';
import { type OwnContext, ownContext } from '../attribute.ts';
import type { PredicateOf } from '../condition.ts';
import { deciderOf, type Pins } from '../decide.ts';
import type { Context, Evaluation, Failed, FlagType, Scalar, Served, Unserved } from '../model.ts';
import { type ParsedFlag, parseFlag } from '../parse/flag.ts';
import { type PlacedRule, parseRules } from '../parse/rules.ts';
import type { Graph } from './graph.ts';
import { type Made, Node, type Use } from './node.ts';
import type { Pass } from './pass.ts';
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
  readonly #pass: Pass;
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
    this.#pass = graph.pass;
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
    const pass = this.#pass;
    if (pass.context !== context) return this.flag.evaluate(context);
    const { number } = pass;
    if (this.#asked !== number || this.#answered === null) {
      this.#answered = this.flag.evaluate(context);
      this.#asked = number;
    }
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
      const parsed = parseFlag(flag, this.#graph.origin);
      const rules = parsed.enabled
        ? parseRules(flag, parsed.variations)
        : rulesIfReadable(flag, parsed.variations);
      const { predicate, release } = this.#graph.conditions.lease();
      this.#release = release;
      const uses = this.#graph.usesOf(namedByFlag(parsed, rules));
      this.#made = { uses, failure: null };
      const answers = answersOf(parsed, this.#graph.tally);
      const evaluate = parsed.enabled
        ? this.#decider(parsed, rules, predicate, answers)
        : always(answers.off());
      return compiled(
        parsed,
        uses.length === 0 ? evaluate : this.#dependent(parsed, uses, answers, evaluate),
      );
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

  /** What names others: the failure where one of them fails; prerequisites are asked before rules. */
  #dependent(parsed: ParsedFlag, uses: readonly Use[], answers: Answers, decide: Evaluate): Evaluate {
    const prerequisites = parsed.prerequisites.map(
      ({ flag, variations }) =>
        new Prerequisite(this.#graph.flag(flag), new Set(variations), answers.off(flag)),
    );
    const [first, ...others] = parsed.enabled ? prerequisites : [];
    const asked = parsed.enabled ? uses.filter(({ node }) => node.kind === 'flag').length : 0;
    if (asked > 1) return this.#inPass(first ?? null, others, decide);
    if (first !== undefined) return this.#behind(first, decide);
    return (context) => (this.verdict === null ? decide(context) : (this.failure ?? decide(context)));
  }

  /** With one flag to ask: nothing can be asked twice on its behalf, so that nothing need be remembered. */
  #behind(first: Prerequisite, decide: Evaluate): Evaluate {
    return (context) => {
      if (this.verdict !== null) {
        const { failure } = this;
        if (failure !== null) return failure;
      }
      try {
        const own = ownContext(context);
        return first.unmetBy(own) ?? decide(own);
      } catch (error) {
        return failureOf(error);
      }
    };
  }

  /** With several flags to ask, in one pass: each is evaluated once, also where one depends on another. */
  #inPass(first: Prerequisite | null, others: readonly Prerequisite[], decide: Evaluate): Evaluate {
    const pass = this.#pass;
    // All in one function: it runs for each evaluation, and each call in between would cost as much as a condition.
    return (context) => {
      if (this.verdict !== null) {
        const { failure } = this;
        if (failure !== null) return failure;
      }
      const before = pass.context;
      try {
        const own = ownContext(context);
        if (before !== own) pass.begin(own);
        const unmet = first === null ? null : (first.unmetBy(own) ?? firstUnmet(others, own));
        return unmet ?? decide(own);
      } catch (error) {
        return failureOf(error);
      } finally {
        if (pass.context !== before) pass.resume(before);
      }
    };
  }
}

class Prerequisite {
  readonly #node: FlagNode;
  readonly #variations: ReadonlySet<string>;
  readonly #unmet: Evaluation;
  /** The answer that met it last: the same object again for the same answer. */
  #met: Evaluation | null = null;

  constructor(node: FlagNode, variations: ReadonlySet<string>, unmet: Evaluation) {
    this.#node = node;
    this.#variations = variations;
    this.#unmet = unmet;
  }

  /** What the flag answers where this is not met; null: it is. */
  unmetBy(context: OwnContext): Evaluation | null {
    const answer = this.#node.answer(context);
    if (answer === this.#met) return null;
    if (answer.kind === 'failed') return answer;
    if (!meets(answer, this.#variations)) return this.#unmet;
    this.#met = answer;
    return null;
  }
}

const firstUnmet = (prerequisites: readonly Prerequisite[], context: OwnContext): Evaluation | null => {
  for (let at = 0; at < prerequisites.length; at += 1) {
    const unmet = prerequisites[at]?.unmetBy(context) ?? null;
    if (unmet !== null) return unmet;
  }
  return null;
};

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
