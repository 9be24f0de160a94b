import type { Allocation, Range, Rollout, Split } from './model.ts';

/** Shares are kept in whole units of 10⁻⁶ %, the finest a percentage can say. */
export const UNITS_PER_PERCENT = 1_000_000;

/** 100 percent in units. */
export const WHOLE = 100 * UNITS_PER_PERCENT;

export const toPercent = ([from, to]: Range): Range => [from / UNITS_PER_PERCENT, to / UNITS_PER_PERCENT];

export const toUnits = ([from, to]: Range): Range => [
  Math.round(from * UNITS_PER_PERCENT),
  Math.round(to * UNITS_PER_PERCENT),
];

export const lengthOf = (ranges: readonly Range[]): number =>
  ranges.reduce((sum, [from, to]) => sum + to - from, 0);

/** In order, with ranges that touch made one. */
export const coalesce = (ranges: readonly Range[]): readonly Range[] => {
  const result: [from: number, to: number][] = [];
  for (const [from, to] of ranges.toSorted((a, b) => a[0] - b[0])) {
    const last = result.at(-1);
    if (last !== undefined && last[1] === from) last[1] = to;
    else result.push([from, to]);
  }
  return result;
};

/** The variation that holds all of 0 to 100, if one does. */
export const holderOfAll = (allocations: readonly Allocation[]): string | undefined =>
  allocations.find(({ ranges }) => {
    const [first, ...others] = coalesce(ranges);
    return others.length === 0 && first !== undefined && first[0] === 0 && first[1] === 100;
  })?.variation;

/** A rollout as a split that gives everybody the same answer. */
export const splitOfRollout = (rollout: Rollout, variation: string): Split => ({
  ...(rollout.attribute === undefined ? {} : { attribute: rollout.attribute }),
  allocations: [{ variation, ranges: rollout.percentage === 0 ? [] : [[0, rollout.percentage]] }],
});

/** A split as a rollout that gives everybody the same answer; null if it is none: another shape than one variation from 0 on. */
export const rolloutOfSplit = (
  split: Split,
): { readonly serve_variation: string; readonly rollout: Rollout } | null => {
  const [only, ...others] = split.allocations;
  const [range, ...more] = coalesce(only?.ranges ?? []);
  if (only === undefined || others.length > 0 || more.length > 0 || (range !== undefined && range[0] !== 0))
    return null;
  return {
    serve_variation: only.variation,
    rollout: {
      percentage: range?.[1] ?? 0,
      ...(split.attribute === undefined ? {} : { attribute: split.attribute }),
    },
  };
};

/** The share of each variation of a split, in percent with at most 6 decimals, in the split's order. */
export const sharesOf = (split: Split): ReadonlyMap<string, number> =>
  new Map(
    split.allocations.map(({ variation, ranges }) => [
      variation,
      lengthOf(ranges.map(toUnits)) / UNITS_PER_PERCENT,
    ]),
  );

/** The variation with the largest share, the first of equals; null for a split without any. */
export const largestOf = (split: Split): string | null => {
  let largest: readonly [string, number] | null = null;
  for (const entry of sharesOf(split)) if (largest === null || entry[1] > largest[1]) largest = entry;
  return largest?.[0] ?? null;
};
