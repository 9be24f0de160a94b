import { describe, expect, it } from 'vitest';
import type { SegmentState } from '../api.ts';
import { mergeSegments } from './merge.ts';

const plan = (value: string) => [{ attribute: 'plan', operator: 'equals', value }] as const;
const base: SegmentState = { key: 'beta', include: ['a', 'b', 7], exclude: ['x'], conditions: plan('pro') };

describe('two people who edit one segment', () => {
  it('both add members, and one removes some: all of it holds', () => {
    const theirs = { ...base, include: ['a', 7, 'c'] };
    const mine = { ...base, include: ['a', 'b', 7, 'd', 'c'], exclude: [] };
    expect(mergeSegments(base, theirs, mine)).toEqual({
      segment: { ...base, include: ['a', 7, 'c', 'd'], exclude: [] },
      conflicts: [],
    });
  });

  it('a member is the same as a number and as a string', () => {
    const theirs = { ...base, include: [...base.include, '8'] };
    const mine = { ...base, include: ['a', 'b', '7', 8] };
    expect(mergeSegments(base, theirs, mine).segment.include).toEqual(['a', 'b', 7, '8']);
  });

  it('keeps what only one of them changed', () => {
    const theirs = { ...base, description: 'Theirs' };
    const mine = { ...base, conditions: plan('team') };
    expect(mergeSegments(base, theirs, mine)).toEqual({
      segment: { ...base, description: 'Theirs', conditions: plan('team') },
      conflicts: [],
    });
  });

  it('has somebody choose where both changed the same, and takes theirs until then', () => {
    const theirs = { ...base, attribute: 'email', conditions: plan('team') };
    const mine = { ...base, attribute: 'account', conditions: plan('team') };
    expect(mergeSegments(base, theirs, mine).conflicts).toEqual(['attribute']);
    expect(mergeSegments(base, theirs, mine).segment.attribute).toBe('email');
    expect(mergeSegments(base, theirs, mine, { attribute: 'mine' }).segment.attribute).toBe('account');
  });

  it('sees no change in a description that was left out and is empty', () => {
    const mine = { ...base, description: '' };
    expect(mergeSegments(base, { ...base, description: 'Theirs' }, mine).conflicts).toEqual([]);
  });
});
