import type { Rule } from '@halyard/engine';
import { expect, test } from 'vitest';
import { type DraftRule, draftRuleOf, newRule } from './draft.ts';
import { placesOf, ruleMovedTo } from './rule-place.ts';

const open = (id: string): DraftRule => ({ ...draftRuleOf(ruleOf([])), id });
const targeted = (id: string): DraftRule => ({
  ...draftRuleOf(ruleOf([{ attribute: 'plan', operator: 'equals', value: id }])),
  id,
});
const ruleOf = (conditions: Rule['conditions']): Rule => ({ priority: 1, conditions, serve_variation: 'on' });
const idsOf = (rules: readonly DraftRule[]): string => rules.map(({ id }) => id).join('');

test.each([
  [
    'an open rule stays behind those with conditions',
    [targeted('a'), targeted('b'), open('c')],
    'c',
    0,
    'abc',
  ],
  [
    'no rule with conditions goes behind what is left for everyone else',
    [targeted('a'), open('b')],
    'a',
    1,
    'ab',
  ],
  ['open rules change places among themselves', [targeted('a'), open('b'), open('c')], 'c', 0, 'acb'],
  ['rules with conditions do too', [targeted('a'), targeted('b'), open('c')], 'b', 0, 'bac'],
  ['an open rule above others may go down to the end', [open('a'), targeted('b'), open('c')], 'a', 1, 'bac'],
  [
    'a rule that nobody finished is no open rule',
    [{ ...newRule('on'), id: 'a' }, targeted('b')],
    'b',
    0,
    'ba',
  ],
])('%s', (_, rules, id, place, expected) => {
  expect(idsOf(ruleMovedTo(rules, id, place))).toBe(expected);
});

test('the only open rule has one place', () => {
  expect(placesOf([targeted('a'), open('b')], 'b')).toEqual({ first: 1, last: 1 });
});
