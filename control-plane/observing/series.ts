import type { TallyRow } from '../store/port.ts';

export const SPANS = ['1h', '24h', '30d'] as const;
export type Span = (typeof SPANS)[number];

const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;

/** Steps of one length, the last of which is not over yet. */
export interface Window {
  /** Epoch ms, the beginning of the first step. */
  readonly from: number;
  readonly stepMs: number;
  readonly steps: number;
}

/** The present hour or day is the last step: an hour has two of them, the one before and what there is of this one. */
export const windowOf = (span: Span, now: number): Window => {
  const [stepMs, steps] = span === '30d' ? [DAY_MS, 30] : [HOUR_MS, span === '1h' ? 2 : 24];
  return { from: Math.floor(now / stepMs) * stepMs - (steps - 1) * stepMs, stepMs, steps };
};

/** The day that a window begins in. */
export const dayOf = ({ from }: Window): string => new Date(from).toISOString().slice(0, 10);

export interface Series extends Pick<TallyRow, 'flag' | 'variation' | 'reason' | 'kind'> {
  readonly total: number;
  /** A number for each step of the window. */
  readonly series: readonly number[];
}

/** What the rows count within the window: a series for each answer, the most frequent first. */
export const seriesIn = (rows: readonly TallyRow[], { from, stepMs, steps }: Window): readonly Series[] => {
  const counted = new Map<string, { readonly row: TallyRow; readonly series: number[] }>();
  for (const row of rows) {
    const id = JSON.stringify([row.flag, row.variation, row.reason, row.kind]);
    const { series } = counted.get(id) ?? { series: Array<number>(steps).fill(0) };
    counted.set(id, { row, series });
    const day = Date.parse(row.day);
    for (const [hour, n] of row.hours.entries()) {
      const step = Math.floor((day + hour * HOUR_MS - from) / stepMs);
      if (step >= 0 && step < steps) series[step] = (series[step] ?? 0) + n;
    }
  }
  return [...counted.values()]
    .map(({ row: { flag, variation, reason, kind }, series }) => ({
      flag,
      variation,
      reason,
      kind,
      total: series.reduce((sum, n) => sum + n, 0),
      series,
    }))
    .filter(({ total }) => total > 0)
    .sort((a, b) => b.total - a.total);
};
