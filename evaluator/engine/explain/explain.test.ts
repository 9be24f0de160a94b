import { describe, expect, it } from 'vitest';
import type { Context } from '../model.ts';
import { explain } from './explain.ts';
import { renderExplanation } from './render.ts';

const flag = {
  key: 'new-checkout',
  enabled: true,
  variations: { on: true, off: false },
  default_variation: 'off',
  rules: [
    {
      priority: 20,
      conditions: [],
      serve_variation: 'on',
      rollout: { percentage: 25, attribute: 'org.id' },
    },
    {
      priority: 10,
      conditions: [
        {
          logical_operator: 'OR',
          clauses: [
            {
              logical_operator: 'AND',
              clauses: [
                { attribute: 'plan', operator: 'equals', value: 'enterprise' },
                { attribute: 'region', operator: 'in', value: ['us', 'ca'], ignore_case: true },
              ],
            },
            { attribute: 'email', operator: 'ends_with', value: '@example.com' },
          ],
        },
        { attribute: 'version', operator: 'semver_greater_than', value: '2.0.0' },
      ],
      serve_variation: 'on',
    },
    { priority: 30, conditions: [{ attribute: 'beta', operator: 'exists' }], serve_variation: 'on' },
  ],
};

const told = (one: unknown, context: unknown): string =>
  renderExplanation(explain(one, context as Context, 'acct'));

describe('an explanation as text', () => {
  it('marks the rule that served and what each condition saw', () => {
    expect(told(flag, { plan: 'enterprise', region: 'US', version: '2.1', beta: null })).toBe(
      `new-checkout serves on (TARGETING_MATCH): rule 10 serves on

YES  rule 10 serves on: all its conditions hold
     yes  any of: 1 of 2 hold
          yes  all of: 2 of 2 hold
               yes  plan equals "enterprise": plan is "enterprise"
               yes  region in ["us", "ca"] (ignoring case): region is "US"
          no   email ends_with "@example.com": email is missing
     yes  version semver_greater_than "2.0.0": version is "2.1"
-    rule 20: rule 10 served before
     rollout by org.id: on 0 to 25; bucket none
-    rule 30: rule 10 served before
     no   beta exists: beta is null
`,
    );
  });

  it('names the bucket and the bound it met', () => {
    expect(told(flag, { org: { id: 'user-1' }, plan: 'pro' })).toBe(
      `new-checkout serves off (DEFAULT): no rule served; the default variation is off

no   rule 10: 2 of its 2 conditions do not hold
     no   any of: 0 of 2 hold
          no   all of: 0 of 2 hold
               no   plan equals "enterprise": plan is "pro"
               no   region in ["us", "ca"] (ignoring case): region is missing
          no   email ends_with "@example.com": email is missing
     no   version semver_greater_than "2.0.0": version is missing
no   rule 20: bucket 99.072315 of org.id is outside the rollout
     rollout by org.id: on 0 to 25; bucket 99.072315
no   rule 30: its condition does not hold
     no   beta exists: beta is missing
`,
    );
  });

  it('says why a value could not be compared', () => {
    const conditions = [
      { attribute: 'v', operator: 'semver_equals', value: '1.0.0' },
      { attribute: 'v', operator: 'not_in_cidr', value: ['10.0.0.0/8'] },
      { attribute: 'v', operator: 'less_than', value: '2025-01-01' },
      { attribute: 'list', operator: 'not_equals', value: 1 },
      { attribute: 'object', operator: 'contains', value: 1 },
      { attribute: 'v', operator: 'not_has', value: 1 },
      { attribute: 'none', operator: 'not_equals', value: 1 },
      { attribute: 'long', operator: 'not_matches', value: 'x' },
      { attribute: 'list', operator: 'has', value: 1 },
      { attribute: 'missing', operator: 'has', value: 1 },
      { attribute: 'v', operator: 'in', value: Array.from({ length: 12 }, (_, index) => index) },
    ];
    const one = { ...flag, rules: [{ priority: 1, conditions, serve_variation: 'on' }] };
    expect(told(one, { v: 'x', list: [1], object: {}, none: null, long: 'x'.repeat(1025) })).toBe(
      `new-checkout serves off (DEFAULT): no rule served; the default variation is off

no   rule 1: 9 of its 11 conditions do not hold
     no   v semver_equals "1.0.0": v is "x", which is no version
     no   v not_in_cidr ["10.0.0.0/8"]: v is "x", which is no IP address
     no   v less_than "2025-01-01": v is "x", which has no order with that: both must be dates, or both numbers
     no   list not_equals 1: list is a list, which not_equals cannot compare
     no   object contains 1: object is an object, which contains cannot compare
     no   v not_has 1: v is "x", which has no members
     yes  none not_equals 1: none is null
     no   long not_matches "x": long is "${'x'.repeat(60)}…", which is longer than 1024 characters
     yes  list has 1: list is a list
     no   missing has 1: missing is missing
     no   v in [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, … 12 in all]: v is "x"
`,
    );
  });

  it('tells of splits, of who holds the whole, and of what is nothing to bucket by', () => {
    const halves = {
      allocations: [
        { variation: 'off', ranges: [[60, 100]] },
        { variation: 'on', ranges: [[0, 50]] },
      ],
    };
    const rules = [
      { priority: 1, conditions: [], split: halves },
      { priority: 2, conditions: [], split: { attribute: 'list', allocations: [] } },
      { priority: 3, conditions: [], serve_variation: 'on', rollout: { percentage: 100 } },
    ];
    expect(told({ ...flag, rules }, { list: [] })).toBe(
      `new-checkout serves on (TARGETING_MATCH): rule 3 serves on

no   rule 1: targetingKey is missing, so there is no bucket
     split by targetingKey: on 0 to 50, off 60 to 100; bucket none
no   rule 2: list is a list, which is nothing to bucket by
     split by list: nobody; bucket none
YES  rule 3 serves on: it has no conditions and targetingKey is missing, but on holds the whole rollout
     rollout by targetingKey: on 0 to 100; bucket none
`,
    );
    expect(told({ ...flag, rules: rules.slice(0, 1) }, { targetingKey: 'user-1' })).toBe(
      `new-checkout serves off (SPLIT): rule 1 serves off

YES  rule 1 serves off: it has no conditions and bucket 99.072315 of targetingKey is within 60 to 100 of off
     split by targetingKey: on 0 to 50, off 60 to 100; bucket 99.072315
`,
    );
  });

  it('tells what a disabled flag serves, and what its rules see', () => {
    expect(told({ ...flag, enabled: false, off_variation: 'on', rules: flag.rules.slice(2) }, {})).toBe(
      `new-checkout serves on (DISABLED): the flag is off and serves on

-    rule 30: the flag is off
     no   beta exists: beta is missing
`,
    );
    expect(told({ ...flag, enabled: false, rules: 7 }, {})).toBe(
      'new-checkout serves off (DISABLED): the flag is off and serves off\n',
    );
  });

  it('tells of a flag without rules, and of one that cannot be understood', () => {
    expect(told({ ...flag, rules: [] }, {})).toBe(
      'new-checkout serves off (STATIC): the flag has no rules and serves off\n',
    );
    expect(told({ ...flag, rules: 7 }, {})).toBe(
      'new-checkout fails (PARSE_ERROR): rules is 7; expected a list\n',
    );
    expect(told(null, {})).toBe('the flag fails (PARSE_ERROR): the flag is null; expected an object\n');
  });
});

