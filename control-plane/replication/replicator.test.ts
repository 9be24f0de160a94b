import {
  accountSpace,
  appSpace,
  CacheUnavailable,
  type Commit,
  compareEpochs,
  type FlagCache,
  type Snapshot,
} from '@halyard/caches';
import { createMemoryCache } from '@halyard/caches/memory';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FlagDefinition } from '../model/flag.ts';
import type { Standing, Stores } from '../store/port.ts';
import { openSqliteStores } from '../store/sqlite/index.ts';
import { quiet } from '../store/testing/quiet-log.ts';
import { deliver } from './deliver.ts';
import { createReplicator, type Replicator } from './replicator.ts';

const at = '2026-01-01T00:00:00.000Z';
const write = { actor: { name: 'ada', token_id: 't1' }, at, comment: null };
const flag = (key: string, enabled: boolean): FlagDefinition => ({
  key,
  enabled,
  variations: { on: true, off: false },
  default_variation: 'off',
  rules: [],
  bucketing: { hash: 'murmur3', salt: `acme/${key}` },
});

let stores: Stores;
let cache: FlagCache;
let replicator: Replicator;

const put = (key: string, enabled: boolean, app = 'shop') =>
  stores.app('acme', app).commit({
    keys: [key],
    decide: (current) => ({
      changes: [{ event: current.has(key) ? 'update' : 'create', key, after: flag(key, enabled) }],
      answer: null,
    }),
    write,
  });

