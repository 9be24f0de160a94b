import { backoffMs, wait } from './backoff.ts';
import { type ConfigurationEdge, EdgeError, type StreamEvent } from './edge.ts';
import { comparePlaces, type Place, revisionOf } from './history.ts';
import type { Difference, LocalFlags } from './local-flags.ts';
import type { Configuration } from './wire.ts';

export interface FollowerLimits {
  /** How long an answer may take, in milliseconds. */
  readonly timeoutMs: number;
  /** The longest wait between two attempts; so too how often the configuration is polled where the stream cannot be had. */
  readonly pollMs: number;
  /** A stream on which nothing comes for this long, not even the comment an edge sends every 15 s, is given up. */
  readonly idleMs: number;
  /** The ceiling of the first wait. */
  readonly baseMs: number;
  /** About how long to wait after the token was refused while there is nothing to evaluate: each attempt may be as vain. */
  readonly refusedMs: number;
}

export interface FollowerListener {
  /**
   * The configuration is that of the edge now, and another than before; `keys` are the flags that it makes a difference to. None where
   * only a segment changed that no flag uses.
   */
  changed(keys: readonly string[]): void;
  /** The edge answers: what is held is the present configuration. */
  live(): void;
  /** The edge could not be asked, or does not let us ask. What is held stays. */
  failed(error: EdgeError): void;
}

/**
 * A stream that held for this long was good: the trouble before it is over, and the next attempt comes early. Short, so that a second
 * outage soon after a first is not waited for as long as both; `baseMs` is what spreads those who come back out.
 */
const GOOD_STREAM_MS = 1_000;

export interface FollowerSurroundings {
  readonly signal: AbortSignal;
  readonly now: () => number;
  readonly random: () => number;
}

/**
 * Keeps LocalFlags equal to an edge's configuration until it is aborted: loads, follows the stream, and comes back after every
 * failure. Where no stream can be had, each attempt to get one is a poll of the configuration. Never rejects.
 */
export const followConfiguration = (
  edge: Pick<ConfigurationEdge, 'load' | 'follow'>,
  flags: LocalFlags,
  listener: FollowerListener,
  limits: FollowerLimits,
  outside: FollowerSurroundings,
): Promise<void> => new Follower(edge, flags, listener, limits, outside).follow();

class Follower {
  readonly #edge: Pick<ConfigurationEdge, 'load' | 'follow'>;
  readonly #flags: LocalFlags;
  readonly #listener: FollowerListener;
  readonly #limits: FollowerLimits;
  readonly #outside: FollowerSurroundings;
  #mustLoad = true;
  #troubleSince: number;
  // What was there at the start (a bootstrap, a file) is no measure.
  #highest: Place | null = null;
  #lowerBefore = false;
  #etag: string | null = null;
  // An edge that has too many streams still answers loads.
  #noStreamBefore = 0;

  constructor(
    edge: Pick<ConfigurationEdge, 'load' | 'follow'>,
    flags: LocalFlags,
    listener: FollowerListener,
    limits: FollowerLimits,
    outside: FollowerSurroundings,
  ) {
    this.#edge = edge;
    this.#flags = flags;
    this.#listener = listener;
    this.#limits = limits;
    this.#outside = outside;
    this.#troubleSince = outside.now();
  }

  async follow(): Promise<void> {
    const { signal, now, random } = this.#outside;
    while (!signal.aborted) {
      let least = 0;
      try {
        await this.#round();
      } catch (error) {
        if (signal.aborted) return;
        least = this.#failed(error);
      }
      const { baseMs, pollMs } = this.#limits;
      const backoff = backoffMs(now() - this.#troubleSince, random(), baseMs, pollMs);
      await wait(Math.max(least, backoff), signal);
    }
  }

  /** How long to wait at least, in milliseconds. */
  #failed(error: unknown): number {
    this.#mustLoad = true;
    const problem = error instanceof EdgeError ? error : new EdgeError('unavailable', String(error));
    this.#listener.failed(problem);
    const least = this.#spread(problem.retryAfterMs);
    if (problem.problem !== 'refused' || this.#flags.loaded) return least;
    return Math.max(least, this.#limits.refusedMs * (0.75 + this.#outside.random() / 2));
  }

  async #round(): Promise<void> {
    const { signal, now } = this.#outside;
    const loaded = this.#mustLoad;
    if (loaded) await this.#load();
    if (signal.aborted) return;
    if (now() < this.#noStreamBefore) {
      this.#mustLoad = true;
      return;
    }
    try {
      await this.#stream();
    } catch (error) {
      this.#mustLoad = true;
      if (error instanceof EdgeError) this.#noStreamBefore = now() + this.#spread(error.retryAfterMs);
      // No stream is no outage as long as the configuration itself can be had.
      if (loaded && !(error instanceof EdgeError && error.problem === 'refused')) return;
      await this.#load();
      this.#mustLoad = true;
    }
  }

  async #load(): Promise<void> {
    const { signal } = this.#outside;
    const loaded = await this.#edge.load(signal, this.#limits.timeoutMs, this.#etag);
    if (signal.aborted) return;
    if (loaded !== null && !this.#isBehind(loaded.configuration)) {
      this.#take(loaded.configuration);
      this.#etag = loaded.etag;
    }
    this.#mustLoad = false;
    this.#listener.live();
  }

  async #stream(): Promise<void> {
    const { signal, now } = this.#outside;
    const flags = this.#flags;
    const start = now();
    const received = await this.#edge.follow(
      () => revisionOf(flags.place ?? { version: -1 }),
      flags.account,
      this.#limits,
      signal,
      this.#listener.live,
      (event) => this.#onEvent(event),
    );
    // A stream that said nothing may be one that a proxy swallows: the next round asks for the configuration itself.
    if (received === 0) this.#mustLoad = true;
    if (received > 0 && now() - start >= GOOD_STREAM_MS) this.#troubleSince = now();
  }

  #onEvent(event: StreamEvent): boolean {
    if (this.#outside.signal.aborted) return false;
    if (event.kind === 'snapshot') {
      // Sent where this reader cannot be brought up to date otherwise, so it counts, whatever its version.
      this.#take(event.configuration);
      return true;
    }
    const difference = this.#flags.apply(event.change);
    if (difference === null) {
      this.#mustLoad = true;
      return false;
    }
    this.#highest = this.#flags.place;
    this.#tell(difference);
    return true;
  }

  #take(configuration: Configuration): void {
    this.#highest = configuration;
    this.#lowerBefore = false;
    this.#tell(this.#flags.replace(configuration));
  }

  #tell({ flags: keys, any }: Difference): void {
    if (any) this.#listener.changed(keys);
  }

  /**
   * What is older than what was seen is most likely of an edge a moment behind the one asked before, and is not taken. Of an earlier
   * epoch of the same database it never is: a restored backup begins a newer one. Else, where the next load finds it again, another
   * database answers here now, or a former release that names no epochs.
   */
  #isBehind(found: Configuration): boolean {
    if (this.#highest === null || comparePlaces(found, this.#highest) >= 0) {
      this.#lowerBefore = false;
      return false;
    }
    const { identity, epoch } = this.#highest;
    if (found.epoch !== undefined && found.identity === identity && found.epoch !== epoch) return true;
    this.#lowerBefore = !this.#lowerBefore;
    return this.#lowerBefore;
  }

  /** Those who were all told the same time do not all come back at it. */
  #spread(ms: number): number {
    return ms === 0 ? 0 : ms + this.#outside.random() * this.#limits.baseMs;
  }
}
