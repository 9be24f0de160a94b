import { compareEpochs, type Position } from '@halyard/caches';
import type { Identity, Standing } from '../store/port.ts';

/**
 * What a cache's head is to the database. `unfilled`: there is none, or one of an earlier epoch of ours. `behind`: it may be continued.
 * `diverged`: it has what the database does not have (any more). `foreign`: another database wrote it.
 */
export type Relation = 'same' | 'unfilled' | 'behind' | 'diverged' | 'foreign';

export const relationOf = (head: Position | null, standing: Standing, self: Identity): Relation => {
  if (head === null) return 'unfilled';
  // Heads that say nothing were written by a former release: by this database only if that release made it.
  if (head.history === undefined) return self.older ? 'unfilled' : 'foreign';
  if (head.history.identity !== standing.history.identity) return 'foreign';
  const order = compareEpochs(head.history.epoch, standing.history.epoch);
  if (order !== 0) return order < 0 ? 'unfilled' : 'diverged';
  if (head.version !== standing.version) return head.version < standing.version ? 'behind' : 'diverged';
  const differs = head.hash !== undefined && standing.hash !== undefined && head.hash !== standing.hash;
  return differs ? 'diverged' : 'same';
};

/** Stands for the database whose head says no identity. */
export const FORMER = 'former-release';

/** A space of the flag cache is another database's. Nothing of it was touched. */
export class ForeignSpace extends Error {
  override readonly name = 'ForeignSpace';

  constructor(space: string, head: Position | null, { history }: Standing) {
    const whose =
      head?.history === undefined
        ? 'was filled by a former release from another database'
        : `belongs to another database (${head.history.identity})`;
    super(
      `${space} in the flag cache ${whose}, at version ${head?.version ?? 0}; this database is ${history.identity}. Nothing was overwritten, and nothing of this database reaches the edges. If this database was lost or put in the place of another by mistake, start with the right one. If two installations share the cache, give each its own HALYARD_CACHE_PREFIX. If this database is to take the other's place for good, run "halyard adopt-cache"; on Workers, set HALYARD_ADOPT_CACHE to ${head?.history?.identity ?? FORMER}.`,
    );
  }
}
