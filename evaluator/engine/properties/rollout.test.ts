import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { explain } from '../explain/explain.ts';
import { compile, evaluate } from '../flag.ts';
import type { Bucketing, Flag, Split } from '../model.ts';
import { rolloutOfSplit, splitOfRollout } from '../split.ts';
import { percentage } from './arbitrary.ts';
import { RUNS } from './runs.ts';

// Seconds on a machine of its own; it may have to share one.
vi.setConfig({ testTimeout: 120_000 });

const HASHES: readonly Bucketing[] = [
  { hash: 'murmur3', salt: 'acct/ramp' },
  { hash: 'flagship', salt: 'acct:ramp' },
];

const base = (key: string, bucketing?: Bucketing) => ({
  key,
  enabled: true,
  variations: { on: true, off: false },
  default_variation: 'off',
  ...(bucketing === undefined ? {} : { bucketing }),
});

const ramp = (share: number, key = 'ramp', bucketing?: Bucketing): Flag => ({
  ...base(key, bucketing),
  rules: [{ priority: 1, conditions: [], serve_variation: 'on', rollout: { percentage: share } }],
});

const splitting = (split: Split, bucketing?: Bucketing): Flag => ({
  ...base('ramp', bucketing),
  rules: [{ priority: 1, conditions: [], split }],
});

const variantOf = (flag: Flag, targetingKey: unknown): string | null => {
  const answer = evaluate(flag, { targetingKey }, 'acct');
  return answer.kind === 'served' ? answer.variant : null;
};

const user = fc.oneof(fc.string({ unit: 'binary' }), fc.integer(), fc.uuid());
const bucketing = fc.constantFrom(...HASHES);

describe('a rollout', () => {
  it('never drops anyone when it grows', () => {
    fc.assert(
      fc.property(percentage, percentage, user, bucketing, (a, b, key, hash) => {
        const [less, more] = [ramp(Math.min(a, b), 'ramp', hash), ramp(Math.max(a, b), 'ramp', hash)];
        if (variantOf(less, key) === 'on') expect(variantOf(more, key)).toBe('on');
      }),
      { numRuns: RUNS },
    );
  });

  it('includes nobody at 0 and everybody at 100', () => {
    fc.assert(
      fc.property(user, bucketing, (key, hash) => {
        expect([variantOf(ramp(0, 'ramp', hash), key), variantOf(ramp(100, 'ramp', hash), key)]).toEqual([
          'off',
          'on',
        ]);
      }),
      { numRuns: RUNS / 2 },
    );
  });

  it('turns into a split and back without moving anyone', () => {
    fc.assert(
      fc.property(percentage, user, bucketing, (share, key, hash) => {
        const split = splitOfRollout({ percentage: share }, 'on');
        expect(variantOf(splitting(split, hash), key)).toBe(variantOf(ramp(share, 'ramp', hash), key));
        expect(rolloutOfSplit(split)).toEqual({ serve_variation: 'on', rollout: { percentage: share } });
      }),
      { numRuns: RUNS },
    );
  });

  it('is explained with a bucket that lies in a range exactly when the context does', () => {
    fc.assert(
      fc.property(percentage, user, bucketing, (share, key, hash) => {
        const [rule] = explain(ramp(share, 'ramp', hash), { targetingKey: key }, 'acct').rules;
        const bucket = rule?.share?.bucket ?? Number.NaN;
        expect(bucket).toBe(Number(bucket.toFixed(6)));
        expect(bucket < share).toBe(variantOf(ramp(share, 'ramp', hash), key) === 'on');
        // The bucket as a bound: outside up to it, inside just above it.
        expect(variantOf(ramp(bucket, 'ramp', hash), key)).toBe('off');
        const above = Number((bucket + 0.000001).toFixed(6));
        expect(variantOf(ramp(above, 'ramp', hash), key)).toBe('on');
      }),
      { numRuns: RUNS },
    );
  });

  it('serves what is certain to a context without the attribute, and nothing to one with an object there', () => {
    expect(variantOf(ramp(100), undefined)).toBe('on');
    expect(variantOf(ramp(100), null)).toBe('on');
    expect(variantOf(ramp(99.999999), undefined)).toBe('off');
    expect(variantOf(ramp(100), [])).toBe('off');
    expect(variantOf(ramp(100), {})).toBe('off');
    const halves: Split = {
      allocations: [
        {
          variation: 'on',
          ranges: [
            [50, 100],
            [0, 50],
          ],
        },
      ],
    };
    expect(variantOf(splitting(halves), null)).toBe('on');
    expect(variantOf(splitting(halves), [])).toBe('off');
  });
});

describe('buckets', () => {
  const USERS = 20_000;

  it('hold their share of people within six standard deviations', () => {
    for (const hash of HASHES) {
      for (const share of [1, 5, 25, 50, 90, 99]) {
        const flag = compile(ramp(share, 'ramp', hash), 'acct');
        let on = 0;
        for (let index = 0; index < USERS; index += 1) {
          const answer = flag.evaluate({ targetingKey: `user-${index}` });
          if (answer.kind === 'served' && answer.variant === 'on') on += 1;
        }
        const expected = (USERS * share) / 100;
        const deviation = Math.sqrt(expected * (1 - share / 100));
        expect(Math.abs(on - expected)).toBeLessThan(6 * deviation);
      }
    }
  });

  it('are independent between flags and between accounts', () => {
    const deciles: Flag = {
      ...base('a'),
      variations: Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`d${index}`, index])),
      default_variation: 'd0',
      rules: [
        {
          priority: 1,
          conditions: [],
          split: {
            allocations: Array.from({ length: 10 }, (_, index) => ({
              variation: `d${index}`,
              ranges: [[index * 10, index * 10 + 10]] as const,
            })),
          },
        },
      ],
    };
    const pairs = [
      [compile(deciles, 'one'), compile({ ...deciles, key: 'b' }, 'one')],
      [compile(deciles, 'one'), compile(deciles, 'two')],
    ] as const;
    for (const [left, right] of pairs) {
      const counts = new Array<number>(100).fill(0);
      for (let index = 0; index < USERS; index += 1) {
        const context = { targetingKey: `user-${index}` };
        const [a, b] = [left.evaluate(context), right.evaluate(context)];
        if (a.kind !== 'served' || b.kind !== 'served') throw new Error('both are flags that serve');
        const cell = Number(a.value) * 10 + Number(b.value);
        counts[cell] = (counts[cell] ?? 0) + 1;
      }
      const expected = USERS / 100;
      const chiSquared = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
      // 99 degrees of freedom: 165 is passed once in 30,000.
      expect(chiSquared).toBeLessThan(165);
    }
  });
});
