import { describe, expect, it } from 'vitest';
import type { SegmentState } from '../api.ts';
import { emptyCondition } from '../flag/query.ts';
import { finishSegment, segmentDraftOf, withMembers } from './draft.ts';

const base: SegmentState = {
  key: 'beta',
  include: ['a', 7],
  exclude: ['x'],
  conditions: [{ operator: 'in_segment', value: ['staff'] }],
};

describe('the draft of a segment', () => {
  it.each([
    ['without a description', base],
    ['with one, and an attribute', { ...base, description: 'Who tries', attribute: 'email' }],
  ])('stands for the segment it was made of, %s', (_, segment) => {
    expect(finishSegment(segmentDraftOf(segment), segment)).toEqual({ segment, problems: [] });
  });

  it('says that a condition is not finished, and that there are too many members', () => {
    const draft = segmentDraftOf(base);
    const query = { ...draft.query, rules: [...draft.query.rules, emptyCondition()] };
    const include = Array.from({ length: 5_000 }, (_, index) => `user-${index}`);
    expect(finishSegment({ ...draft, query, include }, base).problems).toEqual([
      'A condition has no attribute.',
      '5,001 members in both lists; at most 5,000 are allowed.',
    ]);
  });

  it('adds each member once, whatever its type', () => {
    expect(withMembers(['a', 7], ['7', 'b', 'b', 'a'])).toEqual(['a', 7, 'b']);
  });
});
