import type { Subscription } from '@halyard/caches';
import type { Place } from './port.ts';

/** Who wants to hear of commits; a listener that throws is its own affair. */
export class Listeners {
  readonly #listeners = new Set<(place: Place) => void>();

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
      for (const listener of this.#listeners) queueMicrotask(() => listener(place));
    }
  }
}
