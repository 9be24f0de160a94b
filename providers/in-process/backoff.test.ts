import { describe, expect, test, vi } from 'vitest';
import { backoffMs, FIRST_MS, LONGEST_MS, wait } from './backoff.ts';

/** Numbers from 0 to below 1, the same every time (a linear congruential generator, constants of Numerical Recipes). */
const numbers = (): (() => number) => {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
};

describe('the wait between two attempts', () => {
  test('has a ceiling that grows as the trouble lasts, up to a limit', () => {
    const ceilings = [0, 500, 1_000, 2_500, 29_000, 60_000, 1e9].map((troubleMs) =>
      backoffMs(troubleMs, 0.999_999, 1_000, 30_000),
    );
    expect(ceilings).toEqual([999, 999, 999, 2499, 28999, 29999, 29999]);
    const floors = [0, 500, 1_000, 2_500, 60_000].map((troubleMs) => backoffMs(troubleMs, 0, 1_000, 30_000));
    expect(floors).toEqual([0, 250, 500, 1250, 15_000]);
  });

  test.for([0, 300, 3_000, 60_000])(
    'spreads 10,000 providers that lost an edge in the same instant for %i ms',
    (awayMs) => {
      const random = numbers();
      const attempts: number[] = [];
      const reconnections: number[] = [];
      for (let provider = 0; provider < 10_000; provider += 1) {
        let at = 0;
        do {
          at += backoffMs(at, random(), FIRST_MS, LONGEST_MS);
          attempts.push(at);
        } while (at < awayMs);
        reconnections.push(at - awayMs);
      }
      const busiest = (times: readonly number[], windowMs: number): number => {
        const counts = new Map<number, number>();
        for (const time of times) {
          const slot = Math.floor(time / windowMs);
          counts.set(slot, (counts.get(slot) ?? 0) + 1);
        }
        return Math.max(...counts.values());
      };
      const median = reconnections.toSorted((a, b) => a - b)[5_000];
      console.log(
        `10,000 providers, an edge away for ${awayMs} ms: at most ${busiest(attempts, 100)} attempts and ${busiest(
          reconnections,
          100,
        )} reconnections in any 100 ms; half are back after ${median} ms, all after ${Math.max(...reconnections)} ms`,
      );
      // A perfectly even spread over the first two seconds is 500 in 100 ms.
      expect(busiest(attempts, 100)).toBeLessThan(1_200);
      expect(busiest(reconnections, 100)).toBeLessThan(800);
      // Nobody is away for longer than the edge was, or two seconds.
      expect(Math.max(...reconnections)).toBeLessThan(Math.min(LONGEST_MS, Math.max(FIRST_MS, awayMs)));
    },
  );

  test('ends at once when it is aborted, and leaves no timer', async () => {
    vi.useFakeTimers();
    const ending = new AbortController();
    const waiting = wait(60_000, ending.signal);
    expect(vi.getTimerCount()).toBe(1);
    ending.abort();
    await waiting;
    expect(vi.getTimerCount()).toBe(0);
    await wait(60_000, ending.signal);
    vi.useRealTimers();
  });
});
