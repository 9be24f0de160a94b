import { type CompiledFlag, compile } from './flag.ts';
import type { Context, Evaluation } from './model.ts';

/** The flags of one app, compiled. */
export class CompiledApp {
  readonly #account: string;
  readonly #flags = new Map<string, CompiledFlag>();

  /** `account` is the salt of flags without their own `bucketing`. */
  constructor(account: string) {
    this.#account = account;
  }

  get size(): number {
    return this.#flags.size;
  }

  keys(): IterableIterator<string> {
    return this.#flags.keys();
  }

  get(key: string): CompiledFlag | undefined {
    return this.#flags.get(key);
  }

  /** Compiles a flag and puts it under `key`, in place of the one that was there. */
  set(key: string, flag: unknown): CompiledFlag {
    const compiled = compile(flag, this.#account);
    this.#flags.set(key, compiled);
    return compiled;
  }

  delete(key: string): boolean {
    return this.#flags.delete(key);
  }

  evaluateAll(context: Context, visit: (flag: CompiledFlag, evaluation: Evaluation) => void): void {
    for (const flag of this.#flags.values()) visit(flag, flag.evaluate(context));
  }
}
