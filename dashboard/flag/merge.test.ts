import type { Flag, Rule } from '@halyard/engine';
import { describe, expect, it } from 'vitest';
import { textOf } from '../words/words.ts';
import { merged, mergeOf } from './merge.ts';
import { flagOf, idOf, partsOf } from './parts.ts';
import { reviewOf } from './review.ts';

const plan: Rule = {
  priority: 1,
  conditions: [{ attribute: 'plan', operator: 'equals', value: 'pro' }],
  serve_variation: 'on',
};
const open: Rule = { priority: 2, conditions: [], serve_variation: 'on', rollout: { percentage: 5 } };
const base: Flag = {
  key: 'f',
  enabled: true,
  description: 'why',
  variations: { on: true, off: false },
  default_variation: 'off',
  rules: [plan, open],
  tags: ['a'],
  metadata: { team: 'x' },
  bucketing: { hash: 'murmur3', salt: 's' },
};
const ramped: Rule = { ...open, rollout: { percentage: 50 } };
const narrowed: Rule = { ...plan, conditions: [] };

it('takes a flag apart and puts it together again', () => {
  expect(flagOf(partsOf(base), base)).toEqual(base);
});

describe('two people change a flag', () => {
  it('keeps both where they changed different parts, even of one rule', () => {
    const theirs: Flag = { ...base, rules: [plan, ramped], metadata: { team: 'y' } };
    const mine: Flag = {
      ...base,
      description: 'because',
      rules: [plan, { ...open, conditions: plan.conditions }],
    };
    expect(mergeOf(base, theirs, mine).conflicts).toEqual([]);
    expect(merged(base, theirs, mine, {})).toEqual({
      ...theirs,
      description: 'because',
      rules: [plan, { ...ramped, conditions: plan.conditions }],
    });
  });

  it('asks where both changed the same, and takes the chosen side', () => {
    const theirs: Flag = { ...base, rules: [plan, ramped] };
    const mine: Flag = { ...base, rules: [plan, { ...open, rollout: { percentage: 25 } }], enabled: false };
    const id = idOf(['rules', '2', 'serve']);
    expect(mergeOf(base, theirs, mine).conflicts).toEqual([id]);
    expect(merged(base, theirs, mine, { [id]: 'mine' })).toEqual(mine);
    expect(merged(base, theirs, mine, { [id]: 'theirs' })).toEqual({ ...theirs, enabled: false });
  });

  it('is no conflict where both did the same', () => {
    const both: Flag = { ...base, enabled: false };
    expect(mergeOf(base, both, both).conflicts).toEqual([]);
    expect(merged(base, both, both, {})).toEqual(both);
  });

  it('treats a rule that one removed and the other changed as one', () => {
    const theirs: Flag = { ...base, rules: [open] };
    const mine: Flag = { ...base, rules: [narrowed, open] };
    const id = idOf(['rules', '1']);
    expect(mergeOf(base, theirs, mine).conflicts).toEqual([id]);
    expect(merged(base, theirs, mine, { [id]: 'mine' }).rules).toEqual([narrowed, open]);
    expect(merged(base, theirs, mine, { [id]: 'theirs' }).rules).toEqual([open]);
  });

  it('adds my rule beside theirs', () => {
    const added: Rule = { ...open, priority: 3 };
    expect(
      merged(base, { ...base, rules: [plan, ramped] }, { ...base, rules: [plan, open, added] }, {}).rules,
    ).toEqual([plan, ramped, added]);
  });
});

it('reviews changes in words, a new rule as one', () => {
  const after: Flag = {
    ...base,
    off_variation: 'on',
    rules: [narrowed, { ...open, conditions: plan.conditions }, { ...open, priority: 3 }],
    tags: ['a', 'b'],
  };
  expect(
    reviewOf(base, after).map(
      ({ label, from, to }) => `${label}: ${from && textOf(from)} → ${to && textOf(to)}`,
    ),
  ).toEqual([
    'Tags: “a” → “a”, “b”',
    'Rule 1: conditions: plan is “pro” → everyone',
    'Rule 2: conditions: everyone → plan is “pro”',
    'Variation while off: null → on',
    'Rule 3: null → on for 5% of the rest',
  ]);
});
