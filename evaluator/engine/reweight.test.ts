import { describe, expect, it } from 'vitest';
import type { Split } from './model.ts';
import { reweight, weightsProblem } from './reweight.ts';
import { largestOf, rolloutOfSplit, sharesOf, splitOfRollout } from './split.ts';

const quarters: Split = {
  allocations: [
    { variation: 'a', ranges: [[0, 25]] },
    { variation: 'b', ranges: [[25, 50]] },
    { variation: 'c', ranges: [[50, 75]] },
    { variation: 'd', ranges: [[75, 100]] },
  ],
};

describe('reweight', () => {
  it('moves 15 % from 25/25/25/25 to 40/20/20/20', () => {
    expect(reweight(quarters, { a: 40, b: 20, c: 20, d: 20 })).toEqual({
      split: {
        allocations: [
          {
            variation: 'a',
            ranges: [
              [0, 25],
              [45, 50],
              [70, 75],
              [95, 100],
            ],
          },
          { variation: 'b', ranges: [[25, 45]] },
          { variation: 'c', ranges: [[50, 70]] },
          { variation: 'd', ranges: [[75, 95]] },
        ],
      },
      moved: 15,
    });
  });

  it('gives the largest piece to the largest wish', () => {
    const scattered: Split = {
      allocations: [
        {
          variation: 'x',
          ranges: [
            [10, 20],
            [40, 70],
          ],
        },
        {
          variation: 'y',
          ranges: [
            [0, 10],
            [20, 40],
            [70, 100],
          ],
        },
      ],
    };
    const { split } = reweight(scattered, { y: 60, b: 10, c: 30 });
    expect(split).toStrictEqual({
      allocations: [
        {
          variation: 'y',
          ranges: [
            [0, 10],
            [20, 40],
            [70, 100],
          ],
        },
        { variation: 'b', ranges: [[10, 20]] },
        { variation: 'c', ranges: [[40, 70]] },
      ],
    });
  });

  it('continues any range of a taker before it begins new ones', () => {
    const gap: Split = {
      allocations: [
        {
          variation: 'y',
          ranges: [
            [0, 10],
            [30, 40],
          ],
        },
        {
          variation: 'x',
          ranges: [
            [10, 30],
            [60, 100],
          ],
        },
      ],
    };
    expect(reweight(gap, { y: 25, w: 10, x: 60 }, { total: 95 }).split.allocations).toEqual([
      {
        variation: 'y',
        ranges: [
          [0, 10],
          [30, 45],
        ],
      },
      {
        variation: 'x',
        ranges: [
          [10, 30],
          [60, 100],
        ],
      },
      { variation: 'w', ranges: [[45, 55]] },
    ]);
    const two: Split = {
      allocations: [
        { variation: 'y', ranges: [[0, 10]] },
        { variation: 'x', ranges: [[30, 60]] },
      ],
    };
    expect(reweight(two, { y: 20, x: 35, w: 30 }, { total: 85 }).split.allocations).toEqual([
      { variation: 'y', ranges: [[0, 20]] },
      { variation: 'x', ranges: [[30, 65]] },
      {
        variation: 'w',
        ranges: [
          [20, 30],
          [65, 85],
        ],
      },
    ]);
  });

  it('makes a split where there was none', () => {
    expect(reweight(null, { a: 1, b: 1 }, { attribute: 'org.id' })).toEqual({
      split: {
        attribute: 'org.id',
        allocations: [
          { variation: 'a', ranges: [[0, 50]] },
          { variation: 'b', ranges: [[50, 100]] },
        ],
      },
      moved: 100,
    });
  });

  it('takes weights as relative, whatever their size', () => {
    const thirds = { a: 33.333334, b: 33.333333, c: 33.333333 };
    for (const size of [1e-300, 1, 1e300]) {
      expect(Object.fromEntries(sharesOf(reweight(null, { a: size, b: size, c: size }).split))).toEqual(
        thirds,
      );
    }
  });

  it('keeps the attribute, takes from who is not named, and leaves out who has nothing', () => {
    const before: Split = { ...quarters, attribute: 'org' };
    expect(reweight(before, { a: 1, b: 1, c: 0 })).toEqual({
      split: {
        attribute: 'org',
        allocations: [
          {
            variation: 'a',
            ranges: [
              [0, 25],
              [75, 100],
            ],
          },
          { variation: 'b', ranges: [[25, 75]] },
        ],
      },
      moved: 50,
    });
  });

  it('grows into what is free only after what was given up', () => {
    const half: Split = {
      allocations: [
        { variation: 'a', ranges: [[10, 30]] },
        { variation: 'b', ranges: [[50, 60]] },
      ],
    };
    const { split, moved } = reweight(half, { a: 1, b: 3 }, { total: 40 });
    expect(split.allocations).toEqual([
      { variation: 'a', ranges: [[10, 20]] },
      {
        variation: 'b',
        ranges: [
          [0, 10],
          [20, 30],
          [50, 60],
        ],
      },
    ]);
    expect(moved).toBe(20);
  });

  it('refuses weights that are none', () => {
    expect(weightsProblem({ a: -1 })).toBe('weights.a is -1; expected a finite number from 0');
    expect(weightsProblem({ a: Number.NaN })).toBe('weights.a is NaN; expected a finite number from 0');
    expect(weightsProblem({ a: '1' })).toBe('weights.a is "1"; expected a finite number from 0');
    expect(weightsProblem({ a: 0 })).toBe('weights has no weight above 0; expected at least one');
    expect(weightsProblem({})).toBe('weights has no weight above 0; expected at least one');
    expect(weightsProblem({ a: 0, b: 0.1 })).toBeNull();
    expect(() => reweight(null, { a: -1 })).toThrow(
      new RangeError('weights.a is -1; expected a finite number from 0'),
    );
  });
});

