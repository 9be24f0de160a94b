import { type FiledReport, type FlagCache, filedReportIn } from '@halyard/caches';
import type { AppStore, Stores } from '../store/port.ts';
import { sleep } from '../store/sql/sleep.ts';

/** How often what is old is looked for. */
const COMPACT_EVERY_MS = 24 * 60 * 60_000;
/** How far an edge's clock may be ahead, and how long a report may be under way: one that says otherwise was made about now. */
const AHEAD_MS = 5 * 60_000;
const UNDER_WAY_MS = 75 * 60_000;

export interface CollectOptions {
  readonly cache: Pick<FlagCache, 'watchReports'>;
  readonly stores: Pick<Stores, 'app' | 'accounts'>;
  readonly account: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly log: { warn(fields: object, message: string): void };
}

/** Writes what edges report to the apps' tallies for as long as `term` lasts. At once in all servers is harmless, and wasted work. */
export const collectReports = async (options: CollectOptions, term: AbortSignal): Promise<void> => {
  const { cache, stores, account, now, log } = options;
  if (cache.watchReports === undefined) return;
  const collecting = await cache.watchReports(account, async (texts) => {
    try {
      for (const [app, reports] of byApp(texts, now())) await stores.app(account, app).tallies.add(reports);
    } catch (error) {
      log.warn({ err: error }, 'Counts of evaluations could not be written; they are tried again.');
      throw error;
    }
  });
  while (!term.aborted) {
    try {
      for (const { id } of await stores.accounts.apps(account)) {
        if (!term.aborted) await stores.app(account, id).tallies.compact(now());
      }
    } catch (error) {
      log.warn({ err: error }, 'Old counts of evaluations could not be dropped; it is tried again later.');
    }
    await sleep(COMPACT_EVERY_MS, term);
  }
  await collecting.close();
};

/** One report of an edge, where nothing collects them: on Workers an app's object is told at once. */
export const takeReport = async (
  tallies: AppStore['tallies'],
  text: string,
  { now, random }: { readonly now: number; readonly random: number },
): Promise<void> => {
  for (const [, reports] of byApp([text], now)) await tallies.add(reports);
  if (random < 1 / COMPACT_ONE_IN) await tallies.compact(now);
};

const COMPACT_ONE_IN = 1_000;

/** What no edge wrote is passed over. */
const byApp = (texts: readonly string[], now: number): ReadonlyMap<string, readonly FiledReport[]> => {
  const reports = texts.flatMap((text) => filedReportIn(text) ?? []).map((report) => dated(report, now));
  return Map.groupBy(reports, ({ app }) => app);
};

const dated = (report: FiledReport, now: number): FiledReport => {
  const at = Date.parse(report.at);
  const plausible = at <= now + AHEAD_MS && at >= now - UNDER_WAY_MS;
  return { ...report, at: new Date(plausible ? at : now).toISOString() };
};
