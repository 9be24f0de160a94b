import type { EdgeLimits } from '../options.ts';

/** When a reader that found no room should come back: sooner than people notice, later than all of them at once. */
const RETRY_SECONDS = 10;

/**
 * How many streams may be open, in all and with one token: each is a connection and memory, and a page's ticket opens as many as its
 * holder likes. One token must not take the room of all.
 */
export class StreamRoom {
  readonly #limits: Pick<EdgeLimits, 'streams' | 'streamsPerToken'>;
  readonly #byToken = new Map<string, number>();
  #open = 0;
  /** Readers turned away, ever. */
  refused = 0;
  readonly full = 'This edge has as many open streams as it takes; poll, and try again later.';
  readonly retrySeconds = RETRY_SECONDS;

  constructor(limits: Pick<EdgeLimits, 'streams' | 'streamsPerToken'>) {
    this.#limits = limits;
  }

  /** Room for one; null if there is none. The function that comes back gives it up, once. */
  take(tokenId: string): (() => void) | null {
    const ofToken = this.#byToken.get(tokenId) ?? 0;
    if (this.#open >= this.#limits.streams || ofToken >= this.#limits.streamsPerToken) {
      this.refused += 1;
      return null;
    }
    this.#open += 1;
    this.#byToken.set(tokenId, ofToken + 1);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#open -= 1;
      const left = (this.#byToken.get(tokenId) ?? 1) - 1;
      if (left === 0) this.#byToken.delete(tokenId);
      else this.#byToken.set(tokenId, left);
    };
  }
}
