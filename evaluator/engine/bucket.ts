import type { Bucketing } from './model.ts';
import { emptyState, feed, type HashState, hashAfter, murmur3 } from './murmur3.ts';

/** How one flag turns the text of its bucketing attribute into a point, and a percentage into a bound on it. */
export interface Bucketer {
  /** The point of a text; comparable with what `bound` answers. */
  pointOf(text: string): number;
  /** The bound a percentage (0 to 100) stands for: a point is inside `[from, to)` if `bound(from) <= point < bound(to)`. */
  bound(percentage: number): number;
  /** About where a point is in percent; `bucketOf` says it exactly. */
  near(point: number): number;
}

const WHOLE = 2 ** 32;

const ours = (salt: string): Bucketer => {
  const salted: HashState = feed(emptyState(0), `${salt}/`);
  return {
    pointOf: (text) => hashAfter(salted, text),
    bound: (percentage) => Math.round((percentage * WHOLE) / 100),
    near: (point) => (point / WHOLE) * 100,
  };
};

/** Bit for bit Flagship's, so that a flag that moves here keeps everybody where they were. */
const flagships = (salt: string): Bucketer => {
  const seeded = emptyState(murmur3(salt, 0) % 100);
  return {
    pointOf: (text) => {
      const hash = hashAfter(seeded, text);
      return (hash % 100) + Math.floor(hash / 100) / 42_949_673;
    },
    bound: (percentage) => percentage,
    near: (point) => point,
  };
};

export const bucketerOf = ({ hash, salt }: Bucketing): Bucketer =>
  hash === 'murmur3' ? ours(salt) : flagships(salt);

const DECIMALS = 1_000_000;

/**
 * A point as a percentage with 6 decimals: the largest one whose bound the point has reached. A range [from, to) of such percentages
 * therefore holds the point exactly when from <= bucket < to.
 */
export const bucketOf = (point: number, bucketer: Bucketer): number => {
  const units = Math.floor(bucketer.near(point) * DECIMALS);
  // A bound is rounded to a whole point, so that of the next percentage may be this very point; it is never below it.
  const next = (units + 1) / DECIMALS;
  return bucketer.bound(next) <= point ? next : units / DECIMALS;
};
