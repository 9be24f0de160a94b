import type { Flag } from '@halyard/engine';
import { describe, expect, it } from 'vitest';
import { failingTests, testSentence } from './run-tests.ts';

const flag: Flag = {
  key: 'checkout',
  enabled: true,
  variations: { on: { a: 1, b: 2 }, off: {} },
  default_variation: 'off',
  rules: [
    {
      id: 'ramp',
      priority: 1,
      conditions: [{ operator: 'in_segment', value: ['pro'] }],
      serve_variation: 'on',
      rollout: { percentage: 25 },
    },
  ],
};
const surroundings = {
  account: 'acct',
  flag: () => undefined,
  segment: (key: string) =>
    key === 'pro'
      ? { key, conditions: [{ attribute: 'plan', operator: 'equals', value: 'pro' }] }
      : undefined,
};
const failing = (...tests: NonNullable<Flag['tests']>): readonly string[] =>
  failingTests({ ...flag, tests }, surroundings).map(testSentence);

describe('the tests of a flag', () => {
  const context = { plan: 'pro', targetingKey: 'ada' };

  it('pass where all that they expect is so', () => {
    expect(failing()).toEqual([]);
    expect(
      failing(
        { name: 'inside', context, at: { ramp: 24.999999 }, expect: { variant: 'on', reason: 'SPLIT' } },
        { name: 'outside', context, at: { ramp: 25 }, expect: { variant: 'off', reason: 'DEFAULT' } },
        { name: 'value', context, at: { ramp: 0 }, expect: { value: { b: 2, a: 1 } } },
        { name: 'nobody', context: { plan: 'free' }, at: { ramp: 0 }, expect: { variant: 'off' } },
        { name: 'without a key', context: { plan: 'pro' }, at: { ramp: 0 }, expect: { variant: 'on' } },
      ),
    ).toEqual([]);
  });

  it('fail with what was expected and got', () => {
    expect(
      failing(
        { name: 'a', context, at: { ramp: 30 }, expect: { variant: 'on' } },
        { name: 'b', context: {}, expect: { value: { a: 1 }, reason: 'SPLIT' } },
        { name: 'c', context: {}, at: { gone: 1 }, expect: { variant: 'off' } },
      ),
    ).toEqual([
      'Test "a" of the flag checkout expected variant "on", but got variant "off", reason DEFAULT',
      'Test "b" of the flag checkout expected value {"a":1}, reason SPLIT, but got variant "off", value {}, reason DEFAULT',
      'Test "c" of the flag checkout expected variant "off", but there is no rule "gone" any more',
    ]);
    const alone = { ...flag, tests: [{ name: 'd', context, expect: { variant: 'on' } }] };
    expect(failingTests(alone, { ...surroundings, segment: () => undefined }).map(testSentence)).toEqual([
      'Test "d" of the flag checkout expected variant "on", but PARSE_ERROR: rules[0].conditions[0].value[0] is "pro"; expected a segment that is in this app',
    ]);
  });
});
