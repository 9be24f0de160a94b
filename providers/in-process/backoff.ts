/** The longest first wait of a provider, in milliseconds. */
export const FIRST_MS = 2_000;
/** The longest wait of a provider that follows a stream, in milliseconds. */
export const LONGEST_MS = 30_000;
/** About how long a provider without anything to evaluate waits after its token was refused, in milliseconds. */
export const REFUSED_MS = 60_000;

/**
 * How long to wait before the next attempt, in milliseconds: from half as long as the trouble has lasted to as long as it has, or to
 * `baseMs` where that is more; never more than `maxMs`. The first wait may be any from 0 to `baseMs`, so that ten thousand providers
 * that lost the same edge in the same instant come back spread out (Brooker, "Exponential Backoff and Jitter"). It grows with time
 * rather than with attempts so that nobody waits for longer than the outage was.
 *
 * @param troubleMs for how long there has been trouble; 0 when it begins
 * @param random a number from 0 to below 1
 */
export const backoffMs = (troubleMs: number, random: number, baseMs: number, maxMs: number): number => {
  const most = Math.min(maxMs, Math.max(baseMs, troubleMs));
  const least = Math.min(most, troubleMs) / 2;
  return Math.floor(least + random * (most - least));
};

/** Resolves after `ms`, or at once when `signal` aborts; either way nothing is left running. */
export const wait = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
