import type { Propagation } from '../api.ts';

/** How far the newest version of an app has come. An edge that holds nothing of the app has nothing of it to be stale. */
export interface Reach {
  readonly edges: number;
  readonly reached: number;
  readonly done: boolean;
  /** The slowest edge's. */
  readonly lagMs: number;
  /** Whether edges say what they have; where they do not, `done` is about the flag cache. */
  readonly reported: boolean;
}

export const reachOf = ({ version, edges, published_version: published }: Propagation): Reach => {
  if (published !== undefined) {
    return { edges: 0, reached: 0, done: (published ?? -1) >= version, lagMs: 0, reported: false };
  }
  const holding = edges.filter((edge) => edge.applied_version !== null);
  const reached = holding.filter((edge) => (edge.applied_version ?? 0) >= version).length;
  return {
    edges: holding.length,
    reached,
    done: reached === holding.length,
    lagMs: Math.max(0, ...holding.map((edge) => edge.lag_ms)),
    reported: true,
  };
};
