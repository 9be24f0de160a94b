import type { Commit, Snapshot } from '../port.ts';

/** What a reader at some version misses. */
export type Reading =
  | { readonly kind: 'absent' }
  /** Nothing. */
  | { readonly kind: 'same' }
  /** The cache has less than the reader. */
  | { readonly kind: 'behind' }
  | { readonly kind: 'commits'; readonly head: number; readonly commits: readonly Commit[] }
  /** `filling`: the one it belongs to; see `newFilling`. */
  | { readonly kind: 'snapshot'; readonly filling: string; readonly snapshot: Snapshot };

let lastFillingMs = 0;

/**
 * The name of one filling of a space: a cache's own matter, while a history (history.ts) is the database's. Commits follow each other
 * within one; a reader of another must read the whole. Names order by time, so that a reader can tell a newer filling from an older
 * one that came back; those of one process are strictly ordered, also within a millisecond and when its clock goes back.
 */
export const newFilling = (): string => {
  lastFillingMs = Math.max(Date.now(), lastFillingMs + 1);
  return `${lastFillingMs.toString().padStart(15, '0')}-${crypto.randomUUID().slice(0, 8)}`;
};
