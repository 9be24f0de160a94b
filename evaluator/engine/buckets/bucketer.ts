/** How the text of a bucketing attribute becomes a point, and a percentage a bound on it. */
export interface Bucketer {
  /** The point of a text; comparable with what `bound` answers. */
  pointOf(text: string): number;
  /** The bound a percentage (0 to 100) stands for: a point is inside `[from, to)` if `bound(from) <= point < bound(to)`. */
  bound(percentage: number): number;
  /** About where a point is in percent; `bucketOf` says it exactly. */
  near(point: number): number;
}

/** For hashes whose points are percentages already. */
export const inPercent = (pointOf: (text: string) => number): Bucketer => ({
  pointOf,
  bound: (percentage) => percentage,
  near: (point) => point,
});
