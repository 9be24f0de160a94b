import type { Flag, Rule } from '@halyard/engine';
import { describe, expect, it } from 'vitest';
import { changesBetween } from './flag-change.ts';
import { textOf } from './words.ts';

const rule = (
  priority: number,
  plan: string,
  more: { readonly rollout?: { readonly percentage: number } } = {},
): Rule => ({
  priority,
  conditions: [{ attribute: 'plan', operator: 'equals', value: plan }],
  serve_variation: 'on',
  ...more,
});
const flag = (rules: readonly Rule[], more: Partial<Flag> = {}): Flag => ({
  key: 'f',
  enabled: true,
  variations: { on: true, off: false },
  default_variation: 'off',
  rules,
  ...more,
});
const split = (on: number): Rule => ({
  priority: 1,
  conditions: [],
  serve_variation: on >= 50 ? 'on' : 'off',
  split: {
    allocations: [
      { variation: 'on', ranges: [[0, on]] },
      { variation: 'off', ranges: [[on, 100]] },
    ],
  },
});
const range = (from: number, to: number): Rule => ({
  priority: 1,
  conditions: [],
  split: { allocations: [{ variation: 'on', ranges: [[from, to]] }] },
});
const tokens = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `t${index}`);
const listed = (values: readonly string[]): Rule => ({
  priority: 1,
  conditions: [{ attribute: 'id', operator: 'in', value: values }],
  serve_variation: 'on',
});
const read = (before: Flag, after: Flag): readonly string[] =>
  changesBetween(before, after).map(
    ({ label, from, to }) => `${label}: ${from ? `${textOf(from)} → ` : ''}${to ? textOf(to) : 'gone'}`,
  );

describe('what a person would say changed', () => {
  const cases: readonly (readonly [string, Flag, Flag, readonly string[]])[] = [
    [
      'a split reads as two sentences, not twice as the same bound',
      flag([split(80)]),
      flag([split(20)]),
      ['Rule 1: serves: on 80% and off 20% → on 20% and off 80%'],
    ],
    [
      'a rule moved up is one move, and the others did not change',
      flag([rule(1, 'a'), rule(2, 'b'), rule(3, 'c')]),
      flag([rule(1, 'c'), rule(2, 'a'), rule(3, 'b')]),
      ['Rule 1: moved: on when plan is “c”, was rule 3'],
    ],
    [
      'a rule put in front of others moves none of them',
      flag([rule(1, 'a'), rule(2, 'b')]),
      flag([rule(1, 'new'), rule(2, 'a'), rule(3, 'b')]),
      ['Rule 1: added: on when plan is “new”'],
    ],
    [
      'a rule taken out leaves the others as they are',
      flag([rule(1, 'a'), rule(2, 'b'), rule(3, 'c')]),
      flag([rule(1, 'b'), rule(2, 'c')]),
      ['Rule 1: on when plan is “a” → gone'],
    ],
    [
      'a rule moved and changed is both',
      flag([rule(1, 'a'), rule(2, 'b')]),
      flag([rule(1, 'b', { rollout: { percentage: 5 } }), rule(2, 'a')]),
      ['Rule 1: serves: on → on for 5%', 'Rule 2: moved: on when plan is “a”, was rule 1'],
    ],
    [
      'members of a long list are named, the rest is not',
      flag([listed(tokens(257))]),
      flag([listed([...tokens(256), 't257'])]),
      ['Rule 1: id is one of: added: “t257”', 'Rule 1: id is one of: “t256” → gone'],
    ],
    [
      'tags by name',
      flag([], { tags: ['a', 'b'] }),
      flag([], { tags: ['b', 'c'] }),
      ['Tags: added: “c”', 'Tags: “a” → gone'],
    ],
    [
      'fields, variations and metadata',
      flag([], { metadata: { team: 'x' } }),
      flag([], { enabled: false, description: 'New', variations: { on: true, off: false, new: true } }),
      ['Switch: on → off', 'Description: “New”', 'Variation new: true', 'Metadata team: “x” → gone'],
    ],
    [
      'the same share of other buckets',
      flag([range(0, 20)]),
      flag([range(80, 100)]),
      ['Rule 1: serves: on for 20% → on for 20% of other buckets'],
    ],
    [
      'priorities alone',
      flag([rule(1, 'a')]),
      flag([rule(10, 'a')]),
      ['Order: priorities and order only; nothing it serves'],
    ],
    ['nothing', flag([rule(1, 'a')]), flag([rule(1, 'a')]), []],
  ];
  it.each(cases)('%s', (_title, before, after, words) => {
    expect(read(before, after)).toEqual(words);
  });
});
