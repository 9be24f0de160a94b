import { failureOf } from '../answers.ts';
import { attributeNamed, isScalar, look, textOf } from '../attribute.ts';
import { every, type Predicate, type PredicateOf } from '../condition.ts';
import { type ParsedSegment, parseSegment } from '../parse/segment.ts';
import type { Graph } from './graph.ts';
import { type Made, Node } from './node.ts';
import { namedByConditions } from './references.ts';

/** A segment: one closure behind the node, so that its change compiles no flag again. */
export class SegmentNode extends Node {
  readonly kind = 'segment';
  readonly #graph: Graph;
  #read: (() => unknown) | null = null;
  #made: Made | null = null;
  #release: () => void = () => {};
  /** Whether a context is a member. Asked only of what `failure` finds nothing wrong with. */
  holds: Predicate = nobody;

  constructor(key: string, graph: Graph) {
    super(key);
    this.#graph = graph;
  }

  get there(): boolean {
    return this.#read !== null;
  }

  /** Null: there is none. */
  define(read: (() => unknown) | null): void {
    this.#release();
    this.#release = () => {};
    this.#read = read;
    this.#made = null;
    this.holds = nobody;
    this.redefined();
  }

  /** As it is read; throws a `Misfit`. */
  parsed(): ParsedSegment {
    return parseSegment(this.#read?.());
  }

  protected make(): Made {
    this.#made ??= this.#make();
    return this.#made;
  }

  #make(): Made {
    try {
      const segment = this.parsed();
      const { predicate, release } = this.#graph.conditions.lease();
      this.#release = release;
      this.holds = membership(segment, predicate);
      return { uses: this.#graph.usesOf(namedByConditions(segment.conditions, 'conditions')), failure: null };
    } catch (error) {
      return { uses: [], failure: failureOf(error) };
    }
  }
}

const nobody: Predicate = () => false;

const membership = (
  { attribute: name, include, exclude, conditions }: ParsedSegment,
  predicate: PredicateOf,
): Predicate => {
  const otherwise = conditions.length === 0 ? nobody : every(conditions.map(predicate));
  if (include.size === 0 && exclude.size === 0) return otherwise;
  const attribute = attributeNamed(name);
  return (context) => {
    const seen = look(context, attribute);
    if (isScalar(seen)) {
      const text = textOf(seen);
      if (include.has(text)) return true;
      if (exclude.has(text)) return false;
    }
    return otherwise(context);
  };
};
