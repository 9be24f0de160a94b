import { type Context, compile, type Flag, type Rule } from '@halyard/engine';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitOffer, withOneSplit } from './one-split.ts';
import { ACCOUNT, companies, flags, users } from './testing/open-flags.ts';

const flag = (rules: Flag['rules'], default_variation = 'c'): Flag => ({
  key: 'f',
  enabled: true,
  variations: { a: 'a', b: 'b', c: 'c' },
  default_variation,
  rules,
});

/** Everywhere in the bucket space, without an attribute, and with values that are nothing to bucket by. */
const contexts: readonly Context[] = [
  ...users.flatMap((targetingKey, at) => [
    { targetingKey },
    { targetingKey, company: companies[(at * 37) % companies.length] ?? '' },
    { targetingKey, company: ['x'], plan: 'pro' },
  ]),
  ...companies.map((company) => ({ company, targetingKey: null })),
  {},
  { targetingKey: ['a'] },
  { targetingKey: { a: 1 }, company: {} },
  { plan: 'pro' },
];

const servedTo = (subject: Flag): readonly string[] => {
  const compiled = compile(subject, ACCOUNT);
  return contexts.map((context) => {
    const evaluation = compiled.evaluate(context);
    return evaluation.kind === 'served' ? evaluation.variant : JSON.stringify(evaluation);
  });
};

describe('turning open rules into one split', () => {
  it('makes of an import’s two percentages the shares that people have', () => {
    const subject = flag([
      { priority: 1, conditions: [], serve_variation: 'a', rollout: { percentage: 30 } },
      { priority: 2, conditions: [], serve_variation: 'b', rollout: { percentage: 70 } },
      { priority: 3, conditions: [], serve_variation: 'c' },
    ]);
    expect(splitOffer(subject)).toEqual({
      first: 0,
      count: 3,
      split: {
        allocations: [
          { variation: 'a', ranges: [[0, 30]] },
          { variation: 'b', ranges: [[30, 70]] },
          { variation: 'c', ranges: [[70, 100]] },
        ],
      },
    });
  });

  it('goes on as the first of the rules, with its id and its buckets', () => {
    const bucketing = { hash: 'unleash', salt: 'old' } as const;
    const rule = { conditions: [], serve_variation: 'a', rollout: { percentage: 30 }, bucketing };
    const subject = flag([
      { ...rule, id: 'first', priority: 1 },
      { ...rule, id: 'second', priority: 2, serve_variation: 'b', rollout: { percentage: 70 } },
    ]);
    const offer = splitOffer(subject);
    expect(offer && withOneSplit(subject, offer).rules).toMatchObject([{ id: 'first', bucketing }]);
  });

  it('keeps the rule for everyone where those without the attribute would get another variation', () => {
    const subject = flag([
      { priority: 1, conditions: [], serve_variation: 'a', rollout: { percentage: 30 } },
      { priority: 2, conditions: [], serve_variation: 'b' },
    ]);
    expect(splitOffer(subject)).toBeNull();
  });

  it('is not offered where one variation would come to hold all, and so get who has no attribute', () => {
    const rules: Rule[] = [
      { priority: 1, conditions: [], serve_variation: 'a', rollout: { percentage: 1, attribute: 'company' } },
      {
        priority: 2,
        conditions: [],
        split: { attribute: 'company', allocations: [{ variation: 'a', ranges: [[1, 100]] }] },
      },
    ];
    expect(splitOffer({ rules, default_variation: 'c' })).toBeNull();
    expect(splitOffer({ rules, default_variation: 'a' })).not.toBeNull();
  });

  it('moves nobody, whatever the rules', () => {
    let offered = 0;
    fc.assert(
      fc.property(flags, (subject) => {
        const offer = splitOffer(subject);
        if (offer === null) return;
        offered += 1;
        const after = withOneSplit(subject, offer);
        expect(after.rules.length).toBeLessThan(subject.rules.length);
        expect(servedTo(after)).toEqual(servedTo(subject));
      }),
      { numRuns: 600 },
    );
    // A property that never had anything to look at would prove nothing.
    expect(offered).toBeGreaterThan(50);
  });
});
