import { describe, expect, it } from 'vitest';
import { compile } from './flag.ts';
import type { Context } from './model.ts';

interface RuleOf {
  readonly conditions: readonly object[];
  readonly percentage?: number;
}

const flagOf = (rules: readonly RuleOf[]): object => ({
  key: 'f',
  enabled: true,
  variations: Object.fromEntries([...rules.map((_, index) => [`v${index}`, index]), ['none', -1]]),
  default_variation: 'none',
  rules: rules.map(({ conditions, percentage }, index) => ({
    priority: index + 1,
    conditions,
    serve_variation: `v${index}`,
    ...(percentage === undefined ? {} : { rollout: { percentage } }),
  })),
});

/** Which rule serves, or -1; and how often the context was asked for each attribute. */
const served = (
  rules: readonly RuleOf[],
  context: Context,
): { readonly rule: unknown; readonly looks: Record<string, number> } => {
  const looks: Record<string, number> = {};
  const watched = Object.create(null);
  for (const [name, value] of Object.entries(context)) {
    Object.defineProperty(watched, name, {
      get: () => {
        looks[name] = (looks[name] ?? 0) + 1;
        return value;
      },
    });
  }
  const answer = compile(flagOf(rules), 'acct').evaluate(watched);
  return {
    rule: answer.kind === 'served' ? answer.value : answer.kind === 'failed' ? answer.message : answer.reason,
    looks,
  };
};

const is = (attribute: string, value: unknown, ignore_case?: boolean): object => ({
  attribute,
  operator: 'equals',
  value,
  ...(ignore_case === undefined ? {} : { ignore_case }),
});

const companies = (count: number, ...more: object[]): RuleOf[] =>
  Array.from({ length: count }, (_, index) => ({ conditions: [is('company', `c${index}`), ...more] }));

