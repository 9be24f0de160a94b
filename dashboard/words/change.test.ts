import { describe, expect, it } from 'vitest';
import type { Diff } from '../api.ts';
import { changesInWords, namesOf } from './change.ts';
import { textOf } from './words.ts';

const read = (diff: Diff): string =>
  changesInWords(diff)
    .map(({ label, from, to }) => `${label}: ${from ? textOf(from) : '∅'} → ${to ? textOf(to) : '∅'}`)
    .join('\n');

describe('a change in words', () => {
  const cases: readonly (readonly [string, Diff, string])[] = [
    ['a switch', { enabled: { from: false, to: true } }, 'Switch: off → on'],
    ['a ramp', { 'rules.1.rollout.percentage': { from: 5, to: 25 } }, 'Rule 1: rollout: 5% → 25%'],
    ['a new variation', { 'variations.v3': { to: 'c' } }, 'Variation v3: ∅ → “c”'],
    [
      'a variation named with a dot, changed inside',
      { 'variations.a\\.b.limit': { from: 1, to: 2 } },
      'Variation a.b, limit: 1 → 2',
    ],
    [
      'a rule added',
      {
        'rules.2': {
          to: {
            priority: 2,
            conditions: [{ attribute: 'plan', operator: 'equals', value: 'pro' }],
            serve_variation: 'on',
            rollout: { percentage: 50 },
          },
        },
      },
      'Rule 2: ∅ → on for 50% when plan is “pro”',
    ],
    [
      'a value deep in the conditions',
      { 'rules.1.conditions.0.clauses.1.value': { from: 'us', to: 'ca' } },
      'Rule 1: condition 1.2, value: “us” → “ca”',
    ],
    [
      'a condition taken out',
      { 'rules.1.conditions.1': { from: { attribute: 'a', operator: 'exists' } } },
      'Rule 1: condition 2: a is present → ∅',
    ],
    ['what a rule serves', { 'rules.1.serve_variation': { from: 'a', to: 'b' } }, 'Rule 1: serves: a → b'],
    ['a rollout added', { 'rules.1.rollout': { to: { percentage: 5 } } }, 'Rule 1: rollout: ∅ → 5%'],
    [
      'the end of a share in a split',
      { 'rules.1.split.allocations.0.ranges.0.1': { from: 25, to: 40 } },
      'Rule 1: split: 25% → 40%',
    ],
    [
      'a split in place of a rollout',
      {
        'rules.1.split': {
          to: {
            allocations: [
              { variation: 'on', ranges: [[0, 25]] },
              { variation: 'off', ranges: [[25, 100]] },
            ],
          },
        },
        'rules.1.split.allocations.2': { from: { variation: 'new', ranges: [[10, 20]] } },
      },
      'Rule 1: split: ∅ → on 25% and off 75%\nRule 1: split: new for 10% → ∅',
    ],
    [
      'what only some flags have',
      {
        off_variation: { from: 'off', to: null },
        prerequisites: { to: [{ flag: 'payments', variations: ['on', 'new'] }] },
        owner: { from: 'ada', to: 'ben' },
        permanent: { to: true },
        tests: { to: [{ name: 'pro gets it', context: {}, expect: { variant: 'on' } }] },
      },
      'Variation while off: off → the default in their own code\n' +
        'Prerequisites: ∅ → the flag “payments” is on and serves “on” or “new”\n' +
        'Owner: “ada” → “ben”\nPermanent: ∅ → yes\nTests: ∅ → “pro gets it”: {} → on',
    ],
    [
      'a test changed, of several',
      {
        tests: {
          from: [
            { name: 'a', context: {}, expect: { variant: 'on' } },
            { name: 'b', context: { plan: 'pro' }, expect: { variant: 'on' } },
          ],
          to: [
            { name: 'a', context: {}, expect: { variant: 'on' } },
            { name: 'b', context: { plan: 'team' }, expect: { variant: 'on' } },
          ],
        },
      },
      'Tests: “b”: {"plan":"pro"} → on → “b”: {"plan":"team"} → on',
    ],
    ['a tag', { 'tags.0': { to: 'checkout' } }, 'Tag: ∅ → “checkout”'],
    ['the default', { default_variation: { from: 'off', to: 'on' } }, 'Default variation: off → on'],
  ];
  it.each(cases)('%s', (_title, diff, words) => {
    expect(read(diff)).toBe(words);
  });
});

it('reads an escaped path', () => {
  expect(namesOf('metadata.a\\.b\\\\c.d')).toEqual(['metadata', 'a.b\\c', 'd']);
});
