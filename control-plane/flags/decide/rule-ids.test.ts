import type { Rule } from '@halyard/engine';
import { describe, expect, it } from 'vitest';
import { withIds } from './rule-ids.ts';

const when = (plan: string) => [{ attribute: 'plan', operator: 'equals', value: plan }] as const;
const rule = (priority: number, plan: string, rest: Partial<Rule> = {}): Rule =>
  ({ priority, conditions: when(plan), serve_variation: 'on', ...rest }) as Rule;
const ids = (rules: readonly Rule[], before: readonly Rule[] = []) =>
  withIds(rules, before, 'f').map(({ id }) => id);

describe('the id of a rule', () => {
  it('is made where there is none, the same for the same decision, and unique', () => {
    const [one, two] = ids([rule(1, 'pro'), rule(2, 'free')]);
    expect(one).toMatch(/^r_[a-z0-9]{6}$/);
    expect(two).not.toBe(one);
    expect(ids([rule(1, 'pro'), rule(2, 'free')])).toEqual([one, two]);
    expect(new Set(ids(Array.from({ length: 1000 }, (_, n) => rule(n + 1, 'same')))).size).toBe(1000);
  });

  const before = [
    rule(1, 'pro', { id: 'a', rollout: { percentage: 5 } }),
    rule(2, 'free', { id: 'b' }),
    rule(3, 'team', { id: 'c' }),
  ];

  it('follows a rule that a client without ids moves, ramps or edits', () => {
    expect(
      ids([rule(1, 'free'), rule(2, 'pro', { rollout: { percentage: 50 } }), rule(3, 'team')], before),
    ).toEqual(['b', 'a', 'c']);
    // Neither its conditions nor its variation: what is left is its place.
    expect(ids([rule(1, 'pro'), rule(2, 'new'), rule(3, 'team')], before)).toEqual(['a', 'b', 'c']);
    const [x, y, z] = ids([rule(1, 'pro'), rule(7, 'new'), rule(3, 'team')], before);
    expect([x, z]).toEqual(['a', 'c']);
    expect(['a', 'b', 'c']).not.toContain(y);
  });

  it('goes by what is served, not by who gets it', () => {
    const split = (a: number) =>
      ({
        priority: 4,
        conditions: [],
        split: {
          allocations: [
            { variation: 'x', ranges: [[0, a]] },
            { variation: 'y', ranges: [[a, 100]] },
          ],
        },
      }) as unknown as Rule;
    expect(ids([{ ...split(70), priority: 9 }], [{ ...split(30), id: 's' }])).toEqual(['s']);
  });

  it('is taken once, and not where the write claims it', () => {
    const [one, two] = ids([rule(1, 'pro'), rule(2, 'pro')], before);
    expect([one, two]).toEqual(['a', 'b']);
    expect(ids([rule(1, 'pro'), rule(9, 'other', { id: 'a' })], before)[0]).not.toBe('a');
    expect(ids([rule(5, 'x', { id: 'mine' }), rule(2, 'free')], before)).toEqual(['mine', 'b']);
  });

  it('keeps the buckets that the rule was created with', () => {
    const bucketing = { hash: 'unleash', salt: 'g' } as const;
    expect(withIds([rule(1, 'pro', { bucketing })], [], 'f')[0]?.bucketing).toEqual(bucketing);
    expect(withIds([rule(1, 'pro', { bucketing })], before, 'f')[0]?.bucketing).toBeUndefined();
    const moved = withIds([rule(1, 'pro')], [rule(1, 'pro', { id: 'a', bucketing })], 'f');
    expect(moved[0]?.bucketing).toEqual(bucketing);
  });
});
