import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Diff } from '../../model/changelog.ts';
import type { FlagDefinition } from '../../model/flag.ts';
import { flagDefinition, twoStates } from '../testing/arbitrary.ts';
import { diffFlags, sameFlag } from './diff.ts';
import { applyDiff, stateBefore } from './diff-apply.ts';
import { joinPath, splitPath } from './diff-path.ts';

const flag: FlagDefinition = {
  key: 'checkout',
  enabled: false,
  variations: { on: true, off: false },
  default_variation: 'off',
  rules: [
    { priority: 2, conditions: [], serve_variation: 'on' },
    {
      priority: 1,
      conditions: [{ attribute: 'plan', operator: 'in', value: ['pro', 'team'] }],
      serve_variation: 'on',
      rollout: { percentage: 5 },
    },
  ],
  bucketing: { hash: 'murmur3', salt: 'default/checkout' },
};
const [everyone, ramp] = [flag.rules[0], flag.rules[1]] as const;

const parsed = (text: string): FlagDefinition['variations'] => JSON.parse(text);
const json = (one: string, two: string): readonly [FlagDefinition, FlagDefinition] => [
  { ...flag, variations: parsed(one) },
  { ...flag, variations: parsed(two) },
];

describe('diffFlags', () => {
  const rows: readonly (readonly [string, FlagDefinition, FlagDefinition, Diff])[] = [
    ['a toggle is one field', flag, { ...flag, enabled: true }, { enabled: { from: false, to: true } }],
    [
      'a ramp names the rule by its priority',
      flag,
      { ...flag, rules: [{ ...ramp, rollout: { percentage: 10 } }, everyone] as FlagDefinition['rules'] },
      { 'rules.1.rollout.percentage': { from: 5, to: 10 } },
    ],
    [
      'an added variation has no from',
      { ...flag, variations: { v1: 'a' } },
      { ...flag, variations: { v1: 'a', v3: 'c' } },
      { 'variations.v3': { to: 'c' } },
    ],
    [
      'a removed variation has no to',
      { ...flag, variations: { v1: 'a', v3: 'c' } },
      { ...flag, variations: { v1: 'a' } },
      { 'variations.v3': { from: 'c' } },
    ],
    [
      'an added rule is one entry',
      { ...flag, rules: [] },
      { ...flag, rules: [{ priority: 7, conditions: [], serve_variation: 'on' }] },
      { 'rules.7': { to: { priority: 7, conditions: [], serve_variation: 'on' } } },
    ],
    [
      'a removed rule is one entry',
      { ...flag, rules: [{ priority: 7, conditions: [], serve_variation: 'on' }] },
      { ...flag, rules: [] },
      { 'rules.7': { from: { priority: 7, conditions: [], serve_variation: 'on' } } },
    ],
    [
      'members of other lists go by index',
      { ...flag, tags: ['a', 'b', 'c'] },
      { ...flag, tags: ['b'] },
      { 'tags.0': { from: 'a', to: 'b' }, 'tags.1': { from: 'b' }, 'tags.2': { from: 'c' } },
    ],
    [
      'a list grows by its new members',
      { ...flag, tags: [] },
      { ...flag, tags: ['a', 'b'] },
      { 'tags.0': { to: 'a' }, 'tags.1': { to: 'b' } },
    ],
    [
      'a rollout that was not there is one entry',
      { ...flag, rules: [{ priority: 1, conditions: [], serve_variation: 'on' }] },
      {
        ...flag,
        rules: [{ priority: 1, conditions: [], serve_variation: 'on', rollout: { percentage: 1 } }],
      },
      { 'rules.1.rollout': { to: { percentage: 1 } } },
    ],
    [
      'null is a value, absent is none',
      { ...flag, description: null },
      flag,
      { description: { from: null } },
    ],
    [
      'null in place of text',
      { ...flag, description: 'x' },
      { ...flag, description: null },
      { description: { from: 'x', to: null } },
    ],
    [
      'dots and backslashes in a name are escaped',
      ...json('{"v":{"a.b":1,"c\\\\d":1}}', '{"v":{"a.b":2,"c\\\\d":3}}'),
      { 'variations.v.a\\.b': { from: 1, to: 2 }, 'variations.v.c\\\\d': { from: 1, to: 3 } },
    ],
    [
      'an object in place of a list is one entry',
      ...json('{"v":{"a":[1]}}', '{"v":{"a":{"0":1}}}'),
      { 'variations.v.a': { from: [1], to: { 0: 1 } } },
    ],
    [
      'names that every object inherits are plain data',
      ...json('{"v":{"toString":1}}', '{"v":{"constructor":2}}'),
      { 'variations.v.toString': { from: 1 }, 'variations.v.constructor': { to: 2 } },
    ],
    ['the order of the rules is no change', flag, { ...flag, rules: [...flag.rules].reverse() }, {}],
    [
      'the order of names is no change',
      ...json('{"a":1,"b":{"c":1,"d":2}}', '{"b":{"d":2,"c":1},"a":1}'),
      {},
    ],
    ['-0 is 0, as in JSON text', ...json('{"a":-0}', '{"a":0}'), {}],
    [
      'the order of a list is a change',
      { ...flag, tags: ['a', 'b'] },
      { ...flag, tags: ['b', 'a'] },
      { 'tags.0': { from: 'a', to: 'b' }, 'tags.1': { from: 'b', to: 'a' } },
    ],
  ];
  it.each(rows)('%s', (_, before, after, expected) => {
    expect(diffFlags(before, after)).toEqual(expected);
    expect(sameFlag(before, after)).toBe(Object.keys(expected).length === 0);
  });

  it('reports __proto__ inside a JSON value as plain data', () => {
    const [before, after] = json(
      '{"v":{"__proto__":{"x":1}}}',
      '{"v":{"__proto__":{"x":2},"y":{"__proto__":1}}}',
    );
    const diff = diffFlags(before, after);
    expect(JSON.stringify(diff)).toBe(
      '{"variations.v.__proto__.x":{"from":1,"to":2},"variations.v.y":{"to":{"__proto__":1}}}',
    );
    expect(JSON.stringify(applyDiff(before, diff)?.variations)).toBe(
      '{"v":{"__proto__":{"x":2},"y":{"__proto__":1}}}',
    );
  });

  it('has an entry for every field and rule of a flag that was not there', () => {
    expect(Object.keys(diffFlags(null, flag)).sort()).toEqual([
      'bucketing',
      'default_variation',
      'enabled',
      'key',
      'rules.1',
      'rules.2',
      'variations',
    ]);
  });
});

