import { afterAll, describe, expect, test } from 'vitest';
import { CacheUnavailable } from '../port.ts';
import { flagCacheContract } from '../testing/contract.ts';
import { recorder, remembering, SPACE, startKv, until } from '../testing/kv.ts';
import { unique } from '../testing/server.ts';
import type { KvNamespace } from './index.ts';

const { namespace, stop, open } = await startKv();
afterAll(stop);

flagCacheContract(
  { describe, test, expect },
  'Workers KV',
  async () => {
    const prefix = unique();
    const caches = [open({ prefix }), open({ prefix })] as const;
    return {
      cache: caches[0],
      other: caches[1],
      age: async () => undefined,
      close: async () => {
        for (const cache of caches) await cache.close();
      },
    };
  },
  { oneWriter: true, noReceipts: true },
);

describe('a large app in Workers KV', () => {
  const flag = (i: number): string => JSON.stringify({ key: `flag-${i}`, text: 'ä'.repeat(200), n: i });
  const entries = new Map(Array.from({ length: 100_000 }, (_, i) => [`flag-${i}`, flag(i)]));

  test('of 100,000 flags is in chunks that KV takes, and a toggle writes only itself', async () => {
    const prefix = unique();
    const written: number[] = [];
    const counting: KvNamespace = {
      get: (key, options) => namespace.get(key, options),
      put: (key, value) => {
        written.push(Buffer.byteLength(value));
        return namespace.put(key, value);
      },
      delete: (key) => namespace.delete(key),
      list: (options) => namespace.list(options),
    };
    const cache = open({ prefix, namespace: counting });
    await cache.replace(SPACE, { version: 1, entries });
    expect(written.length).toBeGreaterThan(3);
    expect(Math.max(...written)).toBeLessThan(25 * 1024 * 1024);

    const reader = open({ prefix });
    const seen: string[] = [];
    await reader.watch(SPACE, recorder(seen));
    written.length = 0;
    await cache.publish(SPACE, { version: 2, changes: [{ key: 'flag-7', value: '"toggled"' }] });
    expect(written.length).toBe(1);
    expect(written[0]).toBeLessThan(2_000);
    await until(() => seen.includes('commit 2'));
    expect(seen).toEqual(['snapshot 1', 'live', 'commit 2']);

    const loaded = await reader.load(SPACE);
    expect(loaded?.entries.size).toBe(100_000);
    expect(loaded?.entries.get('flag-7')).toBe('"toggled"');
    expect(loaded?.entries.get('flag-99999')).toBe(flag(99_999));
    await reader.close();
    await cache.close();
  });
});

describe('a Workers KV that cannot be reached', () => {
  const down: KvNamespace = {
    get: () => Promise.reject(new Error('KV GET failed: 503')),
    put: () => Promise.reject(new Error('KV PUT failed: 503')),
    delete: () => Promise.reject(new Error('KV DELETE failed: 503')),
    list: () => Promise.reject(new Error('KV LIST failed: 503')),
  };

  test('is said to be unavailable by every call', async () => {
    const cache = open({ namespace: down });
    await expect(cache.head(SPACE)).rejects.toBeInstanceOf(CacheUnavailable);
    await expect(cache.load(SPACE)).rejects.toBeInstanceOf(CacheUnavailable);
    await expect(cache.publish(SPACE, { version: 1, changes: [] })).rejects.toBeInstanceOf(CacheUnavailable);
    await expect(cache.replace(SPACE, { version: 1, entries: new Map() })).rejects.toBeInstanceOf(
      CacheUnavailable,
    );
    await expect(cache.watch(SPACE, recorder([]))).rejects.toBeInstanceOf(CacheUnavailable);
  });

  test('is waited for where nothing is read unless it is pulled', async () => {
    const prefix = unique();
    let reached = false;
    const flaky: KvNamespace = { ...down, get: (...args) => (reached ? namespace : down).get(...args) };
    const seen: string[] = [];
    const cache = open({ namespace: flaky, prefix, pollMs: null });
    await cache.watch(SPACE, recorder(seen));
    expect(seen).toEqual([]);
    await expect(cache.pull(SPACE)).rejects.toBeInstanceOf(CacheUnavailable);
    await open({ prefix }).replace(SPACE, { version: 3, entries: new Map([['a', '1']]) });
    reached = true;
    await cache.pull(SPACE);
    reached = false;
    await expect(cache.pull(SPACE)).rejects.toBeInstanceOf(CacheUnavailable);
    reached = true;
    await cache.pull(SPACE);
    expect(seen).toEqual(['cut off', 'snapshot 3', 'live', 'cut off', 'live']);
  });
});

describe('a namespace that was emptied', () => {
  const emptied = async (prefix: string): Promise<void> => {
    const { keys } = await namespace.list({ prefix });
    for (const { name } of keys) await namespace.delete(name);
  };

  test('leaves a watcher with what it has, cut off', async () => {
    const prefix = unique();
    const cache = open({ prefix });
    await cache.replace(SPACE, { version: 3, entries: new Map([['a', '1']]) });
    const seen: string[] = [];
    await open({ prefix }).watch(SPACE, recorder(seen));
    await emptied(prefix);
    await until(() => seen.includes('cut off'));
    await cache.replace(SPACE, { version: 3, entries: new Map([['a', '1']]) });
    await until(() => seen.length === 5);
    expect(seen).toEqual(['snapshot 3', 'live', 'cut off', 'snapshot 3', 'live']);
  });

  test('is a gap for its writer, though it remembers, but not before KV can be believed', async () => {
    const prefix = unique();
    let time = Date.now();
    const memory = remembering();
    const writer = () => open({ prefix, memory, now: () => time });
    await writer().replace(SPACE, { version: 3, entries: new Map() });
    await emptied(prefix);
    expect((await writer().head(SPACE))?.version).toBe(3);
    time += 3 * 60 * 1000;
    expect(await writer().head(SPACE)).toBe(null);
    expect(await writer().publish(SPACE, { version: 4, changes: [] })).toBe('gap');
  });
});
