import { type OwnContext, ownContext } from './attribute.ts';
import { type CompiledFlag, compileWith } from './flag.ts';
import type { Context, Evaluation } from './model.ts';
import { SharedConditions } from './sharing.ts';

/** The flags of one app, compiled. A flag that cannot be compiled fails alone. */
export class CompiledApp {
  readonly #account: string;
  readonly #conditions = new SharedConditions();
  readonly #flags = new Map<string, Entry>();

  /** `account` is the salt of flags without their own `bucketing`. */
  constructor(account: string) {
    this.#account = account;
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

  /** Compiles a flag and puts it under `key`, in place of the one that was there. Never throws. */
  set(key: string, flag: unknown): CompiledFlag {
    const { predicate, release } = this.#conditions.lease();
    const entry = { flag: compileWith(flag, this.#account, predicate), release };
    const before = this.#flags.get(key);
    this.#flags.set(key, entry);
    // Only now: conditions that both have in common stay.
    before?.release();
    return entry.flag;
  }

  /** Whether there was such a flag. */
  delete(key: string): boolean {
    this.#flags.get(key)?.release();
    return this.#flags.delete(key);
  }

  /**
   * Evaluates every flag for one context. Faster than one by one: a condition that flags have in common is asked once. What `visit`
   * throws is thrown on.
   */
  evaluateAll(context: Context, visit: (flag: CompiledFlag, evaluation: Evaluation) => void): void {
    const own = ownOnce(context);
    this.#conditions.forget();
    try {
      for (const { flag } of this.#flags.values()) {
        this.#conditions.resume(own);
        const evaluation = flag.evaluate(own);
        this.#conditions.pause();
        visit(flag, evaluation);
      }
    } finally {
      this.#conditions.forget();
    }
  }
}

interface Entry {
  readonly flag: CompiledFlag;
  readonly release: () => void;
}

/** A context that cannot even be asked what it is fails in each flag, with each flag's answer. */
const ownOnce = (context: Context): OwnContext => {
  try {
    return ownContext(context);
  } catch {
    return context as OwnContext;
  }
};
