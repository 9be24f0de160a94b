import { CacheUnavailable, type FlagCache, type TakeReports } from '../port.ts';

interface Waiting {
  readonly text: string;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

interface Taker {
  readonly take: TakeReports;
  waiting: Waiting[];
  taking: Promise<void>;
}

/** Reports within one process: kept nowhere, so filed when they were taken. Those that come while others are taken go together. */
export const directReports = (): Required<Pick<FlagCache, 'report' | 'watchReports'>> => {
  const takers = new Map<string, Taker>();

  const drain = async (taker: Taker): Promise<void> => {
    while (taker.waiting.length > 0) {
      const some = taker.waiting;
      taker.waiting = [];
      try {
        await taker.take(some.map(({ text }) => text));
        for (const { resolve } of some) resolve();
      } catch (error) {
        for (const { reject } of some) reject(new CacheUnavailable(`The report was not taken: ${error}`));
      }
    }
  };

  return {
    report: (account, _id, text) =>
      new Promise((resolve, reject) => {
        const taker = takers.get(account);
        if (taker === undefined) return reject(new CacheUnavailable('Nobody takes reports now.'));
        taker.waiting.push({ text, resolve, reject });
        if (taker.waiting.length === 1) taker.taking = taker.taking.then(() => drain(taker));
      }),

    async watchReports(account, take) {
      const taker: Taker = { take, waiting: [], taking: Promise.resolve() };
      takers.set(account, taker);
      return {
        async close() {
          if (takers.get(account) === taker) takers.delete(account);
          await taker.taking;
        },
      };
    },
  };
};
