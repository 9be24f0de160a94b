import type { Snapshot } from '@halyard/caches';

/** Where an edge keeps its last good configuration, so that it can start while everything else is down. */
export interface LastGood {
  /** Null if there is none, or none that can be trusted. `at`: when it was last known to be current, epoch milliseconds. */
  load(space: string): Promise<{ readonly snapshot: Snapshot; readonly at: number } | null>;
  /** Replaces what is kept of the space, whole or not at all. */
  save(space: string, snapshot: Snapshot, at: number): Promise<void>;
  remove(space: string): Promise<void>;
  /** Everything kept was still current then. */
  stillCurrent(at: number): Promise<void>;
}
