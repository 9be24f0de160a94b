import { describe, expect, test } from 'vitest';
import { createMemoryCache } from './memory.ts';
import type { FlagCache, Watcher } from './port.ts';
import { flagCacheContract } from './testing/contract.ts';

flagCacheContract({ describe, test, expect }, 'the cache in memory', async () => {
  let time = 1_700_000_000_000;
  const cache = createMemoryCache({ now: () => time });
  return {
    cache,
    other: cache,
    age: async (ms) => {
      time += ms;
    },
    close: () => cache.close(),
  };
});

describe('the cache in memory', () => {
  const versionsOf = (cache: FlagCache, onVersion: (version: number) => void): Promise<unknown> => {
    const watcher: Watcher = {
      snapshot: ({ version }) => onVersion(version),
      commit: ({ version }) => onVersion(version),
      absent: () => undefined,
      cutOff: () => undefined,
      live: () => undefined,
    };
    return cache.watch('space', watcher);
  };

  test('has shown a commit to every watcher before publish returns', async () => {
    const cache = createMemoryCache({ now: () => 0 });
    await cache.replace('space', { version: 0, entries: new Map() });
    const seen: number[] = [];
    await versionsOf(cache, (version) => seen.push(version));
    void cache.publish('space', { version: 1, changes: [] });
    expect(seen).toEqual([0, 1]);
  });

  test('shows the same order to all when a watcher publishes in turn', async () => {
    const cache = createMemoryCache({ now: () => 0 });
    await cache.replace('space', { version: 0, entries: new Map() });
    const seen: number[][] = [[], []];
    await versionsOf(cache, (version) => {
      seen[0]?.push(version);
      if (version === 1) void cache.publish('space', { version: 2, changes: [] });
    });
    await versionsOf(cache, (version) => seen[1]?.push(version));
    await cache.publish('space', { version: 1, changes: [] });
    expect(seen).toEqual([
      [0, 1, 2],
      [0, 1, 2],
    ]);
  });

  test('reports a watcher that throws', async () => {
    const errors: object[] = [];
    const cache = createMemoryCache({
      now: () => 0,
      log: { info: () => undefined, warn: () => undefined, error: (fields) => errors.push(fields) },
    });
    await versionsOf(cache, () => {
      throw new Error('no');
    });
    await cache.replace('space', { version: 0, entries: new Map() });
    expect(errors).toEqual([{ space: 'space', error: 'Error: no' }]);
  });
});
