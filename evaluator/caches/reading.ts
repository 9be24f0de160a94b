import type { Commit, Snapshot } from './port.ts';

/** What a reader at some version misses. */
export type Reading =
  | { readonly kind: 'absent' }
  /** Nothing, or the cache is behind the reader. */
  | { readonly kind: 'same' }
  | { readonly kind: 'commits'; readonly head: number; readonly commits: readonly Commit[] }
  /** `epoch`: the filling it belongs to; see `newEpoch`. */
  | { readonly kind: 'snapshot'; readonly epoch: string; readonly snapshot: Snapshot };

let lastEpochMs = 0;

/**
 * The name of one filling of a space. Commits follow each other within one; a reader of another must read the whole. Names order by
 * time, so that a reader can tell a newer filling from an older one that came back; those of one process are strictly ordered, also
 * within a millisecond and when its clock goes back.
 */
export const newEpoch = (): string => {
  lastEpochMs = Math.max(Date.now(), lastEpochMs + 1);
  return `${lastEpochMs.toString().padStart(15, '0')}-${crypto.randomUUID().slice(0, 8)}`;
};
