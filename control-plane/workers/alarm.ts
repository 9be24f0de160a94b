import type { AlarmStorage } from 'cloudflare:workers';
import type { Log } from '../api/http/setting.ts';

const AGAIN_MS = 60_000;

/** The platform repeats an alarm that throws a few times and then no more; this one comes again until it does not. */
export const orAgain = async (
  work: () => Promise<void>,
  storage: Pick<AlarmStorage, 'setAlarm'>,
  { now, log }: { readonly now: () => number; readonly log: Pick<Log, 'error'> },
): Promise<void> => {
  try {
    await work();
  } catch (error) {
    log.error({ err: error }, 'An alarm failed; it comes again in a minute.');
    await storage.setAlarm(now() + AGAIN_MS);
  }
};
