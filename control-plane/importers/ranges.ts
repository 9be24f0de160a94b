import type { Allocation, Range } from '@halyard/engine';

/** A share of the bucket space that somebody gets, in percent. */
export interface Share {
  readonly variation: string;
  readonly range: Range;
}

/** A percentage as Halyard keeps it. */
export const percent = (value: number): number => Number(Math.min(Math.max(value, 0), 100).toFixed(6));

/** Whether a percentage is kept as it is. */
export const isKept = (value: number): boolean => Math.abs(percent(value) - value) < 1e-9;

/** Shares one after the other, of weights that add up to `whole`; the last ends at `end`. Weights of 0 hold nobody. */
export const sharesOfWeights = (
  weights: readonly { readonly variation: string; readonly weight: number }[],
  whole: number,
  end: 'whole' | 'sum',
): readonly Share[] => {
  const shares: Share[] = [];
  let sum = 0;
  weights.forEach(({ variation, weight }, index) => {
    const from = percent((sum / whole) * 100);
    sum += weight;
    const last = end === 'whole' && index === weights.length - 1;
    const to = last ? 100 : percent((sum / whole) * 100);
    if (from < to) shares.push({ variation, range: [from, to] });
  });
  return shares;
};

/** What of each range no earlier one holds: the first that holds a point gets it. */
export const firstHolds = (shares: readonly Share[]): readonly Share[] => {
  const taken: Range[] = [];
  return shares.flatMap(({ variation, range }) => {
    let free: Range[] = [range];
    for (const [from, to] of taken) {
      free = free.flatMap(([begin, end]): Range[] => [
        ...(begin < Math.min(end, from) ? [[begin, Math.min(end, from)] as const] : []),
        ...(Math.max(begin, to) < end ? [[Math.max(begin, to), end] as const] : []),
      ]);
    }
    taken.push(range);
    return free.filter(([from, to]) => from < to).map((each) => ({ variation, range: each }));
  });
};

/** One allocation a variation, in order of appearance; ranges that touch are one. */
export const allocationsOf = (shares: readonly Share[]): readonly Allocation[] => {
  const found = new Map<string, Range[]>();
  for (const { variation, range } of shares) {
    const ranges = found.get(variation) ?? [];
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === range[0]) ranges[ranges.length - 1] = [last[0], range[1]];
    else ranges.push(range);
    found.set(variation, ranges);
  }
  return [...found].map(([variation, ranges]) => ({ variation, ranges }));
};
