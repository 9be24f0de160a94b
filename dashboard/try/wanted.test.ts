import { type Comparison, type Context, explain, OPERATORS } from '@halyard/engine';
import { describe, expect, it } from 'vitest';
import { seenAndWanted } from './wanted.ts';

const told = (comparison: Comparison, context: Context): string => {
  const flag = {
    key: 'f',
    enabled: true,
    variations: { a: 1, b: 2 },
    default_variation: 'a',
    rules: [{ priority: 1, conditions: [comparison], serve_variation: 'b' }],
  };
  const [condition] = explain(flag, context, 'default').rules[0]?.conditions ?? [];
  if (condition === undefined || !('seen' in condition) || condition.operator === 'in_share')
    throw new Error('expected a comparison');
  return seenAndWanted(condition);
};
const countries: Comparison = { attribute: 'country', operator: 'in', value: ['de', 'fr', 'nl'] };

describe('the trace of a condition says what was wanted as well as what was seen', () => {
  it.each([
    [countries, { country: 'us' }, 'country is "us", not one of "de", "fr", "nl"'],
    [countries, { country: 'fr' }, 'country is "fr", one of "de", "fr", "nl"'],
    [countries, {}, 'country is missing, not one of "de", "fr", "nl"'],
    [{ attribute: 'plan', operator: 'equals', value: 'pro' }, { plan: 'free' }, 'plan is "free", not "pro"'],
    [
      { attribute: 'age', operator: 'greater_than_or_equals', value: 18 },
      { age: 17 },
      'age is 17, not at least 18',
    ],
    [
      { attribute: 'v', operator: 'semver_greater_than_or_equals', value: '2.4' },
      { v: '2.3.9' },
      'v is "2.3.9", not version "2.4" or later',
    ],
    [
      { attribute: 'email', operator: 'ends_with', value: '@X.org', ignore_case: true },
      { email: 'a@x.org' },
      'email is "a@x.org", which ends with "@X.org" (in any case)',
    ],
    [{ attribute: 'plan', operator: 'exists' }, {}, 'plan is missing, and had to be present'],
  ] satisfies readonly (readonly [Comparison, Context, string])[])(
    '%j of %j',
    (comparison, context, text) => {
      expect(told(comparison, context)).toBe(text);
    },
  );

  it('has words for every operator', () => {
    for (const operator of Object.keys(OPERATORS)) {
      const text = seenAndWanted({
        attribute: 'a',
        operator: operator as Comparison['operator'],
        value: 'x',
        seen: { missing: true },
        held: false,
        why: 'a is missing',
      });
      expect(text).toMatch(/^a is missing, \S/);
    }
  });
});
