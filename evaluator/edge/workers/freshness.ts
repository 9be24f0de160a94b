import type { FlagCache } from '@halyard/caches';

export interface FreshnessLimits {
  /** What was read this short a time ago is answered from as it is. */
  readonly freshMs: number;
  /** Older than this, a request waits for the reading; in between it is answered at once and the reading goes on behind it. */
  readonly waitMs: number;
  /** How long a request waits for it. What is held is answered then, and says how old it is. */
  readonly patienceMs: number;
}

/**
 * Five and ten seconds: KV itself may answer a location with what was there half a minute ago, so that reading it more often would
 * cost more and tell nothing new.
 */
export const DEFAULT_FRESHNESS: FreshnessLimits = { freshMs: 5_000, waitMs: 10_000, patienceMs: 2_000 };

/** A reading that was begun this long ago has died with the request that began it. */
const DEAD_MS = 10_000;

/** A flag cache that is read by whoever needs it. */
export interface PulledCache extends FlagCache {
  pull(space: string): Promise<void>;
}

interface Age {
  /** When what is held was last known to be what KV has, or tried to be. */
  readAt: number;
  /** When the reading that is under way began; null: none is. */
  startedAt: number | null;
}

/**
 * Keeps the spaces of an isolate fresh by the requests that use them. In a Worker a connection belongs to the request that opened it
 * and dies with it, so no request ever waits for the reading of another: one that must not go on without reads by itself.
 */
export class Freshness {
  readonly #cache: PulledCache;
  readonly #limits: FreshnessLimits;
  readonly #now: () => number;
  readonly #waitUntil: (work: Promise<unknown>) => void;
  readonly #ages = new Map<string, Age>();

  constructor(
    cache: PulledCache,
    limits: FreshnessLimits,
    now: () => number,
    waitUntil: (work: Promise<unknown>) => void,
  ) {
    this.#cache = cache;
    this.#limits = limits;
    this.#now = now;
    this.#waitUntil = waitUntil;
  }

  /** The same cache; what is pulled through it counts as read. */
  get cache(): FlagCache {
    return Object.assign(Object.create(this.#cache), { pull: (space: string) => this.#pull(space) });
  }

  /** As `EdgeOptions.freshen`. */
  freshen = (space: string, soonerMs?: number): Promise<void> | undefined => {
    const { freshMs, waitMs, patienceMs } = this.#limits;
    const age = this.#ageOf(space);
    if (age < Math.min(freshMs, soonerMs ?? freshMs)) return undefined;
    if (age >= Math.min(waitMs, soonerMs ?? waitMs)) return this.#wait(space, patienceMs);
    if (!this.#underWay(space)) this.#waitUntil(this.#pull(space).catch(() => undefined));
    return undefined;
  };

  /** For a stream, which has time: reads what is not fresh, unless that is under way. Never rejects. */
  async refresh(space: string): Promise<void> {
    if (this.#ageOf(space) < this.#limits.freshMs || this.#underWay(space)) return;
    await this.#pull(space).catch(() => undefined);
  }

  /** A reading that takes too long goes on behind the answer, and holds up no other request meanwhile. */
  async #wait(space: string, patienceMs: number): Promise<void> {
    const startedAt = this.#now();
    const reading = this.#pull(space);
    if (await within(reading, patienceMs)) return;
    this.#waitUntil(reading.catch(() => undefined));
    const age = this.#ages.get(space);
    if (age !== undefined) age.readAt = Math.max(age.readAt, startedAt);
  }

  #ageOf(space: string): number {
    const readAt = this.#ages.get(space)?.readAt ?? Number.NEGATIVE_INFINITY;
    // A clock that went back says nothing about the age.
    return Math.abs(this.#now() - readAt);
  }

  #underWay(space: string): boolean {
    const startedAt = this.#ages.get(space)?.startedAt ?? null;
    return startedAt !== null && this.#now() - startedAt < DEAD_MS;
  }

  async #pull(space: string): Promise<void> {
    const age = this.#ages.get(space) ?? { readAt: Number.NEGATIVE_INFINITY, startedAt: null };
    this.#ages.set(space, age);
    const startedAt = this.#now();
    age.startedAt = startedAt;
    try {
      await this.#cache.pull(space);
    } finally {
      // A failure too: whoever comes next is not held up again, and is told that it is stale.
      age.readAt = Math.max(age.readAt, startedAt);
      age.startedAt = null;
    }
  }
}

/** Whether the work ended in time. Never rejects. */
const within = async (work: Promise<void>, patienceMs: number): Promise<boolean> => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const enough = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), patienceMs);
  });
  try {
    return await Promise.race([work.then(() => true), enough]);
  } catch {
    // The watchers were told, and what is held says how old it is.
    return true;
  } finally {
    clearTimeout(timer);
  }
};
