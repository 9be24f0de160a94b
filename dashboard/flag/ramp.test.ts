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

describe('a ramp', () => {
  it('moves the share of the rule without conditions', () => {
    const ramp = rampOf(flag([pro, open]));
    expect(ramp).toEqual({ variation: 'on', rest: 'off', percentage: 5, priority: 3, first: false });
    if (ramp === null) return;
    const change = rampTo(flag([pro, open]), ramp, 25);
    expect(change).toMatchObject({ kind: 'rule', priority: 3, body: { rollout: { percentage: 25 } } });
    expect(change.after.rules).toEqual([pro, { ...open, rollout: { percentage: 25 } }]);
  });

  it('adds a last rule where none is open to everyone', () => {
    const ramp = rampOf(flag([pro]));
    expect(ramp).toEqual({ variation: 'on', rest: 'off', percentage: 0, priority: null, first: false });
    if (ramp === null) return;
    expect(rampTo(flag([pro]), ramp, 5).body).toEqual({
      rules: [pro, { priority: 2, conditions: [], serve_variation: 'on', rollout: { percentage: 5 } }],
    });
  });

  it('gives the others another variation where the default is the ramped one', () => {
    const subject = flag([], { default_variation: 'on', off_variation: 'off' });
    const ramp = rampOf(subject);
    expect(ramp).toEqual({ variation: 'on', rest: 'off', percentage: 100, priority: null, first: true });
    if (ramp === null) return;
    const change = rampTo(subject, ramp, 5);
    expect(change.kind).toBe('flag');
    expect(change.after).toMatchObject({
      default_variation: 'off',
      rules: [{ serve_variation: 'on', rollout: { percentage: 5 } }],
    });
  });

  it('keeps the bucketing attribute of the rollout', () => {
    const subject = flag([{ ...open, rollout: { percentage: 5, attribute: 'company' } }]);
    const ramp = rampOf(subject);
    if (ramp === null) throw new Error('expected a ramp');
    expect(rampTo(subject, ramp, 50).after.rules[0]?.rollout).toEqual({
      percentage: 50,
      attribute: 'company',
    });
  });

  it('is not offered where a split shares out everyone, nor with one variation', () => {
    const split: Rule = {
      priority: 1,
      conditions: [],
      split: { allocations: [{ variation: 'on', ranges: [[0, 50]] }] },
    };
    expect(rampOf(flag([split]))).toBeNull();
    expect(rampOf(flag([], { variations: { on: true }, default_variation: 'on' }))).toBeNull();
  });
});
