import type { Failed } from '../model.ts';
import { describe } from '../place.ts';
import type { Named } from './references.ts';

/** A node that another one names. */
export interface Use extends Pick<Named, 'place'> {
  readonly node: Node;
}

/** What a node is made of, once it was looked at. */
export interface Made {
  readonly uses: readonly Use[];
  /** What is wrong with it alone. */
  readonly failure: Failed | null;
}

/** Far more than an app may have; it stops what no control plane would have let pass, before the stack does. */
const DEEPEST = 64;

/**
 * A flag or a segment of an app, there or not, and what it depends on. "A flag that names a segment or flag that is not there, or one
 * that itself fails so, is PARSE_ERROR": whether that is so is found out once, and again when anything it depends on was changed.
 */
export abstract class Node {
  abstract readonly kind: 'flag' | 'segment';
  readonly key: string;
  readonly #users = new Set<Node>();
  #uses: readonly Use[] = [];
  /** Undefined: to be found out. A plain property: what asks it for each evaluation must not pay for a call. */
  protected verdict: Failed | null | undefined = undefined;

  constructor(key: string) {
    this.key = key;
  }

  /** Whether there is such a flag or segment. */
  abstract get there(): boolean;

  /** Makes it ready if it is not. */
  protected abstract make(): Made;

  /** Whether a node that was made depends on this one. */
  get used(): boolean {
    return this.#users.size > 0;
  }

  get users(): ReadonlySet<Node> {
    return this.#users;
  }

  /** Why it cannot be evaluated, or null. */
  get failure(): Failed | null {
    return this.verdict === undefined ? this.#judge([]) : this.verdict;
  }

  /** It is another one now: forgets what it depended on, and has whoever depends on it find out again. */
  protected redefined(): void {
    for (const { node } of this.#uses) node.#users.delete(this);
    this.#uses = [];
    this.#unsettle();
  }

  #unsettle(): void {
    if (this.verdict === undefined && this.#users.size === 0) return;
    const waiting: Node[] = [this];
    const seen = new Set<Node>(waiting);
    for (const node of waiting) {
      node.verdict = undefined;
      for (const user of node.#users) {
        if (seen.has(user)) continue;
        seen.add(user);
        waiting.push(user);
      }
    }
  }

  #judge(path: readonly Node[]): Failed | null {
    if (this.verdict !== undefined) return this.verdict;
    if (path.includes(this) || path.length > DEEPEST) {
      // Not kept: where the circle was entered, every node of it is told.
      return failed(
        `${[...path.slice(path.indexOf(this)), this].map((node) => node.#name()).join(' → ')} is a circle; expected none`,
      );
    }
    const { uses, failure } = this.make();
    if (this.#uses !== uses) {
      this.#uses = uses;
      for (const { node } of uses) node.#users.add(this);
    }
    const verdict = failure ?? this.#firstFailure(uses, [...path, this]);
    this.verdict = verdict;
    return verdict;
  }

  #firstFailure(uses: readonly Use[], path: readonly Node[]): Failed | null {
    for (const { node, place } of uses) {
      if (!node.there) {
        return failed(`${place} is ${describe(node.key)}; expected a ${node.kind} that is in this app`);
      }
      const failure = node.#judge(path);
      if (failure !== null) {
        return failed(`${place} is ${describe(node.key)}, which cannot be evaluated: ${failure.message}`);
      }
    }
    return null;
  }

  #name(): string {
    return `${this.kind} ${this.key}`;
  }
}

const failed = (message: string): Failed => Object.freeze({ kind: 'failed', code: 'PARSE_ERROR', message });
