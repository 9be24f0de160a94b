import type { FlagCache } from '@halyard/caches';
import type { Place, Stores } from '../store/port.ts';
import { sleep } from '../store/sql/sleep.ts';
import { deliver, outboxOf, spaceOf } from './deliver.ts';
import { relationOf } from './relation.ts';
import type { ReplicatorLog } from './replicator.ts';

const LOOK_MS = 500;
/** A leader delivers within milliseconds: one that has not for this long is stuck, gone, or cut off from the cache. */
const PATIENCE_MS = 2_000;
/** Places looked at in one go; an outage of the cache leaves every place behind, and the rest is looked at when these are done. */
const MOST = 100;

export interface StandInOptions {
  readonly stores: Stores;
  readonly cache: FlagCache;
  readonly log: ReplicatorLog;
  /** Milliseconds of a clock that only grows. */
  readonly now: () => number;
  /** Whether this process is the one that delivers anyway. */
  readonly leads: () => boolean;
}

/**
 * Watches, in every process, that what is committed reaches the flag cache, and delivers in the leader's place when it does not:
 * delivering twice changes nothing, delivering not at all keeps a kill switch from the edges.
 */
export class StandIn {
  readonly #options: StandInOptions;
  /** By space: since when its place was seen to be ahead of the cache. */
  #behind = new Map<string, { readonly place: Place; readonly since: number }>();
  #standing = false;

  constructor(options: StandInOptions) {
    this.#options = options;
  }

  /** For how long the place that waits longest has been ahead of the flag cache, as this process sees it; 0 if none is. */
  behindSeconds(): number {
    const now = this.#options.now();
    return Math.max(0, ...[...this.#behind.values()].map(({ since }) => now - since)) / 1000;
  }

  async watch(closing: AbortSignal): Promise<void> {
    while (!closing.aborted) {
      // A database that does not answer is the stores' to report; what was behind stays behind meanwhile.
      await this.look().catch(() => {});
      await sleep(LOOK_MS, closing);
    }
  }

  /** One look at every place with undelivered commits. Rejects if the database cannot be asked. */
  async look(): Promise<void> {
    const { stores, now, leads } = this.#options;
    const before = this.#behind;
    const places = (await stores.undelivered()).slice(0, MOST);
    const behind = await Promise.all(places.map((place) => this.#isBehind(place)));
    this.#behind = new Map(
      places
        .filter((_, index) => behind[index] === true)
        .map((place) => [spaceOf(place), before.get(spaceOf(place)) ?? { place, since: now() }]),
    );
    const late = [...this.#behind.values()].filter(({ since }) => now() - since > PATIENCE_MS);
    if (late.length === 0 || leads()) this.#standing = false;
    else await this.#deliver(late.map(({ place }) => place));
  }

  async #isBehind(place: Place): Promise<boolean> {
    const { stores, cache } = this.#options;
    const standing = await outboxOf(stores, place).standing();
    try {
      const head = await cache.head(spaceOf(place));
      if (standing === null) return head !== null;
      return relationOf(head, standing, await stores.identity()) !== 'same';
    } catch {
      return true;
    }
  }

  async #deliver(places: readonly Place[]): Promise<void> {
    const { stores, cache, log } = this.#options;
    if (!this.#standing) {
      this.#standing = true;
      log.warn(
        { places: places.length, behind_seconds: this.behindSeconds() },
        'The server that leads replication does not deliver; this one delivers in its place.',
      );
    }
    for (const place of places) {
      try {
        const { head } = await deliver(stores, cache, place);
        this.#behind.delete(spaceOf(place));
        if (head !== null) await outboxOf(stores, place).delivered(head.version);
      } catch {
        // Tried again at the next look; why the cache or the database cannot be reached is logged by whoever leads.
      }
    }
  }
}
