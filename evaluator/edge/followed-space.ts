import type { Commit, FlagCache, Snapshot, Subscription } from '@halyard/caches';
import type { LastGood } from './last-good.ts';
import type { Log } from './options.ts';

const RETRY_MIN_MS = 100;
const RETRY_MAX_MS = 2_000;
const SAVE_AFTER_MS = 500;
/** Saving a space rewrites it whole, so a large one that keeps changing is saved less often: at most this share of the time. */
const SAVE_SHARE = 0.05;

export interface SpaceFollower {
  /** Everything is new. `lower`: the space began again below what was held. */
  reset(entries: ReadonlyMap<string, string>, version: number, lower: boolean): void;
  /** The next commit, already in `entries`. */
  change(commit: Commit, entries: ReadonlyMap<string, string>): void;
  /** Live again, after the first delivery or an outage. */
  live?(): void;
}

export interface FollowOptions {
  readonly cache: FlagCache;
  readonly now: () => number;
  readonly log: Log;
  readonly random: () => number;
  readonly disk: LastGood | undefined;
  /** How loudly an outage is logged: one line for the edge is news, one for each of its apps is noise. */
  readonly outages: 'warn' | 'debug';
}

/**
 * One space of the flag cache, kept for as long as the edge runs: what was once had is never given up because of an outage or an
 * emptied cache, only known to be stale.
 */
export class FollowedSpace {
  readonly space: string;
  readonly #options: FollowOptions;
  readonly #follower: SpaceFollower;
  #entries: Map<string, string> | null = null;
  #version: number | null = null;
  #bytes = 0;
  #connected = false;
  #absent = false;
  #staleSince: number | null = null;
  #subscription: Subscription | null = null;
  #closed = false;
  readonly #waiters = new Set<() => void>();
  #firstWord: Promise<void> = Promise.resolve();
  #saving: ReturnType<typeof setTimeout> | null = null;
  #saveCostMs = 0;

  constructor(space: string, options: FollowOptions, follower: SpaceFollower) {
    this.space = space;
    this.#options = options;
    this.#follower = follower;
  }

  /** Null: nothing is held. */
  get version(): number | null {
    return this.#version;
  }

  get entries(): ReadonlyMap<string, string> | null {
    return this.#entries;
  }

  /** Length of all entries. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether the cache answers for this space. */
  get connected(): boolean {
    return this.#connected;
  }

