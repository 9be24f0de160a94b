import type { Bucketing, Condition, Rule } from '@halyard/engine';
import { holdsAll } from '@halyard/engine/shares';
import { idOf } from '../flags/decide/rule-ids.ts';
import type { Draft } from './draft.ts';
import { conditionsOf, type Side } from './formula.ts';
import { allocationsOf, type Share } from './ranges.ts';

/** Who shares what out: the attribute whose text is hashed, and how. */
export interface Bucketed {
  readonly attribute: string;
  readonly bucketing: Bucketing;
  readonly shares: readonly Share[];
}

/** The rules of one flag in their order. What can never be reached is left out, with a note. */
export class RuleList {
  readonly #draft: Draft;
  readonly #rules: Rule[] = [];
  readonly #ids = new Set<string>();
  #closed = false;

  constructor(draft: Draft) {
    this.#draft = draft;
  }

  get rules(): readonly Rule[] {
    return this.#rules;
  }

  serve(when: Side, variation: string, path: string): void {
    this.#add(when, { serve_variation: variation }, true, path);
  }

  /** Whoever no share holds goes on to the next rule; so does who lacks the attribute, unless one variation has it all. */
  share(when: Side, { attribute, bucketing, shares }: Bucketed, path: string): void {
    const allocations = allocationsOf(shares);
    const [only, ...others] = allocations;
    if (only === undefined) return;
    const [range, ...more] = only.ranges;
    const named = attribute === 'targetingKey' ? {} : { attribute };
    if (others.length > 0 || more.length > 0 || range?.[0] !== 0) {
      const whole = holdsAll(shares.map((share) => share.range));
      this.#add(when, { split: { ...named, allocations }, bucketing }, whole, path);
    } else if (range[1] === 100) {
      this.serve(when, only.variation, path);
    } else {
      const rollout = { percentage: range[1], ...named };
      this.#add(when, { serve_variation: only.variation, rollout, bucketing }, false, path);
    }
  }

  /**
   * By what the rule asks and how it hashes, so that the same rule has the same id with the next import, and a rule that hashes in another
   * way is another one: a stored rule keeps its way for ever.
   */
  #idOf(conditions: readonly Condition[], serve: ServeOf): string {
    const id = idOf(JSON.stringify([conditions, served(serve)]), this.#ids);
    this.#ids.add(id);
    return id;
  }

  #add(when: Side, serve: ServeOf, whole: boolean, path: string): void {
    const conditions = conditionsOf(when);
    if (conditions === null) this.#draft.note(path, 'never applies to anybody and is left out');
    else if (this.#closed) this.#draft.note(path, 'can never be reached and is left out');
    else {
      const id = this.#idOf(conditions, serve);
      this.#rules.push({ id, priority: this.#rules.length + 1, conditions, ...serve });
      this.#closed = whole && conditions.length === 0;
    }
  }
}

/** The variations that a rule serves, and how it hashes; its shares aside. */
const served = ({ split, serve_variation, bucketing }: ServeOf) => [
  split === undefined ? serve_variation : split.allocations.map(({ variation }) => variation),
  bucketing,
];

type ServeOf = Rule extends infer R ? (R extends Rule ? Omit<R, 'priority' | 'conditions'> : never) : never;
