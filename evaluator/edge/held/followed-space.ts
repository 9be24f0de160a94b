import {
  type Commit,
  type CutOff,
  type FlagCache,
  type Position,
  positionOf,
  type Revision,
  type Snapshot,
  type Subscription,
  type Watcher,
} from '@halyard/caches';
import type { Log } from '../options.ts';
import { isAt } from './is-at.ts';
import type { LastGood } from './last-good.ts';
import { SavedSpace } from './saved-space.ts';
import { sleep, within } from './waiting.ts';

const RETRY_MIN_MS = 100;
const RETRY_MAX_MS = 2_000;
/** A disk that hangs holds up no request for longer. */
const DISK_MS = 1_000;

export interface SpaceFollower {
  /** Everything is new. */
  reset(entries: ReadonlyMap<string, string>, position: Position): void;
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
  #position: Position | null = null;
  #read: Promise<void> = Promise.resolve();
  /** What the disk had; held only where the cache has nothing that may follow on it. */
  #kept: { readonly snapshot: Snapshot; readonly at: number } | null = null;
  #bytes = 0;
  #connected = false;
  #absent = false;
  #staleSince: number | null = null;
  #subscription: Subscription | null = null;
  #closed = false;
  readonly #waiters = new Set<() => void>();
  #firstWord: Promise<void> = Promise.resolve();
  readonly #saved: SavedSpace | null;

  constructor(space: string, options: FollowOptions, follower: SpaceFollower) {
    this.space = space;
    this.#options = options;
    this.#follower = follower;
    const { disk, now, log } = options;
    this.#saved =
      disk === undefined ? null : new SavedSpace(space, { disk, now, log, held: () => this.#copy() });
  }

  /** Null: nothing is held. */
  get version(): number | null {
    return this.#position?.version ?? null;
  }

  /** The version with its history; null: nothing is held. */
  get position(): Position | null {
    return this.#position;
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
      // Where there is no disk it is followed from this moment on: the request that starts an isolate reads next.
      if (this.#saved === null) return void this.#keepTrying(resolve);
      // Before the cache is asked: what it has must not be older than what was served before the restart.
      this.#read = this.#saved.load().then((kept) => {
        this.#kept = kept;
      });
      void this.#read.then(() => this.#keepTrying(resolve));
    });
  }

  /**
   * Resolves when something is held or `timeoutMs` have passed; where the cache pushes nothing, when it was read once. If the cache has
   * not given anything by then (0, if it is known to be unreachable), what the disk has is taken: its reading is waited for.
   */
  async ready(timeoutMs: number): Promise<void> {
    if (this.#position !== null) return;
    if (this.#options.cache.pull !== undefined) {
      await within(this.#pull(), timeoutMs);
      return;
    }
    await within(this.#firstWord, timeoutMs);
    await within(this.#read, DISK_MS);
    if (this.#position === null) this.#takeFromDisk();
    if (this.#position === null) await this.nextChange(timeoutMs);
  }

  /** Resolves when the revision is reached, or after `timeoutMs`. */
  async reaches(revision: Revision, timeoutMs: number): Promise<boolean> {
    const reached = (): boolean => this.#position !== null && isAt(this.#position, revision);
    if (this.#options.cache.pull !== undefined && !reached()) {
      await within(this.#pull(), timeoutMs);
      return reached();
    }
    const deadline = performance.now() + timeoutMs;
    while (!reached()) {
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
    await this.#saved?.close();
    await this.#subscription?.close();
  }

  async #keepTrying(firstWord: () => void): Promise<void> {
    const { cache, log, random, outages } = this.#options;
    for (let failures = 0; !this.#closed; failures += 1) {
      try {
        const watcher: Watcher = {
          snapshot: (snapshot) => this.#onSnapshot(snapshot),
          commit: (commit) => this.#onCommit(commit),
          absent: () => {
            this.#absent = true;
            this.#takeFromDisk();
            this.#judgeStaleness();
          },
          cutOff: (why) => {
            this.#connected = false;
            this.#takeFromDisk();
            this.#judgeStaleness();
            log[why === 'behind' ? 'warn' : outages](
              { space: this.space, version: this.version },
              CUT_OFF[why],
            );
          },
          live: () => {
            this.#connected = true;
            this.#judgeStaleness();
            this.#follower.live?.();
          },
        };
        const subscription = await cache.watch(this.space, watcher, this.#held());
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

  #held(): Position | undefined {
    return this.#position ?? (this.#kept === null ? undefined : positionOf(this.#kept.snapshot));
  }

  #onSnapshot(snapshot: Snapshot): void {
    const held = this.#held();
    const { version } = snapshot;
    if (held !== undefined && version < held.version) {
      this.#options.log.warn(
        { space: this.space, held: held.version, version },
        'The configuration went back: the database was put back to an earlier state.',
      );
    }
    this.#kept = null;
    this.#hold(new Map(snapshot.entries), positionOf(snapshot));
    this.#absent = false;
    this.#judgeStaleness();
    this.#saved?.soon();
    this.#wake();
  }

  #onCommit(commit: Commit): void {
    if (this.#entries === null) return;
    for (const { key, value } of commit.changes) {
      this.#bytes += (value?.length ?? 0) - (this.#entries.get(key)?.length ?? 0);
      if (value === null) this.#entries.delete(key);
      else this.#entries.set(key, value);
    }
    const { history } = this.#position ?? {};
    this.#position = { version: commit.version, ...(history === undefined ? {} : { history }) };
    this.#follower.change(commit, this.#entries);
    this.#saved?.soon();
    this.#wake();
  }

  #hold(entries: Map<string, string>, position: Position): void {
    this.#entries = entries;
    this.#position = position;
    this.#bytes = 0;
    for (const value of entries.values()) this.#bytes += value.length;
    this.#follower.reset(entries, position);
  }

  #copy(): Snapshot | null {
    if (this.#entries === null || this.#position === null) return null;
    return { ...this.#position, entries: new Map(this.#entries) };
  }

  #takeFromDisk(): void {
    const kept = this.#kept;
    if (kept === null || this.#position !== null || this.#closed) return;
    this.#kept = null;
    this.#staleSince = kept.at;
    this.#hold(new Map(kept.snapshot.entries), positionOf(kept.snapshot));
    this.#options.log.warn(
      { space: this.space, version: kept.snapshot.version, stale_seconds: this.staleSeconds },
      'Serving the last good configuration from disk.',
    );
    this.#wake();
  }

  #judgeStaleness(): void {
    if (this.#connected && !this.#absent) this.#staleSince = null;
    else if (this.#position !== null) this.#staleSince ??= this.#options.now();
  }

  #wake(): void {
    for (const wake of this.#waiters) wake();
  }
}

const CUT_OFF: Readonly<Record<CutOff, string>> = {
  unreachable: 'Cut off from the flag cache.',
  behind:
    'The flag cache has less than this edge: what this edge holds is served until the cache has caught up.',
};
