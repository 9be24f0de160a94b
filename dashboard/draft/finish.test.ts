import type { Reference, Rule } from '@halyard/engine';
import { describe, expect, it } from 'vitest';
import type { StoredFlag } from '../api.ts';
import { EMPTY_OPERAND, emptyCondition } from '../flag/query.ts';
import { copyOf, type Draft, definitionOf, draftOf } from './draft.ts';
import { finish, prioritiesOf, readVariation } from './finish.ts';
import { wholeOf } from './whole.ts';

const stored = (more: Partial<StoredFlag> = {}): StoredFlag => ({
  key: 'f',
  type: 'string',
  enabled: true,
  variations: { a: 'A', b: 'B', c: 'C', d: 'D' },
  default_variation: 'a',
  rules: [],
  bucketing: { hash: 'murmur3', salt: 'default/f' },
  version: 4,
  created_at: '2026-01-01T00:00:00.000Z',
  updated_at: '2026-01-01T00:00:00.000Z',
  updated_by: 'ada',
  ...more,
});

const split: Rule = {
  priority: 30,
  conditions: [],
  split: {
    attribute: 'company',
    allocations: [
      { variation: 'a', ranges: [[0, 25]] },
      { variation: 'b', ranges: [[25, 50]] },
      { variation: 'c', ranges: [[50, 75]] },
      { variation: 'd', ranges: [[75, 100]] },
    ],
  },
};
const plan: Rule = {
  priority: 10,
  conditions: [{ attribute: 'plan', operator: 'in', value: ['pro', 'team'] }],
  serve_variation: 'b',
  rollout: { percentage: 12.5, attribute: 'company' },
};

describe('a draft that nothing was done to', () => {
  const cases: readonly (readonly [string, StoredFlag])[] = [
    ['the least there is', stored()],
    [
      'rules of every kind',
      stored({ rules: [plan, { ...plan, priority: 20, rollout: { percentage: 5 } }, split] }),
    ],
    [
      'everything optional',
      stored({
        description: 'why',
        off_variation: 'c',
        tags: ['x'],
        metadata: { team: 'payments', tier: 1, beta: false, version: '1' },
        client_side: false,
      }),
    ],
    [
      'rules that have ids and buckets of their own',
      stored({ rules: [{ ...plan, id: 'r_plan', bucketing: { hash: 'launchdarkly', salt: 'old' } }, split] }),
    ],
    [
      'a rule that asks nothing but of a segment',
      stored({ rules: [{ ...plan, conditions: [{ operator: 'in_segment', value: ['beta'] }] }] }),
    ],
    [
      'what only some flags have',
      stored({
        off_variation: null,
        prerequisites: [{ flag: 'payments', variations: ['on'] }],
        owner: 'ada',
        permanent: true,
        protected: true,
        tests: [{ name: 'pro', context: { plan: 'pro' }, expect: { variant: 'b' } }],
      }),
    ],
    ['JSON', stored({ type: 'json', variations: { a: { x: [1, { y: 2 }] }, b: [] } })],
    ['numbers', stored({ type: 'number', variations: { a: 0, b: -1.5 } })],
  ];
  it.each(cases)('finishes as the flag it was read from: %s', (_title, flag) => {
    expect(finish(draftOf(flag), flag)).toEqual({ flag: definitionOf(flag), problems: [] });
  });
});

const edit = (flag: StoredFlag, change: (draft: Draft) => Partial<Draft>) => {
  const draft = draftOf(flag);
  return finish({ ...draft, ...change(draft) }, flag);
};

it('renames a variation everywhere at once', () => {
  const flag = stored({ rules: [{ ...plan, serve_variation: 'a' }, split], off_variation: 'a' });
  const { flag: after } = edit(flag, (draft) => ({
    variations: draft.variations.map((each) => (each.id === 'a' ? { ...each, name: 'control' } : each)),
  }));
  expect(Object.keys(after.variations)).toEqual(['control', 'b', 'c', 'd']);
  expect(after).toMatchObject({
    default_variation: 'control',
    off_variation: 'control',
    rules: [
      { serve_variation: 'control' },
      { split: { allocations: [{ variation: 'control' }, {}, {}, {}] } },
    ],
  });
});

describe('what a flag serves while it is off', () => {
  const off = (stored_: Partial<StoredFlag>, chosen: Draft['off']) =>
    edit(stored(stored_), () => ({ off: chosen })).flag;

  it('stays unsaid where it was: saving does not leave it to the callers', () => {
    const flag = stored();
    expect(wholeOf(finish(draftOf(flag), flag).flag, flag)).not.toHaveProperty('off_variation');
  });

  it('is the default of the callers where that was chosen', () => {
    const after = off({ off_variation: 'b' }, { kind: 'caller' });
    expect(wholeOf(after, stored({ off_variation: 'b' }))).toMatchObject({ off_variation: null });
  });

  it('is said by name once it was said and is what everyone else gets', () => {
    expect(off({ off_variation: 'b' }, { kind: 'default' })).toMatchObject({ off_variation: 'a' });
    expect(off({ off_variation: null }, { kind: 'default' })).toMatchObject({ off_variation: 'a' });
    expect(off({}, { kind: 'default' })).not.toHaveProperty('off_variation');
  });
});

it('says in a full replacement what is no longer there', () => {
  expect(wholeOf(definitionOf(stored({ tags: ['x'] })), stored({ off_variation: 'b' }))).toMatchObject({
    off_variation: 'a',
    prerequisites: null,
    tags: ['x'],
    client_side: null,
    owner: null,
    permanent: null,
    protected: null,
    tests: null,
  });
});

