import { describe, expect, it } from 'vitest';
import type { FlagDefinition } from '../../model/flag.ts';
import { parseSplitWeights } from '../body/parse-body.ts';
import { current, definition, refusal, storedAs } from '../testing/fixture.ts';
import { reweightSplit } from './reweight-split.ts';

describe('reweighting', () => {
  const four: FlagDefinition = {
    ...definition,
    variations: { a: 'a', b: 'b', c: 'c', d: 'd' },
    default_variation: 'a',
    off_variation: 'a',
    rules: [
      {
        priority: 1,
        conditions: [],
        serve_variation: 'a',
        split: {
          allocations: ['a', 'b', 'c', 'd'].map((variation, place) => ({
            variation,
            ranges: [[place * 25, place * 25 + 25]],
          })),
        },
      },
    ],
  };
  const flags = new Map([['checkout', storedAs(four)]]);
  const weigh = (body: unknown) => reweightSplit('checkout', 1, parseSplitWeights(body), 7);

  it('of four quarters to 40/20/20/20 moves fifteen percent', () => {
    const { changes, answer } = weigh({ weights: { a: 40, b: 20, c: 20, d: 20 } }).decide(flags);
    expect(answer.moved).toBe(15);
    expect(changes).toMatchObject([
      { event: 'update', after: { rules: [{ serve_variation: 'a', split: answer.split }] } },
    ]);
  });

  it('names the largest share for clients that know no splits', () => {
    const [change] = weigh({ weights: { a: 1, b: 3 } }).decide(flags).changes;
    expect(change).toMatchObject({ after: { rules: [{ serve_variation: 'b' }] } });
  });

  it('starts from a rollout without moving those who are in', () => {
    const { changes, answer } = reweightSplit(
      'checkout',
      1,
      parseSplitWeights({ weights: { on: 5, off: 95 } }),
      7,
    ).decide(current);
    expect(answer.moved).toBe(95);
    const [change] = changes;
    expect(change).toMatchObject({
      after: {
        rules: [
          {
            priority: 1,
            split: {
              allocations: [
                { variation: 'on', ranges: [[0, 5]] },
                { variation: 'off', ranges: [[5, 100]] },
              ],
            },
          },
          {},
        ],
      },
    });
    expect(change?.event === 'update' && 'rollout' in (change.after.rules[0] ?? {})).toBe(false);
  });

  it('deals everybody anew by another attribute', () => {
    const { answer } = weigh({ weights: { a: 1, b: 1, c: 1, d: 1 }, attribute: 'company' }).decide(flags);
    expect(answer).toMatchObject({ moved: 75, split: { attribute: 'company' } });
    expect(
      weigh({ weights: { a: 1, b: 1, c: 1, d: 1 }, attribute: 'targetingKey' }).decide(flags).changes,
    ).toEqual([]);
  });

  it('refuses a name that is no variation', () => {
    expect(refusal(() => weigh({ weights: { a: 1, x: 1 } }).decide(flags))).toEqual({
      kind: 'invalid',
      issues: [
        {
          pointer: '/weights/x',
          message: 'weights names "x", which is not in variations; expected one of a, b, c, d',
        },
      ],
    });
  });

  it.each<readonly [unknown, string]>([
    [{}, 'weights is missing; expected an object of weights by variation, at least one above 0'],
    [{ weights: { a: -1 } }, 'weights.a is -1; expected a number from 0 to 1000000000'],
    [{ weights: { a: 0 } }, 'weights is an object; expected at least one weight above 0'],
    [{ weights: {} }, 'weights is an object; expected at least one weight above 0'],
    [
      JSON.parse('{"weights":{"a":1,"__proto__":1}}'),
      'weights names "__proto__"; expected names of variations',
    ],
    [{ weights: { a: 1 }, wieghts: 1 }, '"wieghts" is not a field of the body; did you mean "weights"?'],
  ])('refuses %j', (body, message) => {
    expect(refusal(() => parseSplitWeights(body)).issues.map((issue) => issue.message)).toEqual([message]);
  });
});