const until = async (look: () => Promise<unknown>): Promise<void> => {
  for (const from = performance.now(); performance.now() - from < 10_000; ) {
    if ((await look()) === true) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error('not within 10 s');
};

const holds = async (space: string, version: number): Promise<boolean> =>
  (await cache.head(space))?.version === version;
const shop = appSpace('acme', 'shop');
const standing = async (): Promise<Standing> => {
  const found = await stores.app('acme', 'shop').outbox.standing();
  if (found === null) throw new Error('There is no app shop.');
  return found;
};

beforeEach(async () => {
  stores = await openSqliteStores(':memory:', { now: Date.now, log: quiet });
  cache = createMemoryCache({ now: Date.now, log: quiet });
  await stores.accounts.ensureAccount('acme', at);
  await stores.accounts.createApp('acme', { id: 'shop', name: 'shop', client_side_default: true }, write);
  replicator = createReplicator({ stores, cache, log: quiet, random: () => 0.5 });
});

afterEach(async () => {
  await replicator.close();
  await cache.close();
  await stores.close();
});

describe('the replicator', () => {
  test('brings what was committed before it started, and every commit after', async () => {
    await put('a', false);
    replicator.start();
    await until(() => holds(shop, 1));
    await put('a', true);
    await put('b', true);
    await until(() => holds(shop, 3));
    const { entries } = (await cache.load(shop)) as Snapshot;
    expect([...entries].map(([key, text]) => [key, JSON.parse(text).enabled])).toEqual([
      ['a', true],
      ['b', true],
    ]);
  });

  test('shows an app that never had a flag as there and empty', async () => {
    replicator.start();
    await until(() => holds(shop, 0));
    await until(async () => (await cache.load(accountSpace('acme')))?.entries.has('app/shop'));
  });

  test('publishes commit by commit, in order', async () => {
    replicator.start();
    await until(() => holds(shop, 0));
    const seen: number[] = [];
    const nothing = () => {};
    await cache.watch(shop, {
      snapshot: ({ version }) => seen.push(version),
      commit: ({ version }) => seen.push(version),
      absent: nothing,
      cutOff: nothing,
      live: nothing,
    });
    await Promise.all(Array.from({ length: 50 }, (_, i) => put(`flag-${i}`, true)));
    await until(() => holds(shop, 50));
    expect(seen).toEqual(Array.from({ length: 51 }, (_, i) => i));
  });

  test('publishes what waits in the outbox at once where the cache takes it so', async () => {
    await replicator.close();
    const batches: number[][] = [];
    const rarely: FlagCache = Object.assign(Object.create(cache) as FlagCache, {
      publish: () => Promise.reject(new Error('one by one')),
      publishAll: async (space: string, commits: readonly Commit[]) => {
        if (space === shop) batches.push(commits.map(({ version }) => version));
        for (const commit of commits) {
          if ((await cache.publish(space, commit)) === 'gap') return 'gap';
        }
        return 'applied';
      },
    });
    await cache.replace(shop, { ...(await standing()), version: 0, entries: new Map() });
    for (let i = 0; i < 30; i += 1) await put(`flag-${i}`, true);
    replicator = createReplicator({ stores, cache: rarely, log: quiet, random: () => 0.5 });
    replicator.start();
    await until(() => holds(shop, 30));
    expect(batches).toEqual([Array.from({ length: 30 }, (_, i) => i + 1)]);
  });

  test('repairs a cache that was emptied', async () => {
    replicator.start();
    await put('a', true);
    await until(() => holds(shop, 1));
    await cache.remove(shop);
    await until(() => holds(shop, 1));
    expect((await cache.load(shop))?.entries.has('a')).toBe(true);
  });

  test('fills an empty cache when it is started again, though everything was delivered to the one before', async () => {
    await put('a', true);
    for (const place of [
      { account: 'acme', app: null },
      { account: 'acme', app: 'shop' },
    ]) {
      await deliver(stores, createMemoryCache({ now: Date.now, log: quiet }), place);
      const outbox = place.app === null ? stores.accounts.outbox('acme') : stores.app('acme', 'shop').outbox;
      await outbox.delivered((await outbox.version()) ?? 0);
    }
    const before = await standing();
    replicator.start();
    await until(() => holds(shop, 1));
    await until(async () => (await cache.head(accountSpace('acme'))) !== null);
    expect((await cache.load(shop))?.entries.has('a')).toBe(true);
    // Who restored the database along with its cache is not told apart: what clients have may be something else.
    expect(compareEpochs((await standing()).history.epoch, before.history.epoch) > 0).toBe(true);
  });

  test('repairs a cache that went back', async () => {
    replicator.start();
    await put('a', true);
    await put('a', false);
    await until(() => holds(shop, 2));
    await cache.remove(shop);
    await cache.replace(shop, { history: (await standing()).history, version: 1, entries: new Map() });
    await until(() => holds(shop, 2));
  });

  test('forgets an app that was deleted', async () => {
    replicator.start();
    await put('a', true);
    await until(() => holds(shop, 1));
    await stores.accounts.deleteApp('acme', 'shop', write);
    await until(async () => (await cache.head(shop)) === null);
    await until(async () => (await cache.load(accountSpace('acme')))?.entries.has('app/shop') === false);
  });

  test('tries again until an outage of the cache is over, and loses nothing', async () => {
    await replicator.close();
    let down = true;
    let refused = 0;
    const flaky: FlagCache = Object.assign(Object.create(cache) as FlagCache, {
      head: (space: string) => {
        if (!down) return cache.head(space);
        refused += 1;
        return Promise.reject(new CacheUnavailable('down'));
      },
    });
    replicator = createReplicator({ stores, cache: flaky, log: quiet, random: () => 0 });
    replicator.start();
    await put('a', true);
    await until(async () => refused > 3);
    await put('b', true);
    down = false;
    await until(() => holds(shop, 2));
  });

  test('drops rows only after they were delivered', async () => {
    await put('a', true);
    expect(await stores.app('acme', 'shop').outbox.commits(0, 10)).toHaveLength(1);
    replicator.start();
    await until(async () => (await stores.app('acme', 'shop').outbox.commits(0, 10)).length === 0);
    expect((await cache.head(shop))?.version).toBe(1);
    expect(await stores.undelivered()).toEqual([]);
  });

  test('settles when the cache holds the version, and gives up in time when it does not', async () => {
    replicator.start();
    const place = { account: 'acme', app: 'shop' };
    await put('a', true);
    await replicator.settled(place, 1, 10_000);
    expect((await cache.head(shop))?.version).toBe(1);
    await replicator.settled(place, 2, 1);
  });
});
