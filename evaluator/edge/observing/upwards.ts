import { CacheUnavailable, type FiledReport, type FlagCache, reportId } from '@halyard/caches';
import { type Report, Reports } from '@halyard/engine';
import type { HeldApp } from '../held/held-app.ts';
import type { Log } from '../options.ts';

export const TELL_EVERY_MS = 10_000;
/** Reports of others on their way to the cache: a flood of them must not take what evaluations need. */
const UNDER_WAY = 64;

export interface UpwardsOptions {
  readonly account: string;
  readonly apps: Iterable<HeldApp>;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly log: Log;
}

/** Files what this edge counted, and what providers report to it, for the control plane. */
export class Upwards {
  readonly #options: UpwardsOptions;
  readonly #report: NonNullable<FlagCache['report']>;
  readonly #reports = new WeakMap<HeldApp, Reports>();
  #reporter: string | null = null;
  #underWay = 0;
  #failed = false;
  #timer: ReturnType<typeof setInterval> | null = null;
  #telling: Promise<void> | null = null;

  constructor(options: UpwardsOptions, report: NonNullable<FlagCache['report']>) {
    this.#options = options;
    this.#report = report;
  }

  start(): void {
    this.#timer = setInterval(() => void this.tell(), TELL_EVERY_MS);
  }

  /** Files a provider's report. `busy`: there are too many now. `unavailable`: it may have been filed, or not. */
  async take(app: HeldApp, report: Omit<Report, 'since'>): Promise<'filed' | 'busy' | 'unavailable'> {
    if (this.#underWay >= UNDER_WAY) return 'busy';
    this.#underWay += 1;
    try {
      await this.#file(app, report);
      return 'filed';
    } catch (error) {
      this.#unavailable(error);
      return 'unavailable';
    } finally {
      this.#underWay -= 1;
    }
  }

  /** Files what was counted here since the last time. Never rejects: what could not be filed is told with the next. */
  tell(): Promise<void> {
    this.#telling ??= this.#tellAll().finally(() => {
      this.#telling = null;
    });
    return this.#telling;
  }

  async close(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    // What was counted while one telling was under way, or an earlier report waited, is in the next.
    await this.#telling;
    await this.tell();
    await this.tell();
  }

  async #tellAll(): Promise<void> {
    await Promise.all(Array.from(this.#options.apps, (app) => this.#tellOf(app)));
  }

  async #tellOf(app: HeldApp): Promise<void> {
    const reports = this.#reportsOf(app);
    for (let more = true; more; ) {
      const report = reports.next();
      if (report === null) return;
      try {
        await this.#file(app, report);
      } catch (error) {
        this.#unavailable(error);
        return;
      }
      more = reports.taken();
    }
  }

  #reportsOf(app: HeldApp): Reports {
    // Where an edge runs as an isolate its name is that of all of them. Random when something is asked: before, Workers refuse it.
    this.#reporter ??= crypto.randomUUID();
    let reports = this.#reports.get(app);
    if (reports === undefined) {
      reports = new Reports(app.tally, { reporter: this.#reporter, now: this.#options.now });
      this.#reports.set(app, reports);
    }
    return reports;
  }

  async #file(app: HeldApp, { reporter, epoch, seq, counts, gap }: Omit<Report, 'since'>): Promise<void> {
    const filed: FiledReport = {
      app: app.id,
      reporter,
      epoch,
      seq,
      at: new Date(this.#options.now()).toISOString(),
      counts,
      ...(gap === true ? { gap } : {}),
    };
    await this.#report(this.#options.account, reportId(filed), JSON.stringify(filed));
    this.#failed = false;
  }

  #unavailable(error: unknown): void {
    const { log } = this.#options;
    if (!(error instanceof CacheUnavailable)) log.error({ error: String(error) }, 'A report was not filed.');
    else if (!this.#failed) log.warn({ error: String(error) }, 'Counts of evaluations cannot be filed now.');
    this.#failed = true;
  }
}
