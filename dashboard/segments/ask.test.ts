import { describe, expect, it } from 'vitest';
import type { SegmentState } from '../api.ts';
import { segmentAsk } from './ask.ts';

const base: SegmentState = { key: 'beta', include: ['a', 7], exclude: [], conditions: [] };
const many = (number: number) => Array.from({ length: number }, (_, index) => `user-${index}`);

describe('what is sent of an edited segment', () => {
  it('is the members that come and go, without a version, where nothing else changed', () => {
    expect(segmentAsk(base, { ...base, include: ['7', 'b'] }, 3)).toEqual({
      at: '/members',
      ask: { method: 'POST', body: { add: ['b'], remove: ['a'] } },
    });
    expect(segmentAsk(base, { ...base, include: ['a', 7, ...many(1_000)] }, 3).at).toBe('/members');
  });

  it.each([
    ['more than 1,000 members', { include: ['a', 7, ...many(1_001)] }],
    ['another description', { include: ['a'], description: 'Other' }],
    ['somebody left out', { exclude: ['a'] }],
  ])('is the whole segment at its version with %s', (_, change) => {
    const after = { ...base, ...change };
    expect(segmentAsk(base, after, 3)).toEqual({ at: '', ask: { method: 'PUT', body: after, ifMatch: 3 } });
  });
});
