/**
 * How long to wait before the next attempt, in milliseconds: anywhere from 0 to a ceiling that doubles with each failure.
 * The full range is used so that ten thousand providers that lost the same edge in the same instant come back spread out
 * (Brooker, "Exponential Backoff and Jitter").
 *
 * @param failures how many attempts in a row failed; 0 after a connection that had been good
 * @param random a number from 0 to below 1
 */
export const backoffMs = (failures: number, random: number, baseMs: number, maxMs: number): number =>
  Math.floor(random * Math.min(maxMs, baseMs * 2 ** Math.min(failures, 30)));

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
