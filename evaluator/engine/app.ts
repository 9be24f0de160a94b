import { type OwnContext, ownContext } from './attribute.ts';
import type { CompiledFlag, FlagNode } from './graph/flag-node.ts';
import { Graph } from './graph/graph.ts';
import type { Node } from './graph/node.ts';
import type { Context, Evaluation, Origin } from './model.ts';
import type { Tally } from './tally.ts';

/**
 * The flags and segments of one app. Each is compiled when it is first needed, and again only when it was changed itself. A flag that
 * cannot be compiled fails alone, with those that depend on it.
 */
export class CompiledApp {
  readonly #graph: Graph;
  readonly #flags = new Map<string, FlagNode>();
  /** What `reachingAny` has not looked at since it was set; null: nobody has ever asked, and it is all of them. */
  #unseen: Set<FlagNode> | null = null;

  /**
   * `origin`: where the flags are of, or the account alone. Answers carry their slots in `tally`, and counting them is left to whoever asks;
   * null: they are not counted.
   */
  constructor(origin: Origin | string, tally: Tally | null = null) {
    this.#graph = new Graph(typeof origin === 'string' ? { account: origin } : origin, null, tally);
  }

  get size(): number {
    return this.#flags.size;
  }

  /** In the order in which the keys were first set. */
  keys(): IterableIterator<string> {
    return this.#flags.keys();
  }

  get(key: string): CompiledFlag | undefined {
    return this.#flags.get(key)?.flag;
  }

  /** Puts a flag under `key`, in place of the one that was there. */
  set(key: string, flag: unknown): void {
    this.define(key, () => flag);
  }

  /** `set` of a flag that is read when it is first needed. What `read` throws makes a flag that fails. */
  define(key: string, read: () => unknown): void {
    const node = this.#graph.flag(key);
    node.define(read);
    this.#flags.set(key, node);
    this.#unseen?.add(node);
  }

  /** Whether there was such a flag. */
  delete(key: string): boolean {
    const node = this.#flags.get(key);
    if (node === undefined) return false;
    node.define(null);
    this.#graph.tidy(node);
    return this.#flags.delete(key);
  }

  setSegment(key: string, segment: unknown): void {
    this.defineSegment(key, () => segment);
  }

  defineSegment(key: string, read: () => unknown): void {
    this.#graph.segment(key).define(read);
  }

  /** Whether there was such a segment. */
  deleteSegment(key: string): boolean {
    const node = this.#graph.segment(key);
    const { there } = node;
    node.define(null);
    this.#graph.tidy(node);
    return there;
  }

  /** `reachingAny` of one. */
  reaching(kind: 'flag' | 'segment', key: string): ReadonlySet<string> {
    return this.reachingAny([{ kind, key }]);
  }

  /**
   * The flags that reach any of these, through whatever lies between; those that name nothing of it are not among them, nor are these
   * themselves. Compiles what names others and is not compiled yet.
   */
  reachingAny(
    named: Iterable<{ readonly kind: 'flag' | 'segment'; readonly key: string }>,
  ): ReadonlySet<string> {
    for (const node of this.#unseen ?? this.#flags.values()) if (node.mayNameOthers) void node.failure;
    this.#unseen = new Set();
    const seen = new Set<Node>();
    for (const { kind, key } of named) {
      const node = this.#graph.known(kind, key);
      if (node !== undefined) seen.add(node);
    }
    const sources = new Set(seen);
    const reached = new Set<string>();
    // A set hands out what is added to it on the way.
    for (const node of seen) {
      if (node.kind === 'flag' && !sources.has(node)) reached.add(node.key);
      for (const user of node.users) seen.add(user);
    }
    return reached;
  }

  /**
   * Evaluates every flag for one context. Faster than one by one: a condition that flags have in common is asked once, and a flag
   * that others depend on is evaluated once. What `visit` throws is thrown on.
   */
  evaluateAll(context: Context, visit: (flag: CompiledFlag, evaluation: Evaluation) => void): void {
    const own = ownOnce(context);
    const { pass } = this.#graph;
    pass.forget();
    try {
      for (const node of this.#flags.values()) {
        const { flag } = node;
        pass.context = own;
        const evaluation = node.used ? node.answer(own) : flag.evaluate(own);
        // Whoever is shown an evaluation may change its context, or evaluate others: everything is asked afresh meanwhile.
        pass.context = null;
        visit(flag, evaluation);
      }
    } finally {
      pass.context = null;
      pass.forget();
    }
  }
}

/** A context that cannot even be asked what it is fails in each flag, with each flag's answer. */
const ownOnce = (context: Context): OwnContext => {
  try {
    return ownContext(context);
  } catch {
    return context as OwnContext;
  }
};
