import type { Subscription, TakeReports } from '../port.ts';

/** How often reports that wait in a cache are taken. */
export const TAKE_EVERY_MS = 10_000;
/** Reports handed over at once. */
export const TAKEN_AT_ONCE = 256;
/** How long they wait for a control plane that is away; then the oldest go. */
export const REPORTS_KEPT_MS = 60 * 60_000;

/** Where an adapter keeps the reports of one account. */
export interface KeptReports {
  /** The oldest of them, at most `TAKEN_AT_ONCE`; null: there are none. `upTo` names the last. */
  oldest(): Promise<{ readonly texts: readonly string[]; readonly upTo: string } | null>;
  /** Forgets them up to and including that one. */
  drop(upTo: string): Promise<void>;
}

/** Hands over what is kept, now and then, and drops what was taken. What fails is tried again the next time. */
export const takeKept = (kept: KeptReports, take: TakeReports, everyMs: number): Subscription => {
  const ending = new AbortController();
  const { signal } = ending;
  const takeOldest = async (): Promise<boolean> => {
    const found = await kept.oldest();
    if (found === null || signal.aborted) return false;
    await take(found.texts);
    await kept.drop(found.upTo);
    return found.texts.length === TAKEN_AT_ONCE;
  };
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      const more = await takeOldest().catch(() => false);
      if (!more) await pause(everyMs, signal);
    }
  };
  const running = run();
  return {
    async close() {
      ending.abort();
      await running;
    },
  };
};

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