describe('an explanation', () => {
  it('survives JSON, with values cut short where they are long, deep, circular or unreadable', () => {
    const circular: { self?: unknown } = {};
    circular.self = circular;
    const values: Context = {
      long: new Array(101).fill('x'),
      circular,
      date: new Date(0),
      bad: Object.defineProperty({}, 'x', {
        enumerable: true,
        get: () => {
          throw new Error('no');
        },
      }),
      odd: [undefined, 7n, Number.NaN, () => 1],
      deep: [[[[[7]]]]],
      wide: Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`n${index}`, index])),
      full: new Array(100).fill(0),
    };
    const conditions = Object.keys(values).map((attribute) => ({ attribute, operator: 'exists' }));
    const explanation = explain(
      { ...flag, rules: [{ priority: 1, conditions, serve_variation: 'on' }] },
      values,
      'acct',
    );
    expect(JSON.parse(JSON.stringify(explanation))).toEqual(explanation);
    const seen = explanation.rules[0]?.conditions.map((condition) =>
      'seen' in condition && !condition.seen.missing ? condition.seen.value : undefined,
    );
    expect(seen).toEqual([
      [...new Array(100).fill('x'), '…'],
      { self: { self: { self: { self: '…' } } } },
      '1970-01-01T00:00:00.000Z',
      '…',
      [null, '7', null, null],
      [[[['…']]]],
      Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`n${index}`, index])),
      new Array(100).fill(0),
    ]);
  });

  it('is data: each rule in order, each condition with what was seen', () => {
    const one = {
      ...flag,
      rules: [
        {
          priority: 7,
          conditions: [{ attribute: 'plan', operator: 'equals', value: 'pro' }],
          serve_variation: 'on',
          rollout: { percentage: 100 },
        },
      ],
    };
    expect(explain(one, { plan: 'pro', targetingKey: 'user-1' }, 'acct')).toEqual({
      key: 'new-checkout',
      evaluation: { kind: 'served', value: true, variant: 'on', reason: 'TARGETING_MATCH', metadata: {} },
      why: 'rule 7 serves on',
      prerequisites: [],
      rules: [
        {
          priority: 7,
          index: 0,
          outcome: 'served',
          why: 'all its conditions hold and bucket 99.072315 of targetingKey is within 0 to 100 of on',
          variation: 'on',
          conditions: [
            {
              attribute: 'plan',
              operator: 'equals',
              value: 'pro',
              seen: { missing: false, value: 'pro' },
              held: true,
              why: 'plan is "pro"',
            },
          ],
          share: {
            kind: 'rollout',
            attribute: 'targetingKey',
            seen: { missing: false, value: 'user-1' },
            bucket: 99.072315,
            ranges: [{ variation: 'on', from: 0, to: 100 }],
            met: { variation: 'on', from: 0, to: 100 },
            whole: 'on',
            why: 'bucket 99.072315 of targetingKey is within 0 to 100 of on',
          },
        },
      ],
    });
  });

  it('agrees with the evaluation where the context cannot be read', () => {
    const context = {
      get plan(): string {
        throw new Error('no');
      },
    };
    const explanation = explain(flag, context, 'acct');
    expect(explanation).toEqual({
      key: 'new-checkout',
      evaluation: {
        kind: 'failed',
        code: 'GENERAL',
        message: 'A property of the flag or of the context could not be read.',
      },
      why: 'A property of the flag or of the context could not be read.',
      prerequisites: [],
      rules: [],
    });
  });
});
