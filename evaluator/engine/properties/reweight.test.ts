import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { evaluate } from '../flag.ts';
import type { Split } from '../model.ts';
import { reweight } from '../reweight.ts';
import { sharesOf } from '../split.ts';
import { RUNS } from './runs.ts';

// Seconds on a machine of its own; it may have to share one.
vi.setConfig({ testTimeout: 120_000 });

const NAMES = ['a', 'b', 'c', 'd', 'e', '__proto__'];

const weights = fc
  .array(
    fc.oneof(fc.integer({ min: 0, max: 1000 }), fc.constant(0), fc.double({ min: 0, max: 1e9, noNaN: true })),
    {
      minLength: 1,
      maxLength: NAMES.length,
    },
  )
  .filter((list) => list.some((weight) => weight > 0))
  .map(
    (list): Record<string, number> => Object.fromEntries(list.map((weight, index) => [NAMES[index], weight])),
  );

const total = fc.integer({ min: 1, max: 100_000_000 }).map((units) => units / 1_000_000);

/** Splits as they come to be: by one reweighting after another. */
const history = fc
  .array(fc.tuple(weights, fc.oneof(fc.constant(100), total)), { maxLength: 6 })
  .map((steps) =>
    steps.reduce<Split | null>((split, [next, share]) => reweight(split, next, { total: share }).split, null),
  );

const units = (percent: number): number => Math.round(percent * 1_000_000);

const unitsOf = (split: Split | null): ReadonlyMap<string, number> =>
  new Map([...(split === null ? [] : sharesOf(split))].map(([name, share]) => [name, units(share)]));

const sum = (values: Iterable<number>): number => [...values].reduce((running, value) => running + value, 0);

/** Who holds each stretch of the whole, cut wherever either split has a bound. */
const movedBetween = (before: Split | null, after: Split): number => {
  const pieces = (split: Split | null) =>
    (split?.allocations ?? []).flatMap(({ variation, ranges }) =>
      ranges.map(([from, to]) => ({ variation, from: units(from), to: units(to) })),
    );
  const [old, now] = [pieces(before), pieces(after)];
  const bounds = [
    ...new Set([0, 100_000_000, ...[...old, ...now].flatMap(({ from, to }) => [from, to])]),
  ].sort((a, b) => a - b);
  return sum(
    bounds.map((from, index) => {
      const at = (list: typeof old) => list.find((piece) => piece.from <= from && from < piece.to)?.variation;
      return at(old) === at(now) ? 0 : (bounds[index + 1] ?? from) - from;
    }),
  );
};

describe('reweighting', () => {
  it('gives each variation its part to 10⁻⁶ %, and the remainder to the largest', () => {
    fc.assert(
      fc.property(history, weights, total, (split, next, whole) => {
        const after = unitsOf(reweight(split, next, { total: whole }).split);
        expect(sum(after.values())).toBe(units(whole));
        const all = sum(Object.values(next));
        const largest = Math.max(...Object.values(next));
        for (const [name, weight] of Object.entries(next)) {
          const off = Math.abs((after.get(name) ?? 0) - (weight / all) * units(whole));
          expect(off).toBeLessThanOrEqual(weight === largest ? NAMES.length : 0.5001);
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('makes ranges that a flag accepts: ordered, disjoint, apart', () => {
    fc.assert(
      fc.property(history, weights, (split, next) => {
        const after = reweight(split, next).split;
        const flag = {
          key: 'f',
          enabled: true,
          variations: Object.fromEntries([...NAMES, 'off'].map((name) => [name, name])),
          default_variation: 'off',
          rules: [{ priority: 1, conditions: [], split: after }],
        };
        expect(evaluate(flag, { targetingKey: 'user' }, 'acct').kind).toBe('served');
        for (const { ranges } of after.allocations) {
          expect(ranges.length).toBeGreaterThan(0);
          for (const [index, [from]] of ranges.entries())
            expect(from).toBeGreaterThan(ranges[index - 1]?.[1] ?? -1);
        }
      }),
      { numRuns: RUNS / 2 },
    );
  });

  it('moves the least there is to move, and says how much', () => {
    fc.assert(
      fc.property(history, weights, total, (split, next, whole) => {
        const { split: after, moved } = reweight(split, next, { total: whole });
        const [old, now] = [unitsOf(split), unitsOf(after)];
        const names = new Set([...old.keys(), ...now.keys()]);
        const changes = [...names].map((name) => (now.get(name) ?? 0) - (old.get(name) ?? 0));
        const given = -sum(changes.filter((change) => change < 0));
        const taken = sum(changes.filter((change) => change > 0));
        expect(movedBetween(split, after)).toBe(units(moved));
        expect(units(moved)).toBe(Math.max(given, taken));
        if (sum(old.values()) === sum(now.values())) {
          expect(units(moved)).toBe(sum(changes.map(Math.abs)) / 2);
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('changes nothing when the weights say what is', () => {
    fc.assert(
      fc.property(weights, (next) => {
        const { split } = reweight(null, next);
        expect(reweight(split, next)).toEqual({ split, moved: 0 });
      }),
      { numRuns: RUNS / 2 },
    );
  });

  it('keeps ranges few, however often', () => {
    let seed = 1;
    const random = (): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return seed / 2 ** 32;
    };
    for (const variations of [2, 3, 5, 10]) {
      let split: Split | null = null;
      let most = 0;
      for (let step = 0; step < 500; step += 1) {
        const next = Object.fromEntries(
          Array.from({ length: variations }, (_, index) => [`v${index}`, 1 + Math.floor(random() * 1000)]),
        );
        split = reweight(split, next).split;
        most = Math.max(most, sum(split.allocations.map(({ ranges }) => ranges.length)));
      }
      expect(most).toBeLessThanOrEqual(12 * variations);
    }
  });
});
