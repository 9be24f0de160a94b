import { type FlagCache, type Position, type Subscription, samePosition } from '@halyard/caches';
import type { Place, Stores } from '../store/port.ts';
import { sleep } from '../store/sql/sleep.ts';
import { deliver, outboxOf, spaceOf } from './deliver.ts';
import { ForeignSpace } from './relation.ts';
import { StandIn } from './stand-in.ts';

/** Spaces compared with the database a second while nothing is wrong; a sweep of few apps still waits `SWEEP_MIN_MS`. */
const SWEEP_PER_SECOND = 500;
const SWEEP_MIN_MS = 1_000;
const BACKOFF_MIN_MS = 50;
const BACKOFF_MAX_MS = 2_000;
/** Delivered rows are dropped from the outbox this much later, many at once, so that a commit costs one disk flush, not two. */
const DROP_AFTER_MS = 500;
const PARALLEL = 16;
/** What the log says of a space that is another database's is said again this often; each sweep looks whether it still is. */
const REFUSAL_AGAIN_MS = 60_000;

export interface ReplicatorLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface ReplicatorOptions {
  readonly stores: Stores;
  readonly cache: FlagCache;
  readonly log: ReplicatorLog;
  /** In [0, 1), for jitter. */
  readonly random: () => number;
}

export interface Replicator {
  start(): void;
  /** Resolves when the cache holds the version of the place, or after `timeoutMs`. Only the leading process can know. */
  settled(place: Place, version: number, timeoutMs: number): Promise<void>;
  /** For how long something committed has not been in the flag cache, as this process sees it, leading or not; 0 if all is. */
  behindSeconds(): number;
  close(): Promise<void>;
}

interface Progress {
  readonly place: Place;
  head: Position | null | undefined;
  /** When the log last said that the cache's space is another database's. */
  toldAt: number;
  dirty: boolean;
  running: boolean;
  failures: number;
  dropped: number;
  dropping: ReturnType<typeof setTimeout> | null;
  waiting: Set<{ version: number; done: () => void }>;
}

/**
 * Drains the outbox into the flag cache: in order per place, for ever, with jittered backoff, and sweeps every space so that a cache
 * that was flushed or lost a commit is repaired within seconds. One process leads at a time; the others wait their turn, and stand in
 * for a leader that does not deliver.
 */
