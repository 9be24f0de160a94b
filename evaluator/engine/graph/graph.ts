import { attributeNamed, isScalar, look, type OwnContext, textOf } from '../attribute.ts';
import { bucketerOf } from '../buckets/bucket.ts';
import type { Predicate } from '../condition.ts';
import type { Origin, Reference, ShareCondition } from '../model.ts';
import { SharedConditions } from '../sharing.ts';
import type { Tally } from '../tally.ts';
import { FlagNode } from './flag-node.ts';
import type { Node, Use } from './node.ts';
import { Pass } from './pass.ts';
import type { Named } from './references.ts';
import { SegmentNode } from './segment-node.ts';

/** Where a graph finds what it does not hold; undefined: there is no such flag or segment. */
export interface Surroundings extends Origin {
  flag(key: string): unknown;
  segment(key: string): unknown;
}

/** The flags and segments of one app, each by the others' names for it. */
export class Graph {
  readonly origin: Origin;
  /** Null: nothing counts what is answered. */
  readonly tally: Tally | null;
  readonly pass = new Pass();
  readonly conditions = new SharedConditions(this.pass, (reference) => this.#predicateOf(reference));
  readonly #surroundings: Surroundings | null;
  readonly #flags = new Map<string, FlagNode>();
  readonly #segments = new Map<string, SegmentNode>();

  constructor(origin: Origin, surroundings: Surroundings | null = null, tally: Tally | null = null) {
    this.origin = origin;
    this.tally = tally;
    this.#surroundings = surroundings;
  }

  flag(key: string): FlagNode {
    const known = this.#flags.get(key);
    if (known !== undefined) return known;
    const node = new FlagNode(key, this);
    this.#flags.set(key, node);
    const definition = this.#surroundings?.flag(key);
    if (definition !== undefined) node.define(() => definition);
    return node;
  }

  segment(key: string): SegmentNode {
    const known = this.#segments.get(key);
    if (known !== undefined) return known;
    const node = new SegmentNode(key, this);
    this.#segments.set(key, node);
    const definition = this.#surroundings?.segment(key);
    if (definition !== undefined) node.define(() => definition);
    return node;
  }

  /** As it is known already, there or only named. */
  known(kind: Node['kind'], key: string): Node | undefined {
    return (kind === 'flag' ? this.#flags : this.#segments).get(key);
  }

  /** Lets go of what is neither there nor named. */
  tidy(node: FlagNode | SegmentNode): void {
    if (node.there || node.used) return;
    (node.kind === 'flag' ? this.#flags : this.#segments).delete(node.key);
  }

  usesOf(named: readonly Named[]): readonly Use[] {
    return named.map(({ kind, key, place }) => ({
      node: kind === 'flag' ? this.flag(key) : this.segment(key),
      place,
    }));
  }

  #predicateOf(reference: Reference): Predicate {
    switch (reference.operator) {
      case 'in_segment':
      case 'not_in_segment':
        return this.#membership(reference.value, reference.operator === 'not_in_segment');
      case 'serves':
      case 'not_serves':
        return this.#serves(reference.flag, new Set(reference.value), reference.operator === 'not_serves');
      case 'in_share':
        return shareOf(reference);
    }
  }

  #membership(keys: readonly string[], negated: boolean): Predicate {
    const nodes = keys.map((key) => this.segment(key));
    const [only, ...others] = nodes;
    if (only !== undefined && others.length === 0) {
      return negated ? (context) => !only.holds(context) : (context) => only.holds(context);
    }
    return (context) => nodes.some((node) => node.holds(context)) !== negated;
  }

  #serves(key: string, variations: ReadonlySet<string>, negated: boolean): Predicate {
    const node = this.flag(key);
    return (context: OwnContext) => {
      const answer = node.answer(context);
      // A property that cannot be read for that flag cannot be read for this one.
      if (answer.kind === 'failed') throw new Error(answer.message);
      return (answer.kind === 'served' && variations.has(answer.variant)) !== negated;
    };
  }
}

const shareOf = ({ attribute, value }: ShareCondition): Predicate => {
  const bucketed = attributeNamed(attribute ?? 'targetingKey');
  const bucketer = bucketerOf(value);
  const ranges = value.ranges.map(([from, to]) => ({ from: bucketer.bound(from), to: bucketer.bound(to) }));
  return (context) => {
    const seen = look(context, bucketed);
    if (!isScalar(seen)) return false;
    const point = bucketer.pointOf(textOf(seen));
    return ranges.some(({ from, to }) => from <= point && point < to);
  };
};
