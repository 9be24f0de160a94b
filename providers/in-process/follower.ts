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

/**
 * Keeps LocalFlags equal to an edge's configuration until it is aborted: loads, follows the stream, and comes back after every
 * failure. Where no stream can be had, each attempt to get one is a poll of the configuration. Never rejects.
 */
export const followConfiguration = async (
  edge: Pick<ConfigurationEdge, 'load' | 'follow'>,
  flags: LocalFlags,
  listener: FollowerListener,
  limits: FollowerLimits,
  outside: { readonly signal: AbortSignal; readonly now: () => number; readonly random: () => number },
): Promise<void> => {
  const { signal, now, random } = outside;
  let mustLoad = true;
  let troubleSince = now();
  // What was there at the start (a bootstrap, a file) is no measure.
  let highest: Place | null = null;
  let lowerBefore = false;
  let etag: string | null = null;
  // An edge that has too many streams still answers loads.
  let noStreamBefore = 0;

  const tell = ({ flags: keys, any }: Difference): void => {
    if (any) listener.changed(keys);
  };

  const take = (configuration: Configuration): void => {
    highest = configuration;
    lowerBefore = false;
    tell(flags.replace(configuration));
  };

  /**
   * What is older than what was seen is most likely of an edge a moment behind the one asked before, and is not taken. Of an earlier
   * epoch of the same database it never is: a restored backup begins a newer one. Else, where the next load finds it again, another
   * database answers here now, or a former release that names no epochs.
   */
  const isBehind = (found: Configuration): boolean => {
    if (highest === null || comparePlaces(found, highest) >= 0) {
      lowerBefore = false;
      return false;
    }
    const { identity, epoch } = highest;
    if (found.epoch !== undefined && found.identity === identity && found.epoch !== epoch) return true;
    lowerBefore = !lowerBefore;
    return lowerBefore;
  };

  const load = async (): Promise<void> => {
    const loaded = await edge.load(signal, limits.timeoutMs, etag);
    if (signal.aborted) return;
    if (loaded !== null && !isBehind(loaded.configuration)) {
      take(loaded.configuration);
      etag = loaded.etag;
    }
    mustLoad = false;
    listener.live();
  };

  const onEvent = (event: StreamEvent): boolean => {
    if (signal.aborted) return false;
    if (event.kind === 'snapshot') {
      // Sent where this reader cannot be brought up to date otherwise, so it counts, whatever its version.
      take(event.configuration);
      return true;
    }
    const difference = flags.apply(event.change);
    if (difference === null) {
      mustLoad = true;
      return false;
    }
    highest = flags.place;
    tell(difference);
    return true;
  };

  const round = async (): Promise<void> => {
    const loaded = mustLoad;
    if (loaded) await load();
    if (signal.aborted) return;
    if (now() < noStreamBefore) {
      mustLoad = true;
      return;
    }
    try {
      const start = now();
      const received = await edge.follow(
        () => revisionOf(flags.place ?? { version: -1 }),
        flags.account,
        limits,
        signal,
        listener.live,
        onEvent,
      );
      // A stream that said nothing may be one that a proxy swallows: the next round asks for the configuration itself.
      if (received === 0) mustLoad = true;
      if (received > 0 && now() - start >= GOOD_STREAM_MS) troubleSince = now();
    } catch (error) {
      mustLoad = true;
      if (error instanceof EdgeError) noStreamBefore = now() + spread(error.retryAfterMs);
      // No stream is no outage as long as the configuration itself can be had.
      if (loaded && !(error instanceof EdgeError && error.problem === 'refused')) return;
      await load();
      mustLoad = true;
    }
  };

  /** Those who were all told the same time do not all come back at it. */
  const spread = (ms: number): number => (ms === 0 ? 0 : ms + random() * limits.baseMs);

  while (!signal.aborted) {
    let least = 0;
    try {
      await round();
    } catch (error) {
      if (signal.aborted) return;
      mustLoad = true;
      const problem = error instanceof EdgeError ? error : new EdgeError('unavailable', String(error));
      listener.failed(problem);
      least = spread(problem.retryAfterMs);
      if (problem.problem === 'refused' && !flags.loaded)
        least = Math.max(least, limits.refusedMs * (0.75 + random() / 2));
    }
    const backoff = backoffMs(now() - troubleSince, random(), limits.baseMs, limits.pollMs);
    await wait(Math.max(least, backoff), signal);
  }
};
