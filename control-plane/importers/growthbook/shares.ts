import type { Bucketing, Range } from '@halyard/engine';
import { refuse } from '../draft.ts';
import type { Place } from '../place.ts';

/** How GrowthBook's hash of a version spreads people: over so many points from 0 to 1. */
export interface Grid {
  readonly hash: 'growthbook' | 'growthbook-v1';
  readonly points: number;
}

/** Null: a version that no SDK knows, which holds nobody. */
export const gridOf = (hashVersion: Place, otherwise: 1 | 2): Grid | null => {
  const version = hashVersion.numberOr(0) || otherwise;
  if (version === 1) return { hash: 'growthbook-v1', points: 1000 };
  return version === 2 ? { hash: 'growthbook', points: 10_000 } : null;
};

export const bucketingOf = ({ hash }: Grid, salt: string): Bucketing => ({ hash, salt });

/** The first point of the grid that a bound does not come after; the points themselves are doubles. */
const firstFrom = (bound: number, { points }: Grid): number => {
  const near = Math.min(Math.max(Math.round(bound * points), 0), points);
  for (const point of [near - 1, near, near + 1]) {
    if (point >= 0 && point <= points && point / points >= bound) return point;
  }
  return points;
};

const inPercent = (point: number, { points }: Grid): number => point / (points / 100);

/** The points from and below two bounds; null: there are none. */
export const rangeOf = (from: number, to: number, grid: Grid): Range | null => {
  const [begin, end] = [firstFrom(from, grid), firstFrom(to, grid)];
  return begin < end ? [inPercent(begin, grid), inPercent(end, grid)] : null;
};

/** The points up to a coverage, itself included; null: there are none. */
export const coverageOf = (coverage: number, grid: Grid): Range | null => {
  const reached = firstFrom(coverage, grid);
  const end = reached < grid.points && reached / grid.points <= coverage ? reached + 1 : reached;
  return end > 0 ? [0, inPercent(Math.min(end, grid.points), grid)] : null;
};

/** A pair of bounds from 0 to 1. */
export const boundsOf = (place: Place): readonly [from: number, to: number] => {
  const [from, to, ...others] = place.items('a pair of numbers').map((bound) => bound.number());
  return from === undefined || to === undefined || others.length > 0
    ? refuse(place.path, 'expected a pair of numbers')
    : [from, to];
};

/** The range of each variation of an experiment, as its SDKs add the weights up. */
export const rangesOfWeights = (
  count: number,
  coverage: number,
  weights: readonly number[] | null,
): readonly (readonly [from: number, to: number])[] => {
  const sum = weights?.reduce((total, weight) => total + weight, 0) ?? 0;
  const equal = new Array<number>(count).fill(1 / count);
  const used = weights === null || weights.length !== count || sum < 0.99 || sum > 1.01 ? equal : weights;
  const share = Math.min(Math.max(coverage, 0), 1);
  let cumulative = 0;
  return used.map((weight) => {
    const from = cumulative;
    cumulative += weight;
    return [from, from + share * weight];
  });
};