describe('a split', () => {
  it('is a rollout when one variation holds a stretch from 0', () => {
    expect(splitOfRollout({ percentage: 25, attribute: 'org' }, 'on')).toEqual({
      attribute: 'org',
      allocations: [{ variation: 'on', ranges: [[0, 25]] }],
    });
    expect(splitOfRollout({ percentage: 0 }, 'on')).toEqual({
      allocations: [{ variation: 'on', ranges: [] }],
    });
    const inPieces: Split = {
      attribute: 'org',
      allocations: [
        {
          variation: 'on',
          ranges: [
            [10, 25],
            [0, 10],
          ],
        },
      ],
    };
    expect(rolloutOfSplit(inPieces)).toEqual({
      serve_variation: 'on',
      rollout: { percentage: 25, attribute: 'org' },
    });
    expect(rolloutOfSplit({ allocations: [{ variation: 'on', ranges: [] }] })).toEqual({
      serve_variation: 'on',
      rollout: { percentage: 0 },
    });
    expect(rolloutOfSplit({ allocations: [] })).toBeNull();
    expect(rolloutOfSplit({ allocations: [{ variation: 'on', ranges: [[1, 25]] }] })).toBeNull();
    expect(
      rolloutOfSplit({
        allocations: [
          {
            variation: 'on',
            ranges: [
              [0, 25],
              [30, 40],
            ],
          },
        ],
      }),
    ).toBeNull();
    expect(rolloutOfSplit(quarters)).toBeNull();
  });

  it('tells the share of each variation, and the largest', () => {
    const split: Split = {
      allocations: [
        {
          variation: 'a',
          ranges: [
            [0, 0.1],
            [0.3, 0.5],
          ],
        },
        {
          variation: 'b',
          ranges: [
            [0.1, 0.3],
            [99.9, 100],
          ],
        },
        { variation: 'c', ranges: [] },
      ],
    };
    expect([...sharesOf(split)]).toEqual([
      ['a', 0.3],
      ['b', 0.3],
      ['c', 0],
    ]);
    expect(largestOf(split)).toBe('a');
    expect(largestOf({ allocations: [] })).toBeNull();
  });
});
