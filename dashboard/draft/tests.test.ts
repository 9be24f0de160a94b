import { type Context, explain, type FlagTest } from '@halyard/engine';
import { describe, expect, it } from 'vitest';
import { draftTestOf, finishTest, freeName, newTest, testOf } from './tests.ts';

const nameOf = (id: string): string => (id === ':1' ? 'renamed' : id);

describe('the draft of a test', () => {
  it.each<FlagTest>([
    { name: 'pro users', context: { plan: 'pro' }, expect: { variant: 'on' } },
    { name: 'a point', context: {}, at: { r1: 12.5 }, expect: { reason: 'SPLIT', value: { limit: [1] } } },
  ])('stands for the test it was made of: %j', (test) => {
    expect(finishTest(draftTestOf(test), nameOf)).toEqual({ test, problem: null });
  });

  it('expects a variation by what it is called now, and takes a targeting key alone for a context', () => {
    const draft = { ...newTest(), name: 'ada', text: 'ada', variation: ':1' };
    expect(finishTest(draft, nameOf).test).toEqual({
      name: 'ada',
      context: { targetingKey: 'ada' },
      expect: { variant: 'renamed' },
    });
  });

  it.each([
    ['without a name', { name: ' ' }, 'A test needs a name of 1 to 128 characters.'],
    [
      'that expects nothing',
      { variation: null },
      'A test expects a variation, a value or a reason. Choose one.',
    ],
    ['with a value that is not JSON', { value: '{' }, 'The expected value is not valid JSON.'],
    ['at no point', { at: { r1: Number.NaN } }, 'A point is a number from 0 to 100, such as 12.5.'],
    ['of a list', { text: '[1]' }, 'Expected a JSON object.'],
  ])('%s says so', (_, change, problem) => {
    const draft = { ...newTest(), name: 'n', text: 'ada', variation: 'on', ...change };
    expect(finishTest(draft, nameOf).problem).toBe(problem);
  });
});

describe('a test made of what was tried', () => {
  const flag = {
    key: 'f',
    enabled: true,
    variations: { on: true, off: false },
    default_variation: 'off',
    off_variation: null,
    rules: [
      {
        priority: 1,
        conditions: [{ attribute: 'plan', operator: 'equals', value: 'pro' }],
        serve_variation: 'on',
      },
    ],
  };
  const made = (context: Context, more: object = {}) => {
    const test = testOf(context, explain({ ...flag, ...more }, context, 'default'));
    return test === null ? null : finishTest(test, nameOf);
  };

  it('has its name, context and expectation from the answer', () => {
    expect(made({ targetingKey: 'ada', plan: 'pro' })).toEqual({
      test: { name: 'ada gets on', context: { targetingKey: 'ada', plan: 'pro' }, expect: { variant: 'on' } },
      problem: null,
    });
    expect(made({})?.test).toMatchObject({ name: 'A user gets off', expect: { variant: 'off' } });
  });

  it('expects the reason where nothing is served, and is none where the flag fails', () => {
    expect(made({}, { enabled: false })?.test.expect).toEqual({ reason: 'DISABLED' });
    expect(made({}, { default_variation: 'gone' })).toBe(null);
  });

  it('has a name that is free, however long', () => {
    const [a, long] = [{ name: 'a' }, { name: 'x'.repeat(128) }];
    expect(freeName('b', [a])).toBe('b');
    expect(freeName('a', [a, { name: 'a 2' }])).toBe('a 3');
    expect(freeName('x'.repeat(128), [long])).toBe(`${'x'.repeat(126)} 2`);
  });
});
