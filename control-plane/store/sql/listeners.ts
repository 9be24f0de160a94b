import type { Subscription } from '@halyard/caches';
import type { Place } from '../port.ts';
import type { StoreLog } from './log.ts';

/** Who wants to hear of commits. One that throws is logged and costs the others nothing. */
export class Listeners {
  readonly #listeners = new Set<(place: Place) => void>();

  readonly #log: Pick<StoreLog, 'error'>;

  constructor(log: Pick<StoreLog, 'error'>) {
    this.#log = log;
  }

  get size(): number {
    return this.#listeners.size;
  }

  add(listener: (place: Place) => void): Subscription {
    // Wrapped, so that the same function may listen twice.
    const own = (place: Place): void => listener(place);
    this.#listeners.add(own);
    return {
      close: async () => {
        this.#listeners.delete(own);
      },
    };
  }

  tell(places: Iterable<Place>): void {
    const distinct = new Map<string, Place>();
    for (const place of places) distinct.set(JSON.stringify([place.account, place.app]), place);
    for (const place of distinct.values()) {
      for (const listener of this.#listeners) queueMicrotask(() => this.#tell(listener, place));
    }
  }

  #tell(listener: (place: Place) => void, place: Place): void {
    try {
      listener(place);
    } catch (error) {
      this.#log.error({ ...place, error: String(error) }, 'A listener to commits failed.');
    }
  }
}
