import type { Rule } from '@halyard/engine';
import { describe, expect, it } from 'vitest';
import type { StoredFlag } from '../api.ts';
import { type Draft, definitionOf, draftOf } from './draft.ts';
import { finish, prioritiesOf, readVariation } from './finish.ts';
import { EMPTY_OPERAND } from './query.ts';
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

it('takes the variation of the off state away, and says so in a full replacement', () => {
  const { flag: after } = edit(stored({ off_variation: 'b', tags: ['x'] }), (draft) => ({
    ...draft,
    offVariation: null,
  }));
  expect(after).not.toHaveProperty('off_variation');
  expect(wholeOf(after)).toEqual({ ...after, off_variation: null, tags: ['x'], client_side: null });
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
