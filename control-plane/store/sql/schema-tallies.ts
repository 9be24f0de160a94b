/**
 * How often a flag gave an answer on a day. A row a day and not an hour: an hour's row would be mostly its key, many times a day. Of
 * flags that are gone too, until the days are dropped.
 */
export interface TallyTable {
  account: string;
  app: string;
  flag: string;
  /** `2026-01-04`, in UTC. */
  day: string;
  /** Empty: the caller's own default. */
  variation: string;
  reason: string;
  kind: 'evaluated' | 'delivered';
  /** JSON: 24 numbers, an hour each; one number, the day's, when the hours are no longer kept. */
  hours: string;
}

/** When a variation of a flag was last served; null: never so. */
export interface VariationUseTable {
  account: string;
  app: string;
  flag: string;
  /** Empty: the caller's own default. */
  variation: string;
  evaluated_at: string | null;
  delivered_at: string | null;
}

/** The newest report that was taken of whoever reports, so that none counts twice. */
export interface ReporterTable {
  account: string;
  app: string;
  /** Empty: the row that those who write tallies of the app wait for each other by. */
  reporter: string;
  epoch: number;
  seq: number;
  at: string;
}
