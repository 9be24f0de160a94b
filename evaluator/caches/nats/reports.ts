import { type KeptReports, TAKEN_AT_ONCE, takeKept } from '../following/reports.ts';
import type { FlagCache } from '../port.ts';
import type { Layout } from './layout.ts';
import { ANSWER_MS, type NatsStreams } from './streams.ts';

/**
 * Reports as messages on a subject an account: the stream keeps them for an hour, knows the id of one that was filed twice within two
 * minutes, and forgets them when they were taken.
 */
export const natsReports = (
  streams: () => NatsStreams,
  asked: <A>(ask: () => Promise<A>) => Promise<A>,
  layout: Layout,
  everyMs: number,
): Required<Pick<FlagCache, 'report' | 'watchReports'>> => {
  const kept = (subject: string): KeptReports => ({
    oldest: () =>
      asked(async () => {
        const { next } = streams();
        const texts: string[] = [];
        let seq = 0;
        while (texts.length < TAKEN_AT_ONCE) {
          const message = await next(layout.reports, subject, seq + 1);
          if (message === null) break;
          texts.push(message.string());
          seq = message.seq;
        }
        return texts.length === 0 ? null : { texts, upTo: `${seq}` };
      }),
    drop: (upTo) =>
      asked(async () => {
        await streams().jsm.streams.purge(layout.reports, { filter: subject, seq: Number(upTo) + 1 });
      }),
  });
  return {
    report: (account, id, text) =>
      asked(async () => {
        const subject = layout.reportSubject(account);
        await streams().js.publish(subject, text, { msgID: `${account} ${id}`, timeout: ANSWER_MS });
      }),
    watchReports: async (account, take) => takeKept(kept(layout.reportSubject(account)), take, everyMs),
  };
};
