import { DatabaseSync } from 'node:sqlite';
import type { Subscription } from '@halyard/caches';
import type { StoreLog } from '../sql/log.ts';
import { sleep } from '../sql/sleep.ts';
import { makePrivate } from './private-files.ts';
import { isBusy } from './problems.ts';

const TRY_AGAIN_MS = 500;

/**
 * Leadership is an exclusive lock on an empty database beside the real one: the operating system gives it back when its process
 * ends, however that ends. In memory there is nobody to share with.
 */
export class Leadership {
  readonly #path: string | null;
  readonly #log: Pick<StoreLog, 'warn' | 'error'>;
  readonly #terms = new Set<Subscription>();
  #lock: DatabaseSync | null = null;

  constructor(path: string | null, log: Pick<StoreLog, 'warn' | 'error'>) {
    this.#path = path;
    this.#log = log;
  }

  lead(term: (signal: AbortSignal) => Promise<void>): Subscription {
    const closing = new AbortController();
    const { signal } = closing;
    const running = this.#run(term, signal);
    const subscription: Subscription = {
      close: async () => {
        closing.abort();
        this.#terms.delete(subscription);
        await running;
        if (this.#terms.size === 0) this.#release();
      },
    };
    this.#terms.add(subscription);
    return subscription;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#terms].map((term) => term.close()));
  }

  async #run(term: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> {
    let told = false;
    while (!signal.aborted) {
      if (this.#acquire()) {
        try {
          await term(signal);
        } catch (error) {
          if (!signal.aborted) this.#log.error({ error: String(error) }, 'A term of leadership failed.');
        }
        if (signal.aborted) return;
      } else if (!told) {
        told = true;
        this.#log.warn({ lock: this.#path }, 'Another server leads on this database file; this one waits.');
      }
      await sleep(TRY_AGAIN_MS, signal);
    }
  }

  #acquire(): boolean {
    if (this.#path === null || this.#lock !== null) return true;
    let lock: DatabaseSync | null = null;
    try {
      makePrivate(this.#path);
      lock = new DatabaseSync(this.#path, { timeout: 0 });
      lock.exec('pragma locking_mode = exclusive; begin exclusive');
      this.#lock = lock;
      return true;
    } catch (error) {
      lock?.close();
      if (!isBusy(error)) {
        this.#log.error(
          { lock: this.#path, error: String(error) },
          'The lock for leadership cannot be taken.',
        );
      }
      return false;
    }
  }

  #release(): void {
    this.#lock?.close();
    this.#lock = null;
  }
}
