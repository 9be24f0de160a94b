import type { Scalar } from '@halyard/engine';
import type { SegmentState, StoredSegment } from '../api.ts';
import { conditionsOf } from '../draft/conditions.ts';
import { problemOfCondition } from '../draft/finish.ts';
import { type BuilderGroup, queryOf } from '../flag/query.ts';
import { segmentPage } from '../strings/segment-page.ts';

/** In both lists together, as the API takes them. */
const MEMBERS = 5_000;

/** A segment while it is edited. */
export interface SegmentDraft {
  readonly description: string;
  /** Empty: the targeting key. */
  readonly attribute: string;
  readonly include: readonly Scalar[];
  readonly exclude: readonly Scalar[];
  readonly query: BuilderGroup;
}

export interface FinishedSegment {
  readonly segment: SegmentState;
  /** What keeps it from being saved, as sentences. */
  readonly problems: readonly string[];
}

export const segmentDraftOf = (segment: SegmentState): SegmentDraft => ({
  description: segment.description ?? '',
  attribute: segment.attribute ?? '',
  include: segment.include,
  exclude: segment.exclude,
  query: queryOf(segment.conditions),
});

/** What a write sends back. */
export const segmentStateOf = (segment: StoredSegment): SegmentState => {
  const { version: _version, created_at: _at, updated_at: _on, updated_by: _by, ...state } = segment;
  return state;
};

/** The segment a draft stands for; what was absent and is untouched stays absent. */
export const finishSegment = (draft: SegmentDraft, base: SegmentState): FinishedSegment => {
  const attribute = draft.attribute.trim();
  const problem = problemOfCondition(draft.query);
  const members = draft.include.length + draft.exclude.length;
  return {
    segment: {
      key: base.key,
      ...(draft.description === '' && !base.description ? {} : { description: draft.description }),
      ...(attribute === '' ? {} : { attribute }),
      include: draft.include,
      exclude: draft.exclude,
      conditions: conditionsOf(draft.query),
    },
    problems: [
      ...(problem === null ? [] : [problem]),
      ...(members > MEMBERS ? [segmentPage.tooMany(members, MEMBERS)] : []),
    ],
  };
};

/** Members of a list as they are compared: by their strings, whatever their types. */
export const textsOf = (members: readonly Scalar[]): ReadonlySet<string> => new Set(members.map(String));

/** A list with more members behind those it has, each once. */
export const withMembers = (members: readonly Scalar[], more: readonly Scalar[]): readonly Scalar[] => {
  const known = new Set(textsOf(members));
  const added = more.filter((member) => !known.has(String(member)) && known.add(String(member)));
  return [...members, ...added];
};

export const withoutMembers = (members: readonly Scalar[], gone: ReadonlySet<string>): readonly Scalar[] =>
  members.filter((member) => !gone.has(String(member)));
