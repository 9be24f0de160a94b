/** A report as an edge files it for the control plane: what it understood of it, of which app, and when. */
export interface FiledReport {
  readonly app: string;
  readonly reporter: string;
  readonly epoch: number;
  readonly seq: number;
  /** ISO 8601, by the edge's clock: what the report says was counted about then. */
  readonly at: string;
  readonly counts: readonly FiledCount[];
  /** Something that was counted before is lost. */
  readonly gap?: true;
}

/** Variation null: the caller's own default. */
export type FiledCount = readonly [
  flag: string,
  variation: string | null,
  reason: string,
  kind: 'evaluated' | 'delivered',
  n: number,
];

/** The same for the same report, however often it is filed. */
export const reportId = ({ app, reporter, epoch, seq }: FiledReport): string =>
  JSON.stringify([app, reporter, epoch, seq]);

/** Null: it was not written by an edge. */
export const filedReportIn = (text: string): FiledReport | null => {
  try {
    const report: unknown = JSON.parse(text);
    return isFiled(report) ? report : null;
  } catch {
    return null;
  }
};

const isFiled = (report: unknown): report is FiledReport =>
  typeof report === 'object' &&
  report !== null &&
  'app' in report &&
  typeof report.app === 'string' &&
  'reporter' in report &&
  typeof report.reporter === 'string' &&
  'epoch' in report &&
  Number.isSafeInteger(report.epoch) &&
  'seq' in report &&
  Number.isSafeInteger(report.seq) &&
  'at' in report &&
  typeof report.at === 'string' &&
  Number.isFinite(Date.parse(report.at)) &&
  'counts' in report &&
  Array.isArray(report.counts) &&
  report.counts.every(isCount);

const isCount = (count: unknown): boolean =>
  Array.isArray(count) &&
  typeof count[0] === 'string' &&
  (count[1] === null || typeof count[1] === 'string') &&
  typeof count[2] === 'string' &&
  (count[3] === 'evaluated' || count[3] === 'delivered') &&
  Number.isSafeInteger(count[4]) &&
  count[4] > 0;
