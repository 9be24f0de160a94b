import type { Subscription } from '@halyard/caches';
import type { StoreLog } from '../sql/log.ts';
import { sleep } from '../sql/sleep.ts';

const TRY_AGAIN_MS = 500;

/** An object is alone with its database: it leads from the first moment. A term that ends is begun again. */
export const leadAlone = (
  term: (signal: AbortSignal) => Promise<void>,
  log: Pick<StoreLog, 'error'>,
): Subscription => {
  const closing = new AbortController();
  const { signal } = closing;
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      try {
        await term(signal);
      } catch (error) {
        if (!signal.aborted) log.error({ error: String(error) }, 'A term of leadership failed.');
      }
      await sleep(TRY_AGAIN_MS, signal);
    }
  };
  const running = run();
  return {
    async close() {
      closing.abort();
      await running;
    },
  };
};
