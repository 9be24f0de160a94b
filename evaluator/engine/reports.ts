import { type Count, summed, type Tally } from './tally.ts';

/** What somebody counted of one app, as `POST /apps/{app}/report` takes it. */
export interface Report {
  /** Whoever counted: the same name for as long as it lives. */
  readonly reporter: string;
  /** Grows when a reporter of this name begins anew; `seq` then begins at 1 again. */
  readonly epoch: number;
  readonly seq: number;
  /** ISO 8601; what was counted before is in earlier reports. */
  readonly since: string;
  readonly counts: readonly Count[];
  /** Something that was counted before `since` is lost. */
  readonly gap?: true;
}

/** What could not be told for this long is dropped, and the next report says so. */
const KEPT_MS = 10 * 60_000;
/** Characters of counts in one report, so that it stays below 256 KiB whatever they are. */
const COUNTS_LENGTH = 80_000;

export interface ReportsOptions {
  readonly reporter: string;
  /** Epoch milliseconds, of a clock that is right to the minute. */
  readonly now: () => number;
}

/**
 * Makes reports of a tally, one after the other, so that each count is told exactly once: a report that was perhaps taken is given
 * again as it was, one that was surely not taken is merged into the next.
 */
export class Reports {
  readonly #tally: Pick<Tally, 'drain'>;
  readonly #reporter: string;
  readonly #epoch: number;
  readonly #now: () => number;
  #seq = 0;
  #since: number;
  #kept: readonly Count[] = [];
  #gap = false;
  #underWay: { readonly report: Report; readonly since: number } | null = null;

  constructor(tally: Pick<Tally, 'drain'>, { reporter, now }: ReportsOptions) {
    this.#tally = tally;
    this.#reporter = reporter;
    this.#now = now;
    this.#since = now();
    this.#epoch = this.#since;
  }

  /** The report to send now; null: there is nothing to tell. Until it is answered for, it is given again. */
  next(): Report | null {
    const now = this.#now();
    if (this.#underWay !== null && now - this.#underWay.since > KEPT_MS) {
      this.#underWay = null;
      this.#gap = true;
    }
    if (this.#underWay !== null) return this.#underWay.report;
    if (now - this.#since > KEPT_MS && this.#kept.length > 0) {
      this.#kept = [];
      this.#gap = true;
    }
    const { first, rest } = divided(summed(this.#kept, this.#tally.drain()));
    if (first.length === 0) return null;
    this.#seq += 1;
    const report: Report = {
      reporter: this.#reporter,
      epoch: this.#epoch,
      seq: this.#seq,
      since: new Date(this.#since).toISOString(),
      counts: first,
      ...(this.#gap ? { gap: true } : {}),
    };
    this.#underWay = { report, since: this.#since };
    this.#kept = rest;
    this.#since = now;
    this.#gap = false;
    return report;
  }

  /** The report was taken. Answers whether more waits that did not fit into it. */
  taken(): boolean {
    this.#underWay = null;
    return this.#kept.length > 0;
  }

  /** It will never be taken: what it says is lost. */
  lost(): void {
    if (this.#underWay !== null) this.#gap = true;
    this.#underWay = null;
  }

  /** It was surely not taken, and a later one may be. */
  refused(): void {
    if (this.#underWay === null) return;
    const { report, since } = this.#underWay;
    this.#underWay = null;
    this.#seq -= 1;
    this.#since = since;
    this.#kept = summed(report.counts, this.#kept);
    this.#gap ||= report.gap === true;
  }
}

const divided = (
  counts: readonly Count[],
): { readonly first: readonly Count[]; readonly rest: readonly Count[] } => {
  let length = 0;
  const fitting = counts.findIndex((count) => {
    length += JSON.stringify(count).length + 1;
    return length > COUNTS_LENGTH;
  });
  return fitting === -1
    ? { first: counts, rest: [] }
    : { first: counts.slice(0, fitting), rest: counts.slice(fitting) };
};
