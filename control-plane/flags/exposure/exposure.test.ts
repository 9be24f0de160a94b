import { compile, type Evaluation, type Flag, type Range, type Rule } from '@halyard/engine';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exposureOf, exposureOfChange, offOf } from './exposure.ts';
import { effectOf } from './narrowing.ts';

const RUNS = Number(process.env['HALYARD_RUNS'] ?? 1000);

type Body = Omit<Rule, 'priority'>;

const flagOf = (...rules: readonly Body[]): Flag => ({
  key: 'f',
  enabled: true,
  variations: { off: 'off', on: 'on', other: 'other' },
  default_variation: 'off',
  // Each is one form of rule or the other, now with a priority and an id.
  rules: rules.map((rule, index) => ({ id: `r${index + 1}`, priority: index + 1, ...rule }) as Rule),
});

const open = (variation: string, percentage?: number, attribute?: string): Body => ({
  conditions: [],
  serve_variation: variation,
  ...(percentage === undefined
    ? {}
    : { rollout: { percentage, ...(attribute === undefined ? {} : { attribute }) } }),
});
const pro = { attribute: 'plan', operator: 'equals', value: 'pro' } as const;
const named = (...keys: string[]): Body => ({
  conditions: [{ attribute: 'targetingKey', operator: 'in', value: keys }],
  serve_variation: 'on',
});

describe('the exposure of a flag', () => {
  it.each<[string, Flag, number, readonly string[]]>([
    ['no rules', flagOf(), 0, []],
    ['a disabled flag', { ...flagOf(open('on')), enabled: false }, 0, []],
    ['a default that is not off', { ...flagOf(), off_variation: 'on' }, 100, []],
    ['off as the caller’s default', { ...flagOf(), off_variation: null }, 100, []],
    ['a rollout', flagOf(open('on', 25)), 25, ['r1']],
    ['a rule with conditions', flagOf({ conditions: [pro], serve_variation: 'on' }), 100, ['r1']],
    ['a rule that serves off', flagOf(open('off'), open('on', 10)), 10, ['r2']],
    ['rollouts of one point', flagOf(open('on', 25), open('other', 40)), 40, ['r1', 'r2']],
    ['rollouts of two points', flagOf(open('on', 25), open('other', 40, 'org')), 65, ['r1', 'r2']],
    ['more than everybody', flagOf(open('on', 70), open('other', 70, 'org')), 100, ['r1', 'r2']],
    [
      'a split',
      flagOf({
        conditions: [],
        split: {
          allocations: [
            {
              variation: 'on',
              ranges: [
                [0, 10],
                [90, 100],
              ],
            },
            { variation: 'off', ranges: [[10, 50]] },
            { variation: 'other', ranges: [[50, 60]] },
          ],
        },
      }),
      30,
      ['r1'],
    ],
  ])('of %s', (_, flag, share, by) => {
    expect(exposureOf(flag)).toEqual({ share, by, cohorts: [] });
  });

  it('counts rules for named keys apart, up to fifty keys', () => {
    expect(exposureOf(flagOf(named('ada', 'bob'), open('on', 5)))).toEqual({
      share: 5,
      by: ['r2'],
      cohorts: [{ rule: 'r1', attribute: 'targetingKey', size: 2 }],
    });
    const many = Array.from({ length: 51 }, (_, n) => `user-${n}`);
    expect(exposureOf(flagOf(named(...many))).share).toBe(100);
    const folded: Body = {
      conditions: [{ attribute: 'targetingKey', operator: 'equals', value: 'ada', ignore_case: true }],
      serve_variation: 'on',
    };
    expect(exposureOf(flagOf(folded)).share).toBe(100);
  });

  it('is everybody’s where a change moves what off serves', () => {
    const flag = flagOf();
    expect(exposureOfChange(null, flag)).toMatchObject({ before: { share: 0 }, after: { share: 0 } });
    expect(exposureOfChange(flag, { ...flag, off_variation: 'on' }).after.share).toBe(100);
    expect(
      exposureOfChange(flag, { ...flag, variations: { ...flag.variations, off: 'changed' } }).after.share,
    ).toBe(100);
    expect(exposureOfChange(flag, null).after.share).toBe(0);
  });
});

describe('the effect of a change', () => {
  const half = flagOf(open('on', 50));
  it.each<[string, Flag, Flag, string]>([
    ['turning off', half, { ...half, enabled: false }, 'narrows'],
    ['turning on', { ...half, enabled: false }, half, 'widens'],
    ['a smaller rollout', half, flagOf(open('on', 10)), 'narrows'],
    ['a larger rollout', half, flagOf(open('on', 60)), 'widens'],
    ['a rule that goes', half, flagOf(), 'narrows'],
    ['a new rule', flagOf(), half, 'widens'],
    ['a description', half, { ...half, description: 'x', tags: ['a'], owner: 'ada' }, 'neutral'],
    ['another value', half, { ...half, variations: { ...half.variations, on: 'new' } }, 'widens'],
    ['keys removed', flagOf(named('ada', 'bob')), flagOf(named('ada')), 'narrows'],
    ['keys added', flagOf(named('ada')), flagOf(named('ada', 'bob')), 'widens'],
    [
      'a smaller rollout before a rule that serves another',
      flagOf(open('on', 50), open('other')),
      flagOf(open('on', 10), open('other')),
      'widens',
    ],
    [
      'a smaller rollout before a rule that serves the same',
      flagOf(open('on', 50), { conditions: [pro], serve_variation: 'on' }),
      flagOf(open('on', 10), { conditions: [pro], serve_variation: 'on' }),
      'narrows',
    ],
    [
      'a rule that serves off and goes',
      flagOf({ conditions: [pro], serve_variation: 'off' }, open('on', 50)),
      { ...flagOf(), rules: [{ ...open('on', 50), id: 'r2', priority: 2 } as Rule] },
      'widens',
    ],
    ['nothing', half, { ...half }, 'neutral'],
  ])('of %s', (_, before, after, effect) => {
    expect(effectOf(before, after)).toBe(effect);
  });
});

