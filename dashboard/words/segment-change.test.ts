import { segmentBefore } from '@halyard/control-plane/diff';
import { describe, expect, it } from 'vitest';
import type { SegmentState } from '../api.ts';
import { segmentChanges, segmentWords } from './segment-change.ts';
import { textOf } from './words.ts';

const segment = (more: Partial<SegmentState> = {}): SegmentState => ({
  key: 'beta',
  include: [],
  exclude: [],
  conditions: [],
  ...more,
});
const read = (before: SegmentState, after: SegmentState): readonly string[] =>
  segmentChanges(before, after).map(
    ({ label, from, to }) => `${label}: ${from ? textOf(from) : '∅'} → ${to ? textOf(to) : '∅'}`,
  );

describe('a change of a segment in words', () => {
  it('names the members that came and went, and none that stayed', () => {
    expect(read(segment({ include: ['a', 'b', 'c'] }), segment({ include: ['b', 'c', 'd'] }))).toEqual([
      'Members: added: ∅ → “d”',
      'Members: “a” → ∅',
    ]);
  });

  it('says conditions, description and attribute as they were and are', () => {
    const pro = [{ attribute: 'plan', operator: 'equals', value: 'pro' }] as const;
    expect(
      read(segment(), segment({ description: 'Ours', attribute: 'company', exclude: [7], conditions: pro })),
    ).toEqual([
      'Description: ∅ → “Ours”',
      'Members by: “targetingKey” → “company”',
      'Left out: added: ∅ → 7',
      'Conditions: ∅ → plan is “pro”',
    ]);
  });

  it('says nothing where nothing changed', () => {
    expect(read(segment({ include: ['a'] }), segment({ include: ['a'] }))).toEqual([]);
  });
});

it('says who is in a segment in one line', () => {
  const conditions = [{ attribute: 'plan', operator: 'equals', value: 'pro' }] as const;
  expect(textOf(segmentWords(segment()))).toBe('nobody');
  expect(textOf(segmentWords(segment({ include: ['a'] })))).toBe('1 member');
  expect(textOf(segmentWords(segment({ include: ['a', 'b'], exclude: ['c'], conditions })))).toBe(
    '2 members and whoever fits: plan is “pro”, without 1 left out by name',
  );
});

it('finds the members before a change from the entry of it', () => {
  const after = segment({ include: ['b', 'c'] });
  const diff = {
    'include.0': { from: 'a', to: 'b' },
    'include.1': { from: 'b', to: 'c' },
    'include.2': { from: 'c' },
  };
  expect(segmentBefore(after, diff)).toEqual(segment({ include: ['a', 'b', 'c'] }));
});