  /** Whole seconds since what is held was last known to be current; null while it is. */
  get staleSeconds(): number | null {
    if (this.#staleSince === null) return null;
    return Math.max(0, Math.floor((this.#options.now() - this.#staleSince) / 1000));
  }

  start(): void {
    this.#firstWord = new Promise((resolve) => {
      void this.#keepTrying(resolve);
    });
  }

  /**
   * Resolves when something is held or `timeoutMs` have passed; where the cache pushes nothing, when it was read once. If the cache has not given anything by then (at once, if it is
   * known to be unreachable), what the disk has is taken.
   */
  async ready(timeoutMs: number): Promise<void> {
    if (this.#version !== null) return;
    if (this.#options.cache.pull !== undefined) {
      await within(this.#pull(), timeoutMs);
      return;
    }
    await within(this.#firstWord, timeoutMs);
    if (this.#version === null) await this.#takeFromDisk();
    if (this.#version === null) await this.nextChange(timeoutMs);
  }

  /** Resolves when the version is reached, or after `timeoutMs`. */
  async reaches(version: number, timeoutMs: number): Promise<boolean> {
    if (this.#options.cache.pull !== undefined && (this.#version ?? -1) < version) {
      await within(this.#pull(), timeoutMs);
      return (this.#version ?? -1) >= version;
    }
    const deadline = performance.now() + timeoutMs;
    while ((this.#version ?? -1) < version) {
      const left = deadline - performance.now();
      if (left <= 0 || this.#closed) return false;
      await this.nextChange(left);
    }
    return true;
  }

  /** Reads what is missed; the watcher is told how that went. */
  async #pull(): Promise<void> {
    await this.#options.cache.pull?.(this.space).catch(() => undefined);
  }

  /** Resolves at the next snapshot or commit, or after `timeoutMs`. */
  nextChange(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#waiters.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, timeoutMs);
      this.#waiters.add(wake);
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#wake();
    if (this.#saving !== null) {
      clearTimeout(this.#saving);
      await this.#save();
    }
    await this.#subscription?.close();
  }

  async #keepTrying(firstWord: () => void): Promise<void> {
    const { cache, log, random, outages } = this.#options;
    for (let failures = 0; !this.#closed; failures += 1) {
      try {
        const subscription = await cache.watch(this.space, {
          snapshot: (snapshot) => this.#onSnapshot(snapshot),
          commit: (commit) => this.#onCommit(commit),
          absent: () => {
            this.#absent = true;
            this.#judgeStaleness();
          },
          cutOff: () => {
            this.#connected = false;
            this.#judgeStaleness();
            log[outages]({ space: this.space, version: this.#version }, 'Cut off from the flag cache.');
          },
          live: () => {
            this.#connected = true;
            this.#judgeStaleness();
            this.#follower.live?.();
          },
        });
        firstWord();
        if (this.#closed) await subscription.close();
        else this.#subscription = subscription;
        return;
      } catch (error) {
        firstWord();
        if (failures === 0) {
          log[outages](
            { space: this.space, error: String(error) },
            'The flag cache cannot be reached; trying again.',
          );
        }
        const ceiling = Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** Math.min(failures, 10));
        await sleep(ceiling * (0.5 + random() / 2));
      }
    }
  }

  #onSnapshot({ version, entries }: Snapshot): void {
    const lower = this.#version !== null && version < this.#version;
    if (lower) {
      this.#options.log.warn(
        { space: this.space, held: this.#version, version },
        'The configuration went back: the cache was filled from an older database.',
      );
    }
    this.#hold(new Map(entries), version, lower);
    this.#absent = false;
    this.#judgeStaleness();
    this.#saveSoon();
    this.#wake();
  }

  #onCommit(commit: Commit): void {
    if (this.#entries === null) return;
    for (const { key, value } of commit.changes) {
      this.#bytes += (value?.length ?? 0) - (this.#entries.get(key)?.length ?? 0);
      if (value === null) this.#entries.delete(key);
      else this.#entries.set(key, value);
    }
    this.#version = commit.version;
    this.#follower.change(commit, this.#entries);
    this.#saveSoon();
    this.#wake();
  }

  #hold(entries: Map<string, string>, version: number, lower: boolean): void {
    this.#entries = entries;
    this.#version = version;
    this.#bytes = 0;
    for (const value of entries.values()) this.#bytes += value.length;
    this.#follower.reset(entries, version, lower);
  }

  async #takeFromDisk(): Promise<void> {
    const kept = await this.#options.disk?.load(this.space);
    if (kept === null || kept === undefined || this.#version !== null || this.#closed) return;
    this.#staleSince = kept.at;
    this.#hold(new Map(kept.snapshot.entries), kept.snapshot.version, false);
    this.#options.log.warn(
      { space: this.space, version: kept.snapshot.version, stale_seconds: this.staleSeconds },
      'Serving the last good configuration from disk.',
    );
    this.#wake();
  }

  #judgeStaleness(): void {
    if (this.#connected && !this.#absent) this.#staleSince = null;
    else if (this.#version !== null) this.#staleSince ??= this.#options.now();
  }

  #wake(): void {
    for (const wake of this.#waiters) wake();
  }

  #saveSoon(): void {
    if (this.#options.disk === undefined || this.#saving !== null || this.#closed) return;
    this.#saving = setTimeout(
      () => {
        this.#saving = null;
        void this.#save();
      },
      Math.max(SAVE_AFTER_MS, this.#saveCostMs / SAVE_SHARE),
    );
  }

  async #save(): Promise<void> {
    const { disk, now, log } = this.#options;
    if (disk === undefined || this.#entries === null || this.#version === null) return;
    const began = performance.now();
    try {
      await disk.save(this.space, { version: this.#version, entries: new Map(this.#entries) }, now());
    } catch (error) {
      log.error({ space: this.space, error: String(error) }, 'The last good configuration cannot be saved.');
    }
    this.#saveCostMs = performance.now() - began;
  }
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const within = (promise: Promise<void>, timeoutMs: number): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, timeoutMs);
    void promise.then(() => {
      clearTimeout(timer);
      resolve();
    });
  });
