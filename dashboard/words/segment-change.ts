import type { SegmentState } from '../api.ts';
import { segmentStrings } from '../strings/segments.ts';
import type { ChangeInWords } from './change.ts';
import { conditionsWords } from './condition.ts';
import { members } from './members.ts';
import { same } from './same.ts';
import { join, plain, value, type Words } from './words.ts';

const textWords = (text: string | null | undefined): Words | null => (text ? [value(`“${text}”`)] : null);

const conditionsOf = ({ conditions }: SegmentState): Words | null =>
  conditions.length === 0 ? null : conditionsWords(conditions);

const field = (
  path: string,
  label: string,
  from: Words | null,
  to: Words | null,
): readonly ChangeInWords[] => (same(from, to) ? [] : [{ path, label, from, to }]);

/** What a person would say changed between two states of a segment: members by name, conditions as sentences. */
export const segmentChanges = (before: SegmentState, after: SegmentState): readonly ChangeInWords[] => [
  ...field(
    'description',
    segmentStrings.description,
    textWords(before.description),
    textWords(after.description),
  ),
  ...field(
    'attribute',
    segmentStrings.attribute,
    textWords(before.attribute ?? 'targetingKey'),
    textWords(after.attribute ?? 'targetingKey'),
  ),
  ...members('include', segmentStrings.members, before.include, after.include),
  ...members('exclude', segmentStrings.excluded, before.exclude, after.exclude),
  ...field('conditions', segmentStrings.conditions, conditionsOf(before), conditionsOf(after)),
];

/** Who is in it, in one line: `3 members and whoever fits: plan is “pro”, without 2 members`. */
export const segmentWords = (segment: SegmentState): Words => {
  const conditions = conditionsOf(segment);
  const parts: readonly Words[] = [
    ...(segment.include.length === 0 ? [] : [[plain(segmentStrings.memberCount(segment.include.length))]]),
    ...(conditions === null ? [] : [[plain(segmentStrings.whoever), ...conditions]]),
  ];
  const who = parts.length === 0 ? [plain(segmentStrings.nobody)] : join(parts, segmentStrings.and);
  return segment.exclude.length === 0 ? who : [...who, plain(segmentStrings.without(segment.exclude.length))];
};
