import { CacheUnavailable } from '@halyard/caches';
import { createMemoryCache } from '@halyard/caches/memory';
import { expect, test, vi } from 'vitest';
import { followUses } from './uses.ts';

const NOON = Date.parse('2026-05-04T12:00:00Z');
const cache = createMemoryCache({ now: () => NOON });

const open = (tokenUsed: (id: string) => Promise<void>) => {
  const written: string[] = [];
  const errors: unknown[] = [];
  const following = followUses({
    cache,
    accounts: {
      tokenUsed: async (id, at) => {
        await tokenUsed(id);
        written.push(`${id} ${at}`);
      },
    },
    account: 'default',
    now: () => NOON,
    onError: (error) => errors.push(error),
  });
  return { following, written, errors };
};

test('a token that an edge was shown has been used', async () => {
  const { following, written, errors } = open(async (id) => {
    if (id === 'broken') throw new Error('the database is away');
  });
  await cache.used('default', ['one', 'broken', 'two', 'one']);
  await cache.used('another', ['three']);
  await vi.waitFor(() => expect(written.length).toBe(2));
  expect(written).toEqual(['one 2026-05-04T12:00:00.000Z', 'two 2026-05-04T12:00:00.000Z']);
  expect(errors.map(String)).toEqual(['Error: the database is away']);
  await following.close();
  await cache.used('default', ['one']);
  expect(written.length).toBe(2);
});

test('a cache that cannot be reached holds up nobody who closes', async () => {
  let asked = 0;
  const following = followUses({
    cache: {
      watchUses: async () => {
        asked += 1;
        throw new CacheUnavailable('away');
      },
    },
    accounts: { tokenUsed: async () => undefined },
    account: 'default',
    now: () => NOON,
    onError: () => undefined,
  });
  await vi.waitFor(() => expect(asked).toBe(1));
  await following.close();
  expect(asked).toBe(1);
});
