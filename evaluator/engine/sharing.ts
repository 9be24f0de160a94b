import type { OwnContext } from './attribute.ts';
import { type Predicate, type PredicateOf, predicateOf } from './condition.ts';
import type { Condition } from './model.ts';

/**
 * Conditions that several flags of an app have in common, made once and, while all flags are evaluated for one context, asked once.
 */
export class SharedConditions {
  readonly #shared = new Map<string, Shared>();
  readonly #pass: Pass = { context: null, number: 0 };

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

  /** Forgets what was remembered: before and after all flags are evaluated for one context. */
  forget(): void {
    this.#pass.number += 1;
  }

  /** From now on answers for this very context are remembered. */
  resume(context: OwnContext): void {
    this.#pass.context = context;
  }

  /** From now on every condition is asked afresh: whoever is shown an evaluation may change its context, or evaluate others. */
  pause(): void {
    this.#pass.context = null;
  }

  #sharedOf(condition: Condition, clause: PredicateOf): Shared {
    const key = JSON.stringify(condition);
    const known = this.#shared.get(key);
    if (known !== undefined) return known;
    const asking = predicateOf(clause)(condition);
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

interface Pass {
  context: OwnContext | null;
  number: number;
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