it('goes on expecting a renamed variation in the tests of the flag', () => {
  const flag = stored({ tests: [{ name: 'pro', context: {}, expect: { variant: 'a' } }] });
  const { flag: after } = edit(flag, (draft) => ({
    variations: draft.variations.map((each) => (each.id === 'a' ? { ...each, name: 'control' } : each)),
  }));
  expect(after.tests).toEqual([{ name: 'pro', context: {}, expect: { variant: 'control' } }]);
});

it('asks for the segment, the flag and the variation that a condition lacks', () => {
  const problemOf = (reference: Reference) =>
    edit(stored({ rules: [plan] }), ({ rules }) => ({
      rules: rules.map((rule) => ({
        ...rule,
        query: {
          combinator: 'and' as const,
          rules: [{ ...emptyCondition(), value: { ...EMPTY_OPERAND, reference } }],
        },
      })),
    })).problems.map(({ message }) => message);
  expect(problemOf({ operator: 'in_segment', value: [] })).toEqual(['Choose a segment.']);
  expect(problemOf({ operator: 'serves', flag: '', value: [] })).toEqual(['Choose a flag.']);
  expect(problemOf({ operator: 'not_serves', flag: 'pay', value: [] })).toEqual([
    'Choose a variation of pay.',
  ]);
  expect(problemOf({ operator: 'serves', flag: 'pay', value: ['on'] })).toEqual([]);
});

it('copies a rule with its buckets, but not as the rule that it is', () => {
  const bucketing = { hash: 'unleash', salt: 'old' } as const;
  const flag = stored({ rules: [{ ...plan, id: 'r_plan', bucketing }] });
  const { flag: after } = edit(flag, ({ rules }) => ({
    rules: rules.flatMap((rule) => [rule, copyOf(rule)]),
  }));
  expect(after.rules.map(({ id }) => id)).toEqual(['r_plan', undefined]);
  expect(after.rules.map((rule) => rule.bucketing)).toEqual([bucketing, bucketing]);
});

it('moves the least when the weights of a split change', () => {
  const { flag: after } = edit(stored({ rules: [split] }), (draft) => ({
    rules: draft.rules.map((rule) =>
      rule.serve.kind === 'split'
        ? { ...rule, serve: { ...rule.serve, weights: { a: 40, b: 20, c: 20, d: 20 } } }
        : rule,
    ),
  }));
  const kept = after.rules[0]?.split?.allocations ?? [];
  expect(kept.find(({ variation }) => variation === 'b')?.ranges).toEqual([[25, 45]]);
  expect(kept.find(({ variation }) => variation === 'd')?.ranges).toEqual([[75, 95]]);
});

describe('what keeps a draft from being saved', () => {
  it('is said with its place', () => {
    const flag = stored({ type: 'json', variations: { a: {}, b: {} }, rules: [plan] });
    const { problems } = edit(flag, (draft) => ({
      variations: [
        { id: 'a', name: 'a', text: '{' },
        { id: 'b', name: 'a', text: '3' },
      ],
      rules: draft.rules.map((rule) => ({
        ...rule,
        id: 'rule',
        query: {
          combinator: 'and' as const,
          rules: [{ field: 'v', operator: 'semver_equals' as const, value: { ...EMPTY_OPERAND, text: 'x' } }],
        },
      })),
    }));
    expect(problems.map(({ id }) => id)).toEqual(['b', 'a', 'b', 'rule']);
    expect(problems.at(-1)?.message).toBe('v: value is "x"; expected a version as 1.2.3 or 2.0.0-beta.1');
  });

  it('is a rule behind one that takes everybody', () => {
    const everyone: Rule = { priority: 1, conditions: [], serve_variation: 'a' };
    const flag = stored({ rules: [everyone] });
    const { problems } = edit(flag, (draft) => ({
      rules: [...draft.rules, ...draftOf(stored({ rules: [plan] })).rules],
    }));
    expect(problems).toHaveLength(1);
  });
});

it('keeps priorities where the order is as it was, and counts anew where it is not', () => {
  const was = (...priorities: (number | null)[]) => prioritiesOf(priorities.map((each) => ({ was: each })));
  expect(was(10, 20, 30)).toEqual([10, 20, 30]);
  expect(was(10, 30)).toEqual([10, 30]);
  expect(was(10, 20, null, null)).toEqual([10, 20, 21, 22]);
  expect(was(20, 10)).toEqual([1, 2]);
  expect(was(null, 10)).toEqual([1, 2]);
});

it.each([
  ['boolean', 'maybe'],
  ['number', '1e999'],
  ['number', '"1"'],
  ['json', '1'],
  ['json', 'null'],
  ['json', '{"a":'],
] as const)('does not take a %s from %s', (type, text) => {
  expect(readVariation(type, text)).toHaveProperty('message');
});

describe('who owns a flag and what may become of it', () => {
  const finished = (change: Partial<Draft>, base = stored()) =>
    finish({ ...draftOf(base), ...change }, base).flag;

  it('is said, trimmed, and unsaid', () => {
    const said = { owner: 'payments', permanent: true, protected: true };
    expect(finished({ ...said, owner: ' payments ' })).toMatchObject(said);
    const unsaid = finished({ owner: '', permanent: false, protected: false }, stored(said));
    expect(unsaid).toMatchObject({ permanent: false, protected: false });
    expect(unsaid).not.toHaveProperty('owner');
    expect(wholeOf(unsaid, stored(said))).toMatchObject({ owner: null });
  });
});
