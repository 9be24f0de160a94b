import { Problem } from '../../model/problem.ts';

/** How much may be open at once. A session counts for its token. */
export interface StreamLimits {
  readonly eventsOfToken: number;
  readonly events: number;
  readonly exportsOfToken: number;
  readonly exports: number;
  /** A reader that takes nothing for this long is cut off. */
  readonly idleMs: number;
}

export const STREAM_LIMITS: StreamLimits = {
  eventsOfToken: 50,
  events: 1_000,
  exportsOfToken: 2,
  exports: 8,
  idleMs: 30_000,
};

const RETRY_AFTER_S = 5;

/** Counts what is open, of each token and in all. */
export class OpenStreams {
  readonly #what: string;
  readonly #most: { readonly ofToken: number; readonly inAll: number };
  readonly #open = new Map<string, number>();
  #all = 0;

  /** @param what in the plural, as a sentence names it. */
  constructor(what: string, most: { readonly ofToken: number; readonly inAll: number }) {
    this.#what = what;
    this.#most = most;
  }

  /**
   * Counts one more; the answer counts it out, however often it is called.
   *
   * @throws Problem `busy`.
   */
  take(token: string): () => void {
    const open = this.#open.get(token) ?? 0;
    if (open >= this.#most.ofToken) {
      throw this.#busy(`This token has ${open} ${this.#what} open, the most it may have`);
    }
    if (this.#all >= this.#most.inAll) {
      throw this.#busy(`${this.#all} ${this.#what} are open, the most this server keeps open`);
    }
    this.#open.set(token, open + 1);
    this.#all += 1;
    let taken = true;
    return () => {
      if (!taken) return;
      taken = false;
      this.#all -= 1;
      const left = (this.#open.get(token) ?? 1) - 1;
      if (left === 0) this.#open.delete(token);
      else this.#open.set(token, left);
    };
  }

  #busy(found: string): Problem {
    return new Problem('busy', { message: `${found}; close one, or try again later.` }, RETRY_AFTER_S);
  }
}
