import type { Scalar } from '@halyard/engine';
import type { SegmentState } from '../api.ts';
import type { Side } from '../draft/merge.ts';
import { same } from '../words/same.ts';
import { textsOf, withMembers, withoutMembers } from './draft.ts';

const FIELDS = ['description', 'attribute', 'conditions'] as const;
export type SegmentField = (typeof FIELDS)[number];

export interface SegmentMerge {
  readonly segment: SegmentState;
  /** What both changed, and not to the same: somebody has to choose. */
  readonly conflicts: readonly SegmentField[];
}

/** What one of two people added and removed, done to what the other left: lists are never in conflict. */
const mergedMembers = (
  base: readonly Scalar[],
  theirs: readonly Scalar[],
  mine: readonly Scalar[],
): readonly Scalar[] => {
  const [was, is] = [textsOf(base), textsOf(mine)];
  const gone = new Set([...was].filter((text) => !is.has(text)));
  return withMembers(
    withoutMembers(theirs, gone),
    mine.filter((member) => !was.has(String(member))),
  );
};

const fieldOf = (segment: SegmentState, field: SegmentField): unknown =>
  field === 'description' ? (segment.description ?? '') : segment[field];

/** Their segment with my changes on it; where both changed a field, the chosen side's, by default theirs. */
export const mergeSegments = (
  base: SegmentState,
  theirs: SegmentState,
  mine: SegmentState,
  choices: { readonly [field in SegmentField]?: Side } = {},
): SegmentMerge => {
  const changed = (from: SegmentState, to: SegmentState, field: SegmentField): boolean =>
    !same(fieldOf(from, field), fieldOf(to, field));
  const conflicts = FIELDS.filter((field) =>
    [changed(base, mine, field), changed(base, theirs, field), changed(theirs, mine, field)].every(Boolean),
  );
  const from = (field: SegmentField): SegmentState => {
    const chosen = conflicts.includes(field) ? choices[field] === 'mine' : changed(base, mine, field);
    return chosen ? mine : theirs;
  };
  const { description } = from('description');
  const { attribute } = from('attribute');
  return {
    segment: {
      key: theirs.key,
      ...(description === undefined ? {} : { description }),
      ...(attribute === undefined ? {} : { attribute }),
      include: mergedMembers(base.include, theirs.include, mine.include),
      exclude: mergedMembers(base.exclude, theirs.exclude, mine.exclude),
      conditions: from('conditions').conditions,
    },
    conflicts,
  };
};