describe('the index over rules', () => {
  it('finds the one rule for a text by one look at the attribute', () => {
    for (const rule of [0, 7, 99]) {
      expect(served(companies(100, is('device', 'tv')), { company: `c${rule}`, device: 'tv' })).toEqual({
        rule,
        looks: { company: 1, device: 1 },
      });
    }
    expect(served(companies(100), { company: 'other' })).toEqual({ rule: -1, looks: { company: 1 } });
    expect(served(companies(100), { company: ['c1'] }).rule).toBe(-1);
    expect(served(companies(100), { company: null }).rule).toBe(-1);
    expect(served(companies(100), {}).rule).toBe(-1);
  });

  it('finds numbers and booleans by their text', () => {
    const rules = [1, '2', true, 'x', 1.5].map((value) => ({ conditions: [is('v', value)] }));
    expect(['1', 2, 'true', 'x', '1.5', 1n].map((v) => served(rules, { v }).rule)).toEqual([
      0, 1, 2, 3, 4, 0,
    ]);
  });

  it('keeps the first rule that holds first, indexed or not', () => {
    const rules: RuleOf[] = [
      { conditions: [is('vip', true)] },
      ...companies(6, is('device', 'tv')),
      { conditions: [is('beta', 1)] },
      ...companies(6),
      { conditions: [] },
    ];
    expect(served(rules, { company: 'c3', device: 'tv', vip: true, beta: 1 }).rule).toBe(0);
    expect(served(rules, { company: 'c3', device: 'tv', beta: 1 }).rule).toBe(4);
    expect(served(rules, { company: 'c3', device: 'pc', beta: 1 }).rule).toBe(7);
    expect(served(rules, { company: 'c3', device: 'pc' }).rule).toBe(11);
    expect(served(rules, { company: 'other' }).rule).toBe(14);
  });

  it('goes on past a rule whose rollout leaves the context out', () => {
    const rules = [...companies(5).map((rule) => ({ ...rule, percentage: 0 })), ...companies(5)];
    expect(served(rules, { company: 'c2', targetingKey: 'user' }).rule).toBe(7);
  });

  it('takes membership and alternatives of the same attribute together', () => {
    const rules: RuleOf[] = [
      { conditions: [{ attribute: 'company', operator: 'in', value: ['a', 'b', 'b'] }] },
      {
        conditions: [
          {
            logical_operator: 'OR',
            clauses: [is('company', 'c'), { attribute: 'company', operator: 'in', value: ['d'] }],
          },
        ],
      },
      ...companies(4),
    ];
    expect(['a', 'b', 'c', 'd', 'c1'].map((company) => served(rules, { company }))).toEqual(
      [0, 0, 1, 1, 3].map((rule) => ({ rule, looks: { company: 1 } })),
    );
  });

  it('leaves alone what it cannot decide: groups of more, negations, other cases', () => {
    const rules: RuleOf[] = [
      { conditions: [{ logical_operator: 'OR', clauses: [is('company', 'a'), is('device', 'tv')] }] },
      { conditions: [{ logical_operator: 'AND', clauses: [is('company', 'b'), is('device', 'pc')] }] },
      { conditions: [{ logical_operator: 'OR', clauses: [is('company', 'x'), is('company', 'y', true)] }] },
      { conditions: [{ attribute: 'company', operator: 'not_equals', value: 'q' }, is('device', 'phone')] },
      {
        conditions: [
          { logical_operator: 'OR', clauses: [{ attribute: 'company', operator: 'has', value: 'x' }] },
        ],
      },
      ...companies(12),
    ];
    expect(served(rules, { company: 'a' }).rule).toBe(0);
    expect(served(rules, { company: 'c1', device: 'tv' }).rule).toBe(0);
    expect(served(rules, { company: 'b', device: 'pc' }).rule).toBe(1);
    expect(served(rules, { company: 'Y' }).rule).toBe(2);
    expect(served(rules, { company: 'X' }).rule).toBe(-1);
    expect(served(rules, { company: 'c1', device: 'phone' }).rule).toBe(3);
    expect(served(rules, { company: ['x'] }).rule).toBe(4);
    expect(served(rules, { company: 'c1' }).rule).toBe(6);
  });

  it('does not take conditions that must hold together for alternatives', () => {
    const both: RuleOf = {
      conditions: [
        {
          logical_operator: 'AND',
          clauses: [
            { attribute: 'company', operator: 'in', value: ['a', 'b'] },
            { attribute: 'company', operator: 'in', value: ['b', 'c'] },
          ],
        },
      ],
    };
    const rules = [both, both, both, both, ...companies(12)];
    expect(['a', 'b', 'c', 'c1'].map((company) => served(rules, { company }).rule)).toEqual([-1, 0, -1, 5]);
  });

  it('fails alone with a context that throws', () => {
    const context = {
      get company() {
        throw new Error('a getter of the application');
      },
    };
    expect(compile(flagOf(companies(5)), 'acct').evaluate(context)).toMatchObject({
      kind: 'failed',
      code: 'GENERAL',
    });
  });

  it('ignores case where all its rules do', () => {
    const rules = ['A', 'b', 'Σ', 'd'].map((value) => ({ conditions: [is('v', value, true)] }));
    expect(['a', 'B', 'ς', 'σ', 'D'].map((v) => served(rules, { v }))).toEqual(
      [0, 1, -1, 2, 3].map((rule) => ({ rule, looks: { v: 1 } })),
    );
  });

  it('tries a second condition on its attribute', () => {
    const rules = companies(5).map(({ conditions }) => ({
      conditions: [...conditions, is('company', 'c3')],
    }));
    expect(served(rules, { company: 'c3' }).rule).toBe(3);
    expect(served(rules, { company: 'c2' }).rule).toBe(-1);
  });

  it('is over the attribute that leaves the fewest rules to try', () => {
    const rules = Array.from({ length: 20 }, (_, index) => ({
      conditions: [is('plan', 'pro'), is('company', `c${index}`)],
    }));
    expect(served(rules, { plan: 'pro', company: 'c19' })).toEqual({
      rule: 19,
      looks: { plan: 1, company: 1 },
    });
    expect(served(rules, { plan: 'pro', company: 'none' }).looks).toEqual({ company: 1 });
  });

  it('is not made where it would leave most rules to try', () => {
    const rules = Array.from({ length: 8 }, () => ({ conditions: [is('plan', 'pro'), is('beta', 1)] }));
    expect(served(rules, { plan: 'pro', beta: 2 }).looks).toEqual({ plan: 8, beta: 8 });
    expect(served(companies(3), { company: 'c2' }).looks).toEqual({ company: 3 });
    expect(served(companies(4), { company: 'c3' }).looks).toEqual({ company: 1 });
    const half = [...companies(6), ...Array.from({ length: 4 }, () => ({ conditions: [is('beta', 1)] }))];
    expect(served(half, { company: 'c9', beta: 2 }).looks).toEqual({ company: 1, beta: 4 });
  });
});
