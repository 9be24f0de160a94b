import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { constantOf, unreachableRules } from './constant.ts';
import { compile } from './flag.ts';
import type { Condition, Flag, Rule } from './model.ts';
import { context as anyContext, flag as anyFlag } from './properties/arbitrary.ts';
import { RUNS } from './properties/runs.ts';

const pro: Condition = { attribute: 'plan', operator: 'equals', value: 'pro' };
const us: Condition = { attribute: 'country', operator: 'equals', value: 'us' };

const flagOf = (...rules: readonly Omit<Rule, 'priority'>[]): Flag => ({
  key: 'f',
  enabled: true,
  variations: { on: true, off: false },
  default_variation: 'off',
  // Each is one form of rule or the other, now with a priority.
  rules: rules.map((rule, index) => ({ ...rule, priority: index + 1 }) as Rule),
});

const on = { serve_variation: 'on' } as const;
const off = { serve_variation: 'off' } as const;

describe('the constant of a flag', () => {
  it.each<[string, Flag, string | null]>([
    ['no rules', flagOf(), 'off'],
    ['a disabled flag', { ...flagOf({ conditions: [], ...on }), enabled: false }, 'off'],
    ['a disabled flag with an off variation', { ...flagOf(), enabled: false, off_variation: 'on' }, 'on'],
    ['a disabled flag with the caller’s default', { ...flagOf(), enabled: false, off_variation: null }, null],
    ['a catch-all', flagOf({ conditions: [], ...on }), 'on'],
    ['a full rollout', flagOf({ conditions: [], ...on, rollout: { percentage: 100 } }), 'on'],
    ['a rollout of 99', flagOf({ conditions: [], ...on, rollout: { percentage: 99 } }), null],
    ['a rollout of 0', flagOf({ conditions: [], ...on, rollout: { percentage: 0 } }), 'off'],
    ['a rule that serves the default', flagOf({ conditions: [pro], ...off }), 'off'],
    ['a rule that serves another', flagOf({ conditions: [pro], ...on }), null],
    ['both to one variation', flagOf({ conditions: [pro], ...on }, { conditions: [], ...on }), 'on'],
    ['a rule that is never reached', flagOf({ conditions: [], ...on }, { conditions: [], ...off }), 'on'],
    [
      'a split to one variation',
      flagOf({
        conditions: [],
        split: {
          allocations: [
            {
              variation: 'on',
              ranges: [
                [0, 40],
                [40, 100],
              ],
            },
          ],
        },
      }),
      'on',
    ],
    [
      'a split to two variations',
      flagOf({
        conditions: [],
        split: {
          allocations: [
            { variation: 'on', ranges: [[0, 40]] },
            { variation: 'off', ranges: [[40, 100]] },
          ],
        },
      }),
      null,
    ],
    [
      'a prerequisite, where off is another',
      { ...flagOf({ conditions: [], ...on }), prerequisites: [{ flag: 'g', variations: ['on'] }] },
      null,
    ],
    [
      'a prerequisite, where off is the same',
      { ...flagOf({ conditions: [], ...off }), prerequisites: [{ flag: 'g', variations: ['on'] }] },
      'off',
    ],
  ])('%s', (_, flag, constant) => {
    expect(constantOf(flag)).toBe(constant);
  });

  it('is what the flag serves to everybody', () => {
    fc.assert(
      fc.property(anyFlag, anyContext, (flag, context) => {
        const constant = constantOf(flag);
        const answer = compile(flag, 'acct').evaluate(context);
        const isBucketed = ['targetingKey', 'plan', 'roles'].every(
          (name) => typeof context[name] !== 'object' || context[name] === null,
        );
        fc.pre(constant !== null && answer.kind === 'served' && isBucketed);
        if (answer.kind === 'served') expect(answer.variant).toBe(constant);
      }),
      { numRuns: RUNS },
    );
  });
});

describe('a rule that can never be reached', () => {
  const told = (flag: Flag) =>
    unreachableRules(flag.rules).map(({ rule, because }) => [
      rule.priority,
      because.map(({ priority }) => priority),
    ]);

  it('stands behind one that serves everybody it is for', () => {
    expect(told(flagOf({ conditions: [pro], ...on }, { conditions: [us, pro], ...off }))).toEqual([[2, [1]]]);
    expect(told(flagOf({ conditions: [us, pro], ...on }, { conditions: [pro], ...off }))).toEqual([]);
    expect(told(flagOf({ conditions: [], ...on }, { conditions: [], ...off }))).toEqual([[2, [1]]]);
  });

  it('or behind rollouts that leave nothing of its own', () => {
    const half = { rollout: { percentage: 50 } };
    const quarter = { rollout: { percentage: 25 } };
    expect(told(flagOf({ conditions: [], ...on, ...half }, { conditions: [], ...off, ...quarter }))).toEqual([
      [2, [1]],
    ]);
    expect(told(flagOf({ conditions: [], ...on, ...quarter }, { conditions: [], ...off, ...half }))).toEqual(
      [],
    );
    const elsewhere = { rollout: { percentage: 25, attribute: 'org' } };
    expect(
      told(flagOf({ conditions: [], ...on, ...half }, { conditions: [], ...off, ...elsewhere })),
    ).toEqual([]);
    const bucketing = { hash: 'unleash', salt: 'g' } as const;
    expect(
      told(flagOf({ conditions: [], ...on, ...half }, { conditions: [], ...off, ...quarter, bucketing })),
    ).toEqual([]);
  });
});
