import { describe, expect, it } from 'vitest';
import { largestOf, rolloutOfSplit, sharesOf, splitOfRollout } from './split.ts';

const split = {
  allocations: [
    { variation: 'a', ranges: [[0, 20] as const] },
    { variation: 'b', ranges: [[20, 50] as const, [70, 75.000001] as const] },
    { variation: 'c', ranges: [[50, 70] as const] },
    { variation: 'd', ranges: [] },
  ],
};

describe('a split', () => {
  it('has a share for each variation', () => {
    expect([...sharesOf(split)]).toEqual([
      ['a', 20],
      ['b', 35.000001],
      ['c', 20],
      ['d', 0],
    ]);
  });

  it('has a largest share, the first of equals', () => {
    expect(largestOf(split)).toBe('b');
    expect(largestOf({ allocations: split.allocations.filter(({ variation }) => variation !== 'b') })).toBe(
      'a',
    );
    expect(largestOf({ allocations: [] })).toBe(null);
  });

  it('keeps the attribute of a rollout, and says none where it had none', () => {
    const by = { percentage: 5, attribute: 'plan' };
    expect(rolloutOfSplit(splitOfRollout(by, 'on'))?.rollout).toStrictEqual(by);
    expect(rolloutOfSplit(splitOfRollout({ percentage: 0 }, 'on'))?.rollout).toStrictEqual({ percentage: 0 });
    expect(splitOfRollout({ percentage: 5 }, 'on')).toStrictEqual({
      allocations: [{ variation: 'on', ranges: [[0, 5]] }],
    });
  });
});