describe('applyDiff', () => {
  const canonical = (value: FlagDefinition | null) =>
    value === null
      ? null
      : JSON.parse(
          JSON.stringify({ ...value, rules: [...value.rules].sort((a, b) => a.priority - b.priority) }),
        );

  it('reproduces any state from any other', () => {
    fc.assert(
      fc.property(twoStates, ([before, after]) => {
        const diff: Diff = JSON.parse(JSON.stringify(diffFlags(before, after)));
        expect(canonical(applyDiff(before, diff))).toEqual(canonical(after));
      }),
      { numRuns: 1000 },
    );
  });

  it('leads back to the state before, from the state after', () => {
    fc.assert(
      fc.property(twoStates, ([before, after]) => {
        const diff: Diff = JSON.parse(JSON.stringify(diffFlags(before, after)));
        expect(canonical(stateBefore(after, diff))).toEqual(canonical(before));
      }),
      { numRuns: 1000 },
    );
  });

  it('reproduces a state whatever order the diff was stored in', () => {
    fc.assert(
      fc.property(twoStates, fc.infiniteStream(fc.nat()), ([before, after], order) => {
        const entries = Object.entries(diffFlags(before, after)).map((entry) => ({
          entry,
          place: order.next().value ?? 0,
        }));
        const shuffled = entries.sort((a, b) => a.place - b.place).map(({ entry }) => entry);
        expect(canonical(applyDiff(before, Object.fromEntries(shuffled)))).toEqual(canonical(after));
      }),
      { numRuns: 300 },
    );
  });

  it('reproduces a creation and a deletion', () => {
    fc.assert(
      fc.property(flagDefinition, (some) => {
        expect(canonical(applyDiff(null, diffFlags(null, some)))).toEqual(canonical(some));
        expect(applyDiff(some, diffFlags(some, null))).toBeNull();
      }),
      { numRuns: 200 },
    );
  });

  it.each<readonly [string, Diff, string]>([
    [
      'a path through nothing',
      { 'rules.9.rollout.percentage': { from: 1, to: 2 } },
      'rules.9.rollout.percentage leads nowhere at "9"',
    ],
    ['a removal of nothing', { description: { from: 'x' } }, 'description is not there to be removed'],
    [
      'a list member too far',
      { 'rules.1.conditions.5': { to: true } },
      'rules.1.conditions.5 would leave a hole in its list',
    ],
    [
      'a removal inside a list',
      { 'rules.1.conditions.0.value.0': { from: 'pro' } },
      'rules.1.conditions.0.value.0 is not the end of its list',
    ],
  ])('refuses %s', (_, diff, message) => {
    expect(() => applyDiff(flag, diff)).toThrow(new RangeError(message));
  });
});

describe('paths', () => {
  it('split gives back what join was given', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom('.', '\\', 'a', '') }), { minLength: 1 }),
        (names) => {
          expect(splitPath(joinPath(names))).toEqual(names);
        },
      ),
    );
  });
});
