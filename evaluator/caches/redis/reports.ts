import { type KeptReports, REPORTS_KEPT_MS, TAKEN_AT_ONCE, takeKept } from '../following/reports.ts';
import type { FlagCache } from '../port.ts';
import { listIn } from './reading.ts';

const LONGEST = 10_000;

/**
 * Reports in a stream an account: an entry is added at the end, and dropped when it was taken. The stream is as long as an hour, and
 * about ten thousand reports at most.
 */
export const redisReports = (
  send: (command: readonly string[]) => Promise<unknown>,
  keyOf: (account: string) => string,
  everyMs: number,
): Required<Pick<FlagCache, 'report' | 'watchReports'>> => {
  const kept = (key: string): KeptReports => ({
    async oldest() {
      const entries = listIn(await send(['XRANGE', key, '-', '+', 'COUNT', `${TAKEN_AT_ONCE}`]));
      const texts: string[] = [];
      let upTo = '';
      for (const entry of entries) {
        const [id, fields] = listIn(entry);
        upTo = String(id);
        texts.push(String(listIn(fields)[1]));
      }
      return texts.length === 0 ? null : { texts, upTo };
    },
    async drop(upTo) {
      const [ms = '', seq = ''] = upTo.split('-');
      await send(['XTRIM', key, 'MINID', `${ms}-${Number(seq) + 1}`]);
    },
  });
  return {
    async report(account, _id, text) {
      const key = keyOf(account);
      const id = String(await send(['XADD', key, 'MAXLEN', '~', `${LONGEST}`, '*', 'report', text]));
      await send(['XTRIM', key, 'MINID', `${Number(id.split('-')[0]) - REPORTS_KEPT_MS}`]);
    },
    watchReports: async (account, take) => takeKept(kept(keyOf(account)), take, everyMs),
  };
};
