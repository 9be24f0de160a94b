import type { Flag, Rule } from '@halyard/engine';
import { describe, expect, it } from 'vitest';
import { rampOf, rampTo } from './ramp.ts';

const flag = (rules: readonly Rule[] = [], more: Partial<Flag> = {}): Flag => ({
  key: 'f',
  enabled: true,
  variations: { off: false, on: true },
  default_variation: 'off',
  rules,
  ...more,
});
const open: Rule = { priority: 3, conditions: [], serve_variation: 'on', rollout: { percentage: 5 } };
const pro: Rule = {
  priority: 1,
  conditions: [{ attribute: 'plan', operator: 'equals', value: 'pro' }],
  serve_variation: 'off',
};
const three = { variations: { a: 'a', b: 'b', c: 'c' }, default_variation: 'a' };

describe('a ramp', () => {
  it('moves the share of the rule without conditions', () => {
    expect(rampOf(flag([pro, open]))).toEqual({
      kind: 'share',
      variation: 'on',
      rest: 'off',
      percentage: 5,
    });
    const after = rampTo(flag([pro, open]), { variation: 'on', percentage: 25, rest: 'off' });
    expect(after.rules).toEqual([pro, { ...open, rollout: { percentage: 25 } }]);
    expect(rampTo(after, { variation: 'on', percentage: 25, rest: 'off' })).toEqual(after);
  });

  it('of a flag with targeted rules only is started to a chosen variation, never to one that was guessed', () => {
    expect(rampOf(flag([pro]))).toEqual({ kind: 'start', to: ['on'] });
    expect(rampOf(flag([{ ...pro, serve_variation: 'c' }], three))).toEqual({
      kind: 'start',
      to: ['b', 'c'],
    });
    expect(rampTo(flag([pro]), { variation: 'on', percentage: 5, rest: 'off' }).rules).toEqual([
      pro,
      { priority: 2, conditions: [], serve_variation: 'on', rollout: { percentage: 5 } },
    ]);
  });

  it('says what the others get from the next open rule where there is one', () => {
    const everyoneElse: Rule = { priority: 4, conditions: [], serve_variation: 'b' };
    const subject = flag([{ ...open, serve_variation: 'c' }, everyoneElse], three);
    expect(rampOf(subject)).toEqual({ kind: 'share', variation: 'c', percentage: 5, rest: 'b' });
    const after = rampTo(subject, { variation: 'c', percentage: 50, rest: 'b' });
    expect(after.rules).toEqual([
      { ...open, serve_variation: 'c', rollout: { percentage: 50 } },
      everyoneElse,
    ]);
    expect(after.default_variation).toBe('a');
  });

  it('gives the others the only other variation where the default is the ramped one, and asks where there are several', () => {
    const all: Rule = { ...open, rollout: { percentage: 100 } };
    const subject = flag([all], { default_variation: 'on' });
    expect(rampOf(subject)).toEqual({ kind: 'share', variation: 'on', rest: 'off', percentage: 100 });
    expect(rampTo(subject, { variation: 'on', percentage: 5, rest: 'off' })).toMatchObject({
      default_variation: 'off',
      rules: [{ serve_variation: 'on', rollout: { percentage: 5 } }],
    });
    expect(rampOf(flag([{ ...all, serve_variation: 'a' }], three))).toMatchObject({ rest: null });
  });

  it('keeps the bucketing attribute of the rollout', () => {
    const subject = flag([{ ...open, rollout: { percentage: 5, attribute: 'company' } }]);
    const after = rampTo(subject, { variation: 'on', percentage: 50, rest: 'off' });
    expect(after.rules[0]?.rollout).toEqual({ percentage: 50, attribute: 'company' });
  });

  it('is not offered where a split or several rules share out everyone, nor with one variation', () => {
    const split: Rule = {
      priority: 1,
      conditions: [],
      split: { allocations: [{ variation: 'on', ranges: [[0, 50]] }] },
    };
    expect(rampOf(flag([split]))).toEqual({
      kind: 'shares',
      rules: 1,
      shares: [
        { variation: 'on', share: 50 },
        { variation: 'off', share: 50 },
      ],
    });
    const second: Rule = { ...open, priority: 4, serve_variation: 'off', rollout: { percentage: 70 } };
    expect(rampOf(flag([open, second]))).toMatchObject({ kind: 'shares', rules: 2 });
    expect(rampOf(flag([], { variations: { on: true }, default_variation: 'on' }))).toEqual({ kind: 'none' });
  });
});
