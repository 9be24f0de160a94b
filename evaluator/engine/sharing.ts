import { type Predicate, type PredicateOf, predicateOf, type ReferencePredicate } from './condition.ts';
import type { Pass } from './graph/pass.ts';
import type { Condition } from './model.ts';

/**
 * Conditions that several flags of an app have in common, made once and, while all flags are evaluated for one context, asked once.
 */
export class SharedConditions {
  readonly #shared = new Map<string, Shared>();
  readonly #pass: Pass;
  readonly #reference: ReferencePredicate;

  constructor(pass: Pass, reference: ReferencePredicate) {
    this.#pass = pass;
    this.#reference = reference;
  }

  /** A maker of predicates for one flag, and how the flag later gives up its part in them. */
  lease(): { readonly predicate: PredicateOf; readonly release: () => void } {
    const leased: Shared[] = [];
    const predicate: PredicateOf = (condition) => {
      const shared = this.#sharedOf(condition, predicate);
      shared.users += 1;
      leased.push(shared);
      // To remember costs as much as a cheap condition: who has one alone asks it. The first user goes on doing so when others come.
      return shared.users === 1 ? shared.asking : shared.remembering;
    };
    return {
      predicate,
      release: () => {
        for (const shared of leased) {
          shared.users -= 1;
          if (shared.users === 0) this.#shared.delete(shared.key);
        }
        leased.length = 0;
      },
    };
  }

  #sharedOf(condition: Condition, clause: PredicateOf): Shared {
    const key = JSON.stringify(condition);
    const known = this.#shared.get(key);
    if (known !== undefined) return known;
    const asking = predicateOf(clause, this.#reference)(condition);
    const shared: Shared = { key, users: 0, asking, remembering: rememberingOf(asking, this.#pass) };
    this.#shared.set(key, shared);
    return shared;
  }
}

interface Shared {
  readonly key: string;
  readonly asking: Predicate;
  readonly remembering: Predicate;
  users: number;
}

const rememberingOf = (predicate: Predicate, pass: Pass): Predicate => {
  let asked = -1;
  let held = false;
  return (context) => {
    if (context !== pass.context) return predicate(context);
    if (asked !== pass.number) {
      held = predicate(context);
      asked = pass.number;
    }
    return held;
  };
};
