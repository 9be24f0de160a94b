import type { FlagCache, Position, Subscription } from '@halyard/caches';
import type { Place, Stores } from '../store/port.ts';
import { sleep } from '../store/sql/sleep.ts';
import { type Delivery, deliver, outboxOf, spaceOf } from './deliver.ts';
import { ForeignSpace } from './relation.ts';
import { StandIn } from './stand-in.ts';
import { sweep } from './sweep.ts';

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
export const createReplicator = (options: ReplicatorOptions): Replicator => new OutboxReplicator(options);

class OutboxReplicator implements Replicator {
  readonly #options: ReplicatorOptions;
  readonly #standIn: StandIn;
  readonly #places = new Map<string, Progress>();
  readonly #queue: Progress[] = [];
  readonly #closing = new AbortController();
  #leading: AbortSignal | null = null;
  #active = 0;
  #subscriptions: Subscription[] = [];
  #watching = Promise.resolve();
  #outage = false;

  constructor(options: ReplicatorOptions) {
    this.#options = options;
    this.#standIn = new StandIn({
      stores: options.stores,
      cache: options.cache,
      log: options.log,
      now: () => performance.now(),
      leads: () => this.#leading !== null,
    });
  }

  start(): void {
    const { stores } = this.#options;
    this.#subscriptions = [stores.onCommit(this.#mark), stores.lead((term) => this.#lead(term))];
    this.#watching = this.#standIn.watch(this.#closing.signal);
  }

  behindSeconds(): number {
    return this.#standIn.behindSeconds();
  }

  settled(place: Place, version: number, timeoutMs: number): Promise<void> {
    const progress = this.#progressOf(place);
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
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#watching;
    for (const subscription of this.#subscriptions) await subscription.close();
    for (const { dropping } of this.#places.values()) if (dropping !== null) clearTimeout(dropping);
  }

  async #lead(term: AbortSignal): Promise<void> {
    const { stores, cache } = this.#options;
    this.#leading = term;
    this.#places.clear();
    try {
      await sweep(term, {
        stores,
        cache,
        progressOf: (place) => this.#progressOf(place),
        mark: this.#mark,
        failed: (error) =>
          this.#outageBegins('The flag cache or the database cannot be compared; trying again.', error),
      });
    } finally {
      if (this.#leading === term) this.#leading = null;
    }
  }

  #progressOf(place: Place): Progress {
    const space = spaceOf(place);
    const known = this.#places.get(space);
    if (known !== undefined) return known;
    const progress: Progress = {
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
    this.#places.set(space, progress);
    return progress;
  }

  readonly #mark = (place: Place): void => {
    if (this.#leading === null) return;
    const progress = this.#progressOf(place);
    if (progress.dirty) return;
    progress.dirty = true;
    if (!progress.running) this.#enqueue(progress);
  };

  #enqueue(progress: Progress): void {
    this.#queue.push(progress);
    while (this.#active < PARALLEL && this.#queue.length > 0) this.#runNext();
  }

  #runNext(): void {
    const next = this.#queue.shift();
    if (next !== undefined) void this.#run(next);
  }

  async #run(progress: Progress): Promise<void> {
    const term = this.#leading;
    this.#active += 1;
    progress.running = true;
    try {
      while (progress.dirty && term !== null && !term.aborted) {
        progress.dirty = false;
        await this.#bring(progress, term);
      }
    } finally {
      this.#active -= 1;
      progress.running = false;
      this.#runNext();
    }
  }

  async #bring(progress: Progress, term: AbortSignal): Promise<void> {
    const { stores, cache, random } = this.#options;
    try {
      this.#delivered(
        progress,
        await deliver(stores, cache, progress.place, { knownHead: progress.head, renews: true }),
      );
    } catch (error) {
      progress.head = undefined;
      progress.failures += 1;
      if (error instanceof ForeignSpace) return this.#refuse(progress, error);
      this.#outageBegins('Replication waits: it will be tried again until it succeeds.', error);
      const ceiling = Math.min(BACKOFF_MAX_MS, BACKOFF_MIN_MS * 2 ** Math.min(progress.failures, 10));
      await sleep(ceiling * (0.5 + random() / 2), term);
      progress.dirty = true;
    }
  }

  #delivered(progress: Progress, delivery: Delivery): void {
    this.#tell(spaceOf(progress.place), delivery);
    const { head, apps } = delivery;
    progress.head = head;
    progress.failures = 0;
    for (const app of apps) this.#mark(app);
    for (const waiter of progress.waiting) {
      if (head === null || waiter.version <= head.version) waiter.done();
    }
    if (head === null) this.#places.delete(spaceOf(progress.place));
    else this.#scheduleDrop(progress);
  }

  #tell(space: string, { how, head, begun }: Delivery): void {
    const { cache, log } = this.#options;
    if (this.#outage) {
      this.#outage = false;
      log.info({ cache: cache.kind }, 'The flag cache is reached again; replication goes on.');
    }
    if (how === 'snapshot') {
      log.info({ space, version: head?.version }, 'A space of the flag cache was filled or repaired.');
    }
    if (begun) {
      log.warn(
        { space, version: head?.version },
        'The flag cache had more than the database, or something else: the database was put back to an earlier state. A new epoch began.',
      );
    }
  }

  #outageBegins(message: string, error: unknown): void {
    if (this.#outage) return;
    this.#outage = true;
    this.#options.log.warn({ cache: this.#options.cache.kind, error: String(error) }, message);
  }

  #refuse(progress: Progress, { message }: ForeignSpace): void {
    if (performance.now() - progress.toldAt < REFUSAL_AGAIN_MS) return;
    progress.toldAt = performance.now();
    this.#options.log.error({ space: spaceOf(progress.place) }, message);
  }

  #scheduleDrop(progress: Progress): void {
    if (progress.dropping !== null || progress.head?.version === progress.dropped) return;
    progress.dropping = setTimeout(() => {
      progress.dropping = null;
      const head = progress.head?.version;
      if (head === undefined) return;
      progress.dropped = head;
      // Rows that could not be dropped now are dropped with later ones: delivering them again would change nothing.
      outboxOf(this.#options.stores, progress.place)
        .delivered(head)
        .catch(() => {
          progress.dropped = 0;
        });
    }, DROP_AFTER_MS);
  }
}
