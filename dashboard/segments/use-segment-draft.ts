import { useEffect, useMemo, useState } from 'react';
import type { SegmentState, StoredSegment } from '../api.ts';
import type { Side } from '../draft/merge.ts';
import { same } from '../words/same.ts';
import { segmentChanges } from '../words/segment-change.ts';
import {
  type FinishedSegment,
  finishSegment,
  type SegmentDraft,
  segmentDraftOf,
  segmentStateOf,
} from './draft.ts';
import { mergeSegments, type SegmentField } from './merge.ts';

interface State {
  readonly base: StoredSegment;
  readonly draft: SegmentDraft;
}

/** The draft on top of what somebody else saved since it was begun; an open builder keeps its rows where its conditions stay. */
const rebased = (
  { base, draft }: State,
  mine: SegmentState,
  theirs: StoredSegment,
  choices: { readonly [field in SegmentField]?: Side } = {},
): State => {
  const { segment } = mergeSegments(segmentStateOf(base), segmentStateOf(theirs), mine, choices);
  const next = segmentDraftOf(segment);
  return {
    base: theirs,
    draft: same(segment.conditions, mine.conditions) ? { ...next, query: draft.query } : next,
  };
};

/** A draft of a segment that lives through the segment changing under it, as `useDraft` does for flags. */
export const useSegmentDraft = (segment: StoredSegment) => {
  const [state, setState] = useState<State>(() => ({ base: segment, draft: segmentDraftOf(segment) }));
  const { base, draft } = state;
  const finished: FinishedSegment = useMemo(() => finishSegment(draft, base), [draft, base]);
  const changes = useMemo(() => segmentChanges(base, finished.segment), [base, finished]);
  const broken = finished.problems.length > 0;
  const dirty = changes.length > 0 || broken;
  const newer = segment.version > base.version;
  const conflicts = useMemo(
    () =>
      newer && dirty && !broken
        ? mergeSegments(segmentStateOf(base), segmentStateOf(segment), finished.segment).conflicts
        : [],
    [newer, dirty, broken, base, segment, finished],
  );
  const open = conflicts.length > 0;
  useEffect(() => {
    if (!newer || open || broken) return;
    setState((before) =>
      dirty ? rebased(before, finished.segment, segment) : { base: segment, draft: segmentDraftOf(segment) },
    );
  }, [newer, open, broken, dirty, finished, segment]);
  return {
    base,
    draft,
    finished,
    changes,
    dirty,
    conflicts,
    /** Somebody else's newer state that changes the same: to be merged before saving. */
    theirs: open ? segment : null,
    edit: (change: (draft: SegmentDraft) => SegmentDraft) =>
      setState((before) => ({ ...before, draft: change(before.draft) })),
    begin: (next: StoredSegment, nextDraft?: SegmentDraft) =>
      setState({ base: next, draft: nextDraft ?? segmentDraftOf(next) }),
    merge: (theirs: StoredSegment, choices: { readonly [field in SegmentField]?: Side }) =>
      setState((before) => rebased(before, finished.segment, theirs, choices)),
  };
};

export type SegmentEditing = ReturnType<typeof useSegmentDraft>;
