import type { Commit, Snapshot } from './port.ts';

/** What a reader at some version misses. */
export type Reading =
  | { readonly kind: 'absent' }
  /** Nothing, or the cache is behind the reader. */
  | { readonly kind: 'same' }
  | { readonly kind: 'commits'; readonly head: number; readonly commits: readonly Commit[] }
  /** `epoch`: the filling it belongs to; see `newEpoch`. */
  | { readonly kind: 'snapshot'; readonly epoch: string; readonly snapshot: Snapshot };

/**
 * The name of one filling of a space. Commits follow each other within one; a reader of another must read the whole. Names order by
 * time, so that a reader can tell a newer filling from an older one that came back.
 */
export const newEpoch = (): string =>
  `${Date.now().toString().padStart(15, '0')}-${crypto.randomUUID().slice(0, 8)}`;
