import { type FlagCache, type Position, samePosition } from '@halyard/caches';
import type { Place, Stores } from '../store/port.ts';
import { sleep } from '../store/sql/sleep.ts';
import { spaceOf } from './deliver.ts';

/** Spaces compared with the database a second while nothing is wrong; a sweep of few apps still waits `SWEEP_MIN_MS`. */
const SWEEP_PER_SECOND = 500;
const SWEEP_MIN_MS = 1_000;
const PAUSE_AFTER = 50;

/** What is known of a place's deliveries. */
export interface Compared {
  head: Position | null | undefined;
  readonly dirty: boolean;
  readonly running: boolean;
}

export interface SweepOptions {
  readonly stores: Stores;
  readonly cache: FlagCache;
  readonly progressOf: (place: Place) => Compared;
  readonly mark: (place: Place) => void;
  readonly failed: (error: unknown) => void;
}

/** Compares every space of the flag cache with what was delivered, again and again until the term ends, and marks those that differ. */
export const sweep = async (term: AbortSignal, options: SweepOptions): Promise<void> => {
  while (!term.aborted) {
    const startedWith = performance.now();
    try {
      await sweepOnce(term, options);
    } catch (error) {
      if (!term.aborted) options.failed(error);
    }
    await sleep(Math.max(50, SWEEP_MIN_MS - (performance.now() - startedWith)), term);
  }
};

const sweepOnce = async (term: AbortSignal, options: SweepOptions): Promise<void> => {
  const { stores, mark } = options;
  // A notice of a commit may get lost; its row in the outbox does not.
  for (const place of await stores.undelivered()) mark(place);
  let compared = 0;
  for await (const place of places(stores)) {
    await compare(place, options);
    compared += 1;
    if (compared % PAUSE_AFTER === 0) await sleep((PAUSE_AFTER / SWEEP_PER_SECOND) * 1000, term);
    if (term.aborted) return;
  }
};

async function* places(stores: Stores): AsyncGenerator<Place> {
  for (const { id: account } of await stores.accounts.accounts()) {
    const apps = await stores.accounts.apps(account);
    yield { account, app: null };
    for (const { id } of apps) yield { account, app: id };
  }
}

const compare = async (place: Place, { cache, progressOf, mark }: SweepOptions): Promise<void> => {
  const progress = progressOf(place);
  // Where a delivery is under way the cache is allowed to be behind.
  if (progress.running || progress.dirty) return;
  const head = await cache.head(spaceOf(place));
  // A place that was never delivered to is not up to date because nothing is there either.
  const known = progress.head !== undefined && samePosition(head, progress.head);
  if (progress.running || known) return;
  progress.head = head ?? undefined;
  mark(place);
};
