import type { Condition, Flag, Rule } from '@halyard/engine';
import { describe, expect, it } from 'vitest';
import { conditionsWords } from './condition.ts';
import { currentWords, summaryWords } from './summary.ts';
import { textOf } from './words.ts';

const story: Condition = {
  logical_operator: 'AND',
  clauses: [
    { attribute: 'plan', operator: 'equals', value: 'enterprise' },
    {
      logical_operator: 'OR',
      clauses: [
        { attribute: 'country', operator: 'in', value: ['us', 'ca'] },
        { attribute: 'user.email', operator: 'ends_with', value: '@example.com', ignore_case: true },
      ],
    },
  ],
};

describe('a condition as a sentence', () => {
  const cases: readonly (readonly [string, readonly Condition[], string])[] = [
    ['none holds for everyone', [], 'everyone'],
    [
      'puts a group of the other kind in brackets',
      [story],
      'plan is “enterprise” and (country is one of “us” or “ca” or user.email ends with “@example.com” in any case)',
    ],
    [
      'joins the list of a rule with and',
      [
        { attribute: 'a', operator: 'exists' },
        { attribute: 'b', operator: 'greater_than', value: 3 },
      ],
      'a is present and b is more than 3',
    ],
    [
      'drops the brackets of a group of one',
      [{ logical_operator: 'OR', clauses: [{ attribute: 'a', operator: 'not_exists' }] }],
      'a is missing',
    ],
    [
      'closes a version comparison after its value',
      [{ attribute: 'v', operator: 'semver_greater_than_or_equals', value: '2.1' }],
      'v is version “2.1” or later',
    ],
    [
      'counts the members it does not show',
      [{ attribute: 'id', operator: 'in', value: [1, 2, 3, 4, 5, 6, 7] }],
      'id is one of 1, 2, 3, 4, 5 and 2 more',
    ],
  ];
  it.each(cases)('%s', (_title, conditions, sentence) => {
    expect(textOf(conditionsWords(conditions))).toBe(sentence);
  });
});

const flag = (rules: readonly Rule[], more: Partial<Flag> = {}): Flag => ({
  key: 'f',
  enabled: true,
  variations: { on: true, off: false },
  default_variation: 'off',
  rules,
  ...more,
});

describe('what a flag serves in one line', () => {
  const plan: Condition = { attribute: 'plan', operator: 'equals', value: 'pro' };
  const cases: readonly (readonly [string, Flag, string])[] = [
    ['no rules', flag([]), 'off for everyone'],
    [
      'what other flags have to serve first',
      flag([], { prerequisites: [{ flag: 'a', variations: ['on'] }] }),
      'off for everyone, if its prerequisite is met',
    ],
    [
      'a group of people and a share of the rest',
      flag([
        { priority: 2, conditions: [], serve_variation: 'on', rollout: { percentage: 25 } },
        { priority: 1, conditions: [plan], serve_variation: 'on' },
      ]),
      'on when plan is “pro”, on for 25% of the rest, otherwise off',
    ],
    [
      'a catch-all leaves nothing for the default',
      flag([{ priority: 1, conditions: [], serve_variation: 'on', rollout: { percentage: 100 } }]),
      'on for everyone',
    ],
    [
      'a share of a group',
      flag([{ priority: 1, conditions: [plan], serve_variation: 'on', rollout: { percentage: 5 } }]),
      'on for 5% when plan is “pro”, otherwise off',
    ],
    [
      'a split',
      flag([
        {
          priority: 1,
          conditions: [],
          split: {
            allocations: [
              { variation: 'on', ranges: [[0, 33.3]] },
              {
                variation: 'off',
                ranges: [
                  [33.3, 50],
                  [60, 100],
                ],
              },
            ],
          },
        },
      ]),
      'on 33.3% and off 56.7% for everyone, otherwise off',
    ],
    [
      'many rules are counted',
      flag([1, 2, 3, 4, 5].map((priority) => ({ priority, conditions: [plan], serve_variation: 'on' }))),
      'on when plan is “pro”, on when plan is “pro”, on when plan is “pro”, 2 more rules, otherwise off',
    ],
  ];
  it.each(cases)('%s', (_title, subject, line) => {
    expect(textOf(summaryWords(subject))).toBe(line);
  });

  it('names the off variation while the flag is off, the default one if it has none', () => {
    expect(textOf(currentWords(flag([], { enabled: false })))).toBe('off for everyone: the flag is off');
    expect(textOf(currentWords(flag([], { enabled: false, off_variation: 'on' })))).toBe(
      'on for everyone: the flag is off',
    );
  });
});