export const createReplicator = ({ stores, cache, log, random }: ReplicatorOptions): Replicator => {
  const places = new Map<string, Progress>();
  const queue: Progress[] = [];
  let leading: AbortSignal | null = null;
  let active = 0;
  let subscriptions: Subscription[] = [];
  let outage = false;

  const progressOf = (place: Place): Progress => {
    const space = spaceOf(place);
    let progress = places.get(space);
    if (progress === undefined) {
      progress = {
        place,
        head: undefined,
        toldAt: Number.NEGATIVE_INFINITY,
        dirty: false,
        running: false,
        failures: 0,
        dropped: 0,
        dropping: null,
        waiting: new Set(),
      };
      places.set(space, progress);
    }
    return progress;
  };

  const mark = (place: Place): void => {
    if (leading === null) return;
    const progress = progressOf(place);
    if (progress.dirty) return;
    progress.dirty = true;
    if (!progress.running) enqueue(progress);
  };

  const enqueue = (progress: Progress): void => {
    queue.push(progress);
    while (active < PARALLEL && queue.length > 0) {
      const next = queue.shift();
      if (next !== undefined) void run(next);
    }
  };

  const run = async (progress: Progress): Promise<void> => {
    const term = leading;
    active += 1;
    progress.running = true;
    try {
      while (progress.dirty && term !== null && !term.aborted) {
        progress.dirty = false;
        await bring(progress, term);
      }
    } finally {
      active -= 1;
      progress.running = false;
      const next = queue.shift();
      if (next !== undefined) void run(next);
    }
  };

  const bring = async (progress: Progress, term: AbortSignal): Promise<void> => {
    try {
      const delivery = await deliver(stores, cache, progress.place, {
        knownHead: progress.head,
        renews: true,
      });
      if (outage) {
        outage = false;
        log.info({ cache: cache.kind }, 'The flag cache is reached again; replication goes on.');
      }
      if (delivery.how === 'snapshot') {
        log.info(
          { space: spaceOf(progress.place), version: delivery.head?.version },
          'A space of the flag cache was filled or repaired.',
        );
      }
      if (delivery.begun) {
        log.warn(
          { space: spaceOf(progress.place), version: delivery.head?.version },
          'The flag cache had more than the database, or something else: the database was put back to an earlier state. A new epoch began.',
        );
      }
      progress.head = delivery.head;
      progress.failures = 0;
      for (const app of delivery.apps) mark(app);
      for (const waiter of progress.waiting) {
        if (delivery.head === null || waiter.version <= delivery.head.version) waiter.done();
      }
      if (delivery.head === null) places.delete(spaceOf(progress.place));
      else scheduleDrop(progress);
    } catch (error) {
      progress.head = undefined;
      progress.failures += 1;
      if (error instanceof ForeignSpace) return refuse(progress, error);
      if (!outage) {
        outage = true;
        log.warn(
          { cache: cache.kind, error: String(error) },
          'Replication waits: it will be tried again until it succeeds.',
        );
      }
      const ceiling = Math.min(BACKOFF_MAX_MS, BACKOFF_MIN_MS * 2 ** Math.min(progress.failures, 10));
      await sleep(ceiling * (0.5 + random() / 2), term);
      progress.dirty = true;
    }
  };

  const refuse = (progress: Progress, { message }: ForeignSpace): void => {
    if (performance.now() - progress.toldAt >= REFUSAL_AGAIN_MS) {
      progress.toldAt = performance.now();
      log.error({ space: spaceOf(progress.place) }, message);
    }
  };

  const scheduleDrop = (progress: Progress): void => {
    if (progress.dropping !== null || progress.head?.version === progress.dropped) return;
    progress.dropping = setTimeout(() => {
      progress.dropping = null;
      const head = progress.head?.version;
      if (head === undefined) return;
      progress.dropped = head;
      // Rows that could not be dropped now are dropped with later ones: delivering them again would change nothing.
      outboxOf(stores, progress.place)
        .delivered(head)
        .catch(() => {
          progress.dropped = 0;
        });
    }, DROP_AFTER_MS);
  };

  const sweep = async (term: AbortSignal): Promise<void> => {
    while (!term.aborted) {
      const startedWith = performance.now();
      let compared = 0;
      try {
        // A notice of a commit may get lost; its row in the outbox does not.
        for (const place of await stores.undelivered()) mark(place);
        for (const { id: account } of await stores.accounts.accounts()) {
          for (const place of [
            { account, app: null },
            ...(await stores.accounts.apps(account)).map(({ id }) => ({ account, app: id })),
          ]) {
            const progress = progressOf(place);
            // Where a delivery is under way the cache is allowed to be behind.
            if (!progress.running && !progress.dirty) {
              const head = await cache.head(spaceOf(place));
              // A place that was never delivered to is not up to date because nothing is there either.
              const known = progress.head !== undefined && samePosition(head, progress.head);
              if (!progress.running && !known) {
                progress.head = head ?? undefined;
                mark(place);
              }
            }
            compared += 1;
            if (compared % 50 === 0) await sleep((50 / SWEEP_PER_SECOND) * 1000, term);
            if (term.aborted) return;
          }
        }
      } catch (error) {
        if (!outage && !term.aborted) {
          outage = true;
          log.warn(
            { cache: cache.kind, error: String(error) },
            'The flag cache or the database cannot be compared; trying again.',
          );
        }
      }
      await sleep(Math.max(50, SWEEP_MIN_MS - (performance.now() - startedWith)), term);
    }
  };

  const lead = async (term: AbortSignal): Promise<void> => {
    leading = term;
    places.clear();
    try {
      await sweep(term);
    } finally {
      if (leading === term) leading = null;
    }
  };

  const standIn = new StandIn({
    stores,
    cache,
    log,
    now: () => performance.now(),
    leads: () => leading !== null,
  });
  const closing = new AbortController();
  let watching = Promise.resolve();

  return {
    start() {
      subscriptions = [stores.onCommit(mark), stores.lead(lead)];
      watching = standIn.watch(closing.signal);
    },

    behindSeconds: () => standIn.behindSeconds(),

    settled(place, version, timeoutMs) {
      const progress = progressOf(place);
      if ((progress.head?.version ?? -1) >= version) return Promise.resolve();
      return new Promise((resolve) => {
        const waiter = {
          version,
          done: () => {
            clearTimeout(timer);
            progress.waiting.delete(waiter);
            resolve();
          },
        };
        const timer = setTimeout(waiter.done, timeoutMs);
        progress.waiting.add(waiter);
      });
    },

    async close() {
      closing.abort();
      await watching;
      for (const subscription of subscriptions) await subscription.close();
      for (const { dropping } of places.values()) if (dropping !== null) clearTimeout(dropping);
    },
  };
};
