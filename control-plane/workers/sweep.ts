import type { AlarmStorage, ValueStorage } from 'cloudflare:workers';
import type { Log } from '../api/http/setting.ts';
import type { AppPlace } from '../store/sql/rows.ts';

const SWEEP_EVERY_MS = 5 * 60_000;
/** Apps compared with the flag cache in one sweep; the next one goes on behind them. */
const SWEEP_APPS = 100;

interface Swept {
  /** Epoch ms. */
  readonly at: number;
  /** The last app that was looked at; empty: all of them were. */
  readonly app: string;
}

export interface SweepOptions {
  /** Has the account compare its own space. */
  readonly account: () => Promise<void>;
  /** Every app of the account. */
  readonly apps: () => Promise<readonly AppPlace[]>;
  readonly bring: (place: AppPlace) => Promise<void>;
  readonly storage: ValueStorage & Pick<AlarmStorage, 'getAlarm' | 'setAlarm'>;
  readonly now: () => number;
  readonly log: Pick<Log, 'warn'>;
}

/**
 * Has the account and some apps compare what the flag cache holds with what they hold, every few minutes, so that a cache that lost something is
 * repaired without anybody's commit; sees to it that the next alarm comes.
 */
export const sweepApps = async ({ account, apps, bring, storage, now, log }: SweepOptions): Promise<void> => {
  const last = await storage.get<Swept>('swept');
  if (last === undefined || now() - last.at >= SWEEP_EVERY_MS) {
    const all = (await apps()).toSorted((a, b) => (a.app < b.app ? -1 : 1));
    const some = all.filter(({ app }) => app > (last?.app ?? '')).slice(0, SWEEP_APPS);
    const compared = (comparing: Promise<void>, place: object): Promise<void> =>
      comparing.catch((error: unknown) =>
        log.warn({ ...place, err: error }, 'The flag cache could not be compared; it will be later.'),
      );
    await compared(account(), {});
    for (const place of some) await compared(bring(place), place);
    const end = some.length < SWEEP_APPS ? '' : (some.at(-1)?.app ?? '');
    await storage.put('swept', { at: now(), app: end } satisfies Swept);
  }
  if ((await storage.getAlarm()) === null) await storage.setAlarm(now() + SWEEP_EVERY_MS);
};