const variation = fc.constantFrom('off', 'on', 'other');
const percentage = fc.constantFrom(0, 5, 25, 50, 75, 100);
const split: fc.Arbitrary<Body> = fc
  .tuple(
    fc.uniqueArray(percentage, { minLength: 2, maxLength: 4 }),
    fc.shuffledSubarray(['off', 'on', 'other'], { minLength: 1 }),
  )
  .map(([cuts, names]) => {
    const bounds = cuts.toSorted((a, b) => a - b);
    const ranges = bounds.slice(1).map((to, index): Range => [bounds[index] ?? 0, to]);
    return {
      conditions: [],
      split: {
        allocations: names.map((name, index) => ({
          variation: name,
          ranges: ranges.filter((_, place) => place % names.length === index),
        })),
      },
    };
  });
const body: fc.Arbitrary<Body> = fc.oneof(
  fc.tuple(variation, percentage).map(([name, share]) => open(name, share)),
  variation.map((name) => open(name)),
  fc.tuple(variation, percentage).map(([name, share]) => open(name, share, 'org')),
  split,
  fc.tuple(variation, fc.subarray(['u1', 'u2', 'u3', 'u4'])).map(([name, keys]) => ({
    ...named(...keys),
    serve_variation: name,
  })),
  fc.tuple(variation, percentage).map(([name, share]) => ({ ...open(name, share), conditions: [pro] })),
);
const flag: fc.Arbitrary<Flag> = fc
  .record({
    bodies: fc.array(body, { maxLength: 4 }),
    enabled: fc.oneof({ weight: 5, arbitrary: fc.constant(true) }, fc.constant(false)),
    default_variation: fc.oneof({ weight: 4, arbitrary: fc.constant('off') }, variation),
    off_variation: fc.oneof({ weight: 4, arbitrary: fc.constant('off') }, fc.option(variation)),
  })
  .map(({ bodies, ...rest }) => ({ ...flagOf(...bodies), ...rest }));

/** A flag and what somebody makes of it: rules that go, shares and keys that change, the switch. */
const change: fc.Arbitrary<readonly [Flag, Flag]> = fc
  .tuple(
    flag,
    fc.array(fc.constantFrom('keep', 'drop', 'share', 'keys'), { minLength: 4, maxLength: 4 }),
    percentage,
    fc.boolean(),
  )
  .map(([before, acts, share, off]) => [
    before,
    {
      ...before,
      enabled: before.enabled && !off,
      rules: before.rules.flatMap((rule, index): Rule[] => {
        const act = acts[index];
        if (act === 'drop') return [];
        if (act === 'share' && rule.rollout !== undefined) {
          return [{ ...rule, rollout: { ...rule.rollout, percentage: share } }];
        }
        const [first] = rule.conditions;
        if (act === 'keys' && first !== undefined && 'operator' in first && first.operator === 'in') {
          return [{ ...rule, conditions: [{ ...first, value: first.value.slice(1) }] }];
        }
        return [rule];
      }),
    },
  ]);

const CONTEXTS = Array.from({ length: 200 }, (_, n) => ({
  targetingKey: `u${n}`,
  ...(n % 3 === 0 ? { plan: 'pro' } : {}),
  ...(n % 5 === 0 ? {} : { org: `o${n % 17}` }),
}));

const variantOf = (evaluation: Evaluation): string | null =>
  evaluation.kind === 'served' ? evaluation.variant : null;

describe('over random flags', () => {
  it('no more contexts get anything but off than the exposure says', () => {
    const users = Array.from({ length: 1_000 }, (_, n) => ({
      targetingKey: `user-${n}`,
      org: `org-${n}`,
      plan: 'pro',
    }));
    fc.assert(
      fc.property(flag, (one) => {
        const { evaluate } = compile(one, 'acct');
        const off = offOf(one);
        const exposed = users.filter((user) => variantOf(evaluate(user)) !== off).length / users.length;
        const { share } = exposureOf(one);
        const p = share / 100;
        // Six standard deviations of a share of a thousand users; none where everybody or nobody is meant.
        expect(exposed).toBeLessThanOrEqual(p + 6 * Math.sqrt((p * (1 - p)) / users.length));
      }),
      { numRuns: RUNS },
    );
  });

  it('a change that narrows lets no further context get any one variation but off', () => {
    let narrowing = 0;
    fc.assert(
      fc.property(change, ([before, after]) => {
        if (effectOf(before, after) === 'widens') return;
        narrowing += 1;
        const [was, is] = [compile(before, 'acct'), compile(after, 'acct')];
        const off = offOf(before);
        for (const context of CONTEXTS) {
          const now = variantOf(is.evaluate(context));
          if (now !== off) expect(now).toBe(variantOf(was.evaluate(context)));
        }
        expect(exposureOf(after).share).toBeLessThanOrEqual(exposureOf(before).share);
      }),
      { numRuns: RUNS },
    );
    expect(narrowing).toBeGreaterThan(RUNS / 20);
  });
});
