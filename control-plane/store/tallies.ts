import type { FiledReport } from '@halyard/caches';

/**
 * How often the flags of an app were evaluated: aggregates beside the audit trail, never in it, which may be dropped without anybody
 * noticing a gap. Nothing of whom it was for. Days and hours are UTC's.
 */
export interface Tallies {
  /**
   * Adds what these reports count, in one transaction: each report once, however often it comes. Those of one reporter and epoch count
   * in the order of `seq`, and one that is below what was taken is passed over. Nothing where there is no such app.
   */
  add(reports: readonly FiledReport[]): Promise<void>;
  /** Of these flags from a day on (`2026-01-04`), by flag, then by day. */
  of(flags: readonly string[], from: string): Promise<readonly TallyRow[]>;
  /** When each variation that ever was served was last served; of one flag or of all. */
  uses(flag?: string): Promise<readonly VariationUse[]>;
  /** When the newest report that was taken was made; null: none ever was. */
  completeUntil(): Promise<string | null>;
  /** Drops hours after 30 days and days after 400, by the clock given in epoch ms. To be called now and then. */
  compact(now: number): Promise<void>;
}

export interface TallyRow {
  readonly flag: string;
  /** `2026-01-04`. */
  readonly day: string;
  /** Null: the caller's own default. */
  readonly variation: string | null;
  readonly reason: string;
  readonly kind: 'evaluated' | 'delivered';
  /** 24 numbers, an hour each; one, the day's, where hours are no longer told apart. */
  readonly hours: readonly number[];
}

export interface VariationUse {
  readonly flag: string;
  readonly variation: string | null;
  /** ISO 8601; null: never. */
  readonly evaluated_at: string | null;
  readonly delivered_at: string | null;
}
