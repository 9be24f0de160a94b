import { describe, expect, it } from 'vitest';
import { evenly, totalOf, withTotal, withWeight } from './weights.ts';

describe('weights that always total the same', () => {
  it('lets the others share what is left in their proportions', () => {
    expect(withWeight({ a: 50, b: 25, c: 25 }, 'a', 60)).toEqual({ a: 60, b: 20, c: 20 });
    expect(withWeight({ a: 100, b: 0, c: 0 }, 'a', 40)).toEqual({ a: 40, b: 30, c: 30 });
  });
  it('keeps the total whatever is asked for', () => {
    for (const weight of [-5, 0, 0.000001, 33.3, 99.999999, 100, 250]) {
      for (const name of ['a', 'b', 'c']) {
        const next = withWeight({ a: 33.333333, b: 33.333333, c: 33.333334 }, name, weight);
        expect(totalOf(next)).toBe(100);
        for (const share of Object.values(next)) expect(share).toBeGreaterThanOrEqual(0);
      }
    }
  });
  it('keeps a total below the whole, and the order of the variations', () => {
    const next = withWeight({ b: 20, a: 20 }, 'a', 30);
    expect(next).toEqual({ b: 10, a: 30 });
    expect(Object.keys(next)).toEqual(['b', 'a']);
  });
  it('cannot take from others where there are none', () => {
    expect(withWeight({ a: 100 }, 'a', 40)).toEqual({ a: 100 });
  });
});

it('shares evenly, the last taking the remainder', () => {
  expect(evenly(['a', 'b', 'c'])).toEqual({ a: 33, b: 33, c: 34 });
});

it('scales every weight with the total', () => {
  expect(withTotal({ a: 75, b: 25 }, 40)).toEqual({ a: 30, b: 10 });
  expect(withTotal({ a: 0, b: 0 }, 40)).toEqual({ a: 20, b: 20 });
});
