import type { Ask, SegmentState } from '../api.ts';
import { segmentChanges } from '../words/segment-change.ts';
import { textsOf, withoutMembers } from './draft.ts';

/** The API's own limit on one call. */
const MEMBERS_AT_ONCE = 1_000;

/** A write of a segment: where below its path, and what is sent. */
export interface SegmentAsk {
  readonly at: '' | '/members';
  readonly ask: Ask;
}

/**
 * The call that brings a segment from one state to another. Where nothing but a few members come or go it names only these, and no
 * version: what somebody else adds meanwhile stays.
 */
export const segmentAsk = (before: SegmentState, after: SegmentState, version: number): SegmentAsk => {
  const add = withoutMembers(after.include, textsOf(before.include));
  const remove = withoutMembers(before.include, textsOf(after.include));
  const others = segmentChanges(before, { ...after, include: before.include }).length > 0;
  if (!others && Math.max(add.length, remove.length) <= MEMBERS_AT_ONCE) {
    return { at: '/members', ask: { method: 'POST', body: { add, remove } } };
  }
  return { at: '', ask: { method: 'PUT', body: after, ifMatch: version } };
};
