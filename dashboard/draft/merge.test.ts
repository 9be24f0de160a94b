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

describe('what only some flags have', () => {
  const more = {
    prerequisites: [{ flag: 'payments', variations: ['on'] }],
    owner: 'ada',
    permanent: true,
    protected: true,
    tests: [{ name: 'anyone', context: {}, expect: { variant: 'on' } }],
  };

  it('is merged from either side, and taken away from either', () => {
    const theirs: Flag = { ...base, enabled: !base.enabled };
    expect(merged(base, theirs, { ...base, ...more }, {})).toEqual({ ...theirs, ...more });
    expect(merged({ ...base, ...more }, { ...theirs, ...more }, base, {})).toEqual(theirs);
  });

  it('is a conflict where both changed it', () => {
    const owned = (owner: string): Flag => ({ ...base, owner });
    expect(mergeOf(base, owned('ada'), owned('ben')).conflicts).toEqual([idOf(['owner'])]);
  });

  it('tells the default of the callers from what everyone else gets', () => {
    const own: Flag = { ...base, off_variation: null };
    expect(merged(base, base, own, {})).toEqual(own);
    expect(reviewOf(base, own).map(({ label, to }) => `${label}: ${to && textOf(to)}`)).toEqual([
      'Variation while off: the default in their own code',
    ]);
  });

  it('keeps the id and the buckets of a rule', () => {
    const [first, ...others] = base.rules;
    const bucketing = { hash: 'unleash', salt: 'old' } as const;
    const own: Flag = { ...base, rules: first ? [{ ...first, id: 'r_1', bucketing }, ...others] : [] };
    expect(merged(base, { ...base, enabled: !base.enabled }, own, {}).rules).toEqual(own.rules);
  });
});
