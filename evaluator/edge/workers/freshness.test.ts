import { CacheUnavailable } from '@halyard/caches';
import { createMemoryCache } from '@halyard/caches/memory';
import { describe, expect, test } from 'vitest';
import { Freshness } from './freshness.ts';

const LIMITS = { freshMs: 5_000, waitMs: 10_000, patienceMs: 20 };
const SPACE = 'app/a/b';

interface Reading {
  readonly space: string;
  readonly done: () => void;
  readonly failed: () => void;
}

/** A cache whose readings end when the test says so. */
const open = () => {
  const clock = { time: 1_000_000 };
  const readings: Reading[] = [];
  const behind: Promise<unknown>[] = [];
  const cache = Object.assign(createMemoryCache({ now: () => clock.time }), {
    pull: (space: string) =>
      new Promise<void>((resolve, reject) => {
        readings.push({
          space,
          done: resolve,
          failed: () => reject(new CacheUnavailable('KV does not answer.')),
        });
      }),
  });
  const freshness = new Freshness(
    cache,
    LIMITS,
    () => clock.time,
    (work) => behind.push(work),
  );
  const read = async (): Promise<void> => {
    const reading = freshness.freshen(SPACE);
    readings.at(-1)?.done();
    await reading;
  };
  return { clock, readings, behind, freshness, read };
};

describe('a space in an isolate', () => {
  test('is read before it is used the first time', async () => {
    const { freshness, readings } = open();
    let ready = false;
    const freshening = freshness.freshen(SPACE)?.then(() => {
      ready = true;
    });
    await Promise.resolve();
    expect(ready).toBe(false);
    readings[0]?.done();
    await freshening;
    expect(ready).toBe(true);
  });

  test('is not read again for five seconds', async () => {
    const { clock, freshness, readings, read } = open();
    await read();
    clock.time += 4_999;
    expect(freshness.freshen(SPACE)).toBe(undefined);
    expect(readings.length).toBe(1);
    expect(freshness.freshen('another')).not.toBe(undefined);
  });

  test('is read once behind the answers for five seconds more', async () => {
    const { clock, freshness, readings, behind, read } = open();
    await read();
    clock.time += 5_000;
    expect(freshness.freshen(SPACE)).toBe(undefined);
    expect(freshness.freshen(SPACE)).toBe(undefined);
    expect([readings.length, behind.length]).toEqual([2, 1]);
    readings[1]?.done();
    await behind[0];
    clock.time += 4_999;
    expect(freshness.freshen(SPACE)).toBe(undefined);
    expect(readings.length).toBe(2);
  });

  test('is waited for by every request that comes later, each with a reading of its own', async () => {
    const { clock, freshness, readings, read } = open();
    await read();
    clock.time += 10_000;
    const first = freshness.freshen(SPACE);
    const second = freshness.freshen(SPACE);
    expect(readings.length).toBe(3);
    readings[2]?.done();
    await second;
    readings[1]?.done();
    await first;
  });

  test('is answered from as it is when KV takes too long, or fails', async () => {
    const { clock, freshness, readings, read } = open();
    await read();
    clock.time += 10_000;
    await freshness.freshen(SPACE);
    clock.time += 10_000;
    const failing = freshness.freshen(SPACE);
    readings.at(-1)?.failed();
    await failing;
    // The next ones are not held up.
    clock.time += 1_000;
    expect(freshness.freshen(SPACE)).toBe(undefined);
  });

  test('holds up nobody again at once when KV took too long, and is read on behind the answer', async () => {
    const { clock, freshness, readings, behind, read } = open();
    await read();
    clock.time += 10_000;
    await freshness.freshen(SPACE);
    expect([readings.length, behind.length]).toEqual([2, 1]);
    expect(freshness.freshen(SPACE)).toBe(undefined);
    clock.time += 5_000;
    expect(freshness.freshen(SPACE)).toBe(undefined);
    readings[1]?.done();
    await behind[0];
    expect(readings.length).toBe(2);
  });

  test('is read again when the reading behind an answer died with its request', async () => {
    const { clock, freshness, readings, behind, read } = open();
    await read();
    clock.time += 5_000;
    freshness.freshen(SPACE);
    expect(behind.length).toBe(1);
    await freshness.refresh(SPACE);
    expect(readings.length).toBe(2);
    clock.time += 10_000;
    const refreshing = freshness.refresh(SPACE);
    expect(readings.length).toBe(3);
    readings[2]?.done();
    await refreshing;
  });

  test('that fails behind an answer troubles nobody', async () => {
    const { clock, freshness, readings, behind, read } = open();
    await read();
    clock.time += 6_000;
    freshness.freshen(SPACE);
    readings.at(-1)?.failed();
    await expect(behind[0]).resolves.toBe(undefined);
  });

  test('is read sooner for who misses something in it', async () => {
    const { clock, freshness, readings, read } = open();
    await read();
    clock.time += 999;
    expect(freshness.freshen(SPACE, 1_000)).toBe(undefined);
    clock.time += 1;
    expect(freshness.freshen(SPACE)).toBe(undefined);
    const reading = freshness.freshen(SPACE, 1_000);
    expect(readings.length).toBe(2);
    readings[1]?.done();
    await reading;
  });

  test('counts as read when it is loaded through the cache', async () => {
    const { freshness, readings } = open();
    const loading = freshness.cache.pull?.(SPACE);
    readings[0]?.done();
    await loading;
    expect(freshness.freshen(SPACE)).toBe(undefined);
  });

  test('is read again when the clock went back far', async () => {
    const { clock, freshness, read } = open();
    await read();
    clock.time -= 60_000;
    expect(freshness.freshen(SPACE)).not.toBe(undefined);
  });
});
