import type { SegmentEntry, StoredSegment } from '../api.ts';
import { segmentChanges } from '../words/segment-change.ts';

/** What going back comes to, from how the segment is now. */
export type SegmentPlan =
  | {
      readonly kind: 'restore';
      readonly entry: SegmentEntry;
      /** Null: it does not exist. */
      readonly now: StoredSegment | null;
      /** For the write: it must be this one, 0 if it must not exist. */
      readonly version: number;
    }
  | { readonly kind: 'delete'; readonly version: number }
  | {
      readonly kind: 'refused';
      readonly why: 'changedSince' | 'goneSince' | 'backAgain' | 'noEarlier' | 'nothing';
    };

const restoreOf = (entry: SegmentEntry, now: StoredSegment | null): SegmentPlan =>
  now !== null && segmentChanges(now, entry.after).length === 0
    ? { kind: 'refused', why: 'nothing' }
    : { kind: 'restore', entry, now, version: now?.version ?? 0 };

/** `newest`: the entries of the segment, newest first. Only its newest change is undone: nothing that came later is overwritten. */
export const segmentPlan = (
  kind: 'undo' | 'restore',
  entry: SegmentEntry,
  now: StoredSegment | null,
  newest: readonly SegmentEntry[],
): SegmentPlan => {
  if (kind === 'restore') return restoreOf(entry, now);
  if (entry.event === 'delete') {
    return now === null ? restoreOf(entry, now) : { kind: 'refused', why: 'backAgain' };
  }
  if (now === null) return { kind: 'refused', why: 'goneSince' };
  if (now.version !== entry.version) return { kind: 'refused', why: 'changedSince' };
  if (entry.event === 'create') return { kind: 'delete', version: now.version };
  const at = newest.findIndex(({ id }) => id === entry.id);
  const before = at === -1 ? undefined : newest[at + 1];
  return before === undefined ? { kind: 'refused', why: 'noEarlier' } : restoreOf(before, now);
};
