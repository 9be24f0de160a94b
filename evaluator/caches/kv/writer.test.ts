import { afterAll, describe, expect, test } from 'vitest';
import { recorder, remembering, SPACE, startKv } from '../testing/kv.ts';
import { unique } from '../testing/server.ts';
import { type KvCacheOptions, type KvNamespace, openKvCache } from './index.ts';

const { namespace, stop, open } = await startKv();
afterAll(stop);

describe('a writer of Workers KV', () => {
  test('waits a second between two writes of a head, and writes together what came meanwhile', async () => {
    const prefix = unique();
    const wroteAt = new Map<string, number>();
    let heads = 0;
    const strict: KvNamespace = {
      get: (key, options) => namespace.get(key, options),
      delete: (key) => namespace.delete(key),
      list: (options) => namespace.list(options),
      put: (key, value) => {
        const last = wroteAt.get(key) ?? Number.NEGATIVE_INFINITY;
        if (performance.now() - last < 990) return Promise.reject(new Error('KV PUT failed: 429'));
        wroteAt.set(key, performance.now());
        if (key.endsWith(':head')) heads += 1;
        return namespace.put(key, value);
      },
    };
    const cache = openKvCache({ namespace: strict, now: Date.now, prefix });
    await cache.replace(SPACE, { version: 0, entries: new Map() });
    const commits = Array.from({ length: 300 }, (_, i) => ({ version: i + 1, changes: [] }));
    const one = commits.slice(0, 100).map((commit) => cache.publish(SPACE, commit));
    const rest = cache.publishAll(SPACE, commits.slice(100));
    expect(await Promise.all([...one, rest])).toEqual(Array.from({ length: 101 }, () => 'applied'));
    expect(heads).toBe(2);
    expect((await cache.head(SPACE))?.version).toBe(300);
  });

  test('that starts again trusts its memory more than a location that answers from the past', async () => {
    const prefix = unique();
    const memory = remembering();
    const first = open({ prefix, memory });
    await first.replace(SPACE, { version: 0, entries: new Map() });
    const past = await namespace.get(`${prefix}:1:${SPACE}:head`, { type: 'text', cacheTtl: 60 });
    await first.publish(SPACE, { version: 1, changes: [] });
    const late: KvNamespace = {
      get: async () => past,
      put: (key, value) => namespace.put(key, value),
      delete: (key) => namespace.delete(key),
      list: (options) => namespace.list(options),
    };
    const again = open({ prefix, memory, namespace: late });
    expect((await again.head(SPACE))?.version).toBe(1);
    expect(await again.publish(SPACE, { version: 1, changes: [] })).toBe('already');
    expect(await again.publish(SPACE, { version: 2, changes: [] })).toBe('applied');
  });

  test('that died before it remembered believes what KV has', async () => {
    const prefix = unique();
    const memory = remembering();
    const writer = open({ prefix, memory });
    await writer.replace(SPACE, { version: 0, entries: new Map() });
    await open({ prefix }).publish(SPACE, { version: 1, changes: [] });
    expect((await open({ prefix, memory }).head(SPACE))?.version).toBe(1);
  });

  test('takes what follows of several commits, and says where there is a gap', async () => {
    const cache = open({ prefix: unique() });
    const commits = [3, 4, 6].map((version) => ({ version, changes: [] }));
    expect(await cache.publishAll(SPACE, commits)).toBe('gap');
    await cache.replace(SPACE, { version: 3, entries: new Map() });
    expect(await cache.publishAll(SPACE, commits)).toBe('gap');
    expect((await cache.head(SPACE))?.version).toBe(4);
    expect(await cache.publishAll(SPACE, commits.slice(0, 2))).toBe('already');
  });

  test('lets go of what no reader needs any more, ten minutes later, and at once when the space goes', async () => {
    const prefix = unique();
    let time = Date.now();
    const cache = open({ prefix, now: () => time });
    const keys = async () => (await namespace.list({ prefix })).keys.length;
    const large = JSON.stringify('x'.repeat(40_000));
    await cache.replace(SPACE, { version: 0, entries: new Map([['a', large]]) });
    expect(await keys()).toBe(2);
    await cache.replace(SPACE, { version: 1, entries: new Map([['a', large]]) });
    await cache.publish(SPACE, { version: 2, changes: [] });
    expect(await keys()).toBe(3);
    time += 11 * 60 * 1000;
    await cache.publish(SPACE, { version: 3, changes: [] });
    expect(await keys()).toBe(2);
    await cache.remove(SPACE);
    expect(await keys()).toBe(1);
    expect(await cache.head(SPACE)).toBe(null);
  });

  test('makes the log a new whole from time to time, and who is too far behind reads that', async () => {
    const prefix = unique();
    const cache = open({ prefix });
    const reader = open({ prefix, pollMs: null });
    await cache.replace(SPACE, { version: 0, entries: new Map([['a', '"a"']]) });
    const seen: string[] = [];
    await reader.watch(SPACE, recorder(seen));
    await reader.pull(SPACE);
    const large = JSON.stringify('x'.repeat(10_000));
    for (let version = 1; version <= 40; version += 1) {
      const key = `k${version % 3}`;
      await cache.publish(SPACE, { version, changes: [{ key, value: `${version}${large}` }] });
      if (version === 20) await reader.pull(SPACE);
    }
    expect(seen.length).toBe(22);
    expect(seen.at(-1)).toBe('commit 20');
    await reader.pull(SPACE);
    expect(seen.slice(22)).toEqual(['snapshot 40']);
    const { entries } = (await reader.load(SPACE)) ?? { entries: new Map() };
    expect([...entries.keys()].sort()).toEqual(['a', 'k0', 'k1', 'k2']);
    expect(entries.get('k1')).toBe(`40${large}`);
  });

  test('finds a damaged head lost', async () => {
    const prefix = unique();
    await open({ prefix }).replace(SPACE, { version: 3, entries: new Map() });
    for (const damaged of ['', '{"kind":"head"', '5', '{"kind":"head","version":"three"}']) {
      await namespace.put(`${prefix}:1:${SPACE}:head`, damaged);
      expect(await open({ prefix }).head(SPACE)).toBe(null);
      expect(await open({ prefix }).publish(SPACE, { version: 4, changes: [] })).toBe('gap');
    }
  });
});

describe('a reader that the writer tells of its head', () => {
  /** A location that answers what was there when it was made. */
  const frozen = async (prefix: string): Promise<KvNamespace> => {
    const past = new Map<string, string | null>();
    for (const { name } of (await namespace.list({ prefix })).keys) {
      past.set(name, await namespace.get(name, { type: 'text', cacheTtl: 60 }));
    }
    return { ...namespace, get: async (key) => past.get(key) ?? null };
  };
  const begin = async () => {
    const prefix = unique();
    const memory = remembering();
    const writer = open({ prefix, memory });
    await writer.replace(SPACE, { version: 1, entries: new Map([['a', '1']]) });
    const seen: string[] = [];
    const follow = async (heads: NonNullable<KvCacheOptions['heads']>) => {
      const reader = open({ prefix, namespace: await frozen(prefix), pollMs: null, heads });
      await reader.watch(SPACE, recorder(seen));
      return reader;
    };
    return { writer, memory, seen, follow };
  };

  test('does not wait for its location to hear of it', async () => {
    const { writer, memory, seen, follow } = await begin();
    const reader = await follow(async (space) => memory.load(space));
    await writer.publish(SPACE, { version: 2, changes: [{ key: 'a', value: '2' }] });
    await reader.pull(SPACE);
    expect(seen).toEqual(['snapshot 1', 'live']);
    await reader.pull(SPACE);
    await writer.publish(SPACE, { version: 3, changes: [] });
    await reader.pull(SPACE);
    expect(seen.slice(2)).toEqual(['commit 2', 'commit 3']);
  });

  test('asks the writer first where its location has nothing yet', async () => {
    const { writer, memory, seen } = await begin();
    await writer.publish(SPACE, { version: 2, changes: [] });
    const empty: KvNamespace = { ...namespace, get: async () => null };
    const heads = async (space: string) => memory.load(space);
    const reader = open({ prefix: unique(), namespace: empty, pollMs: null, heads });
    await reader.watch(SPACE, recorder(seen));
    await reader.pull(SPACE);
    expect(seen).toEqual(['snapshot 2', 'live']);
  });

  test.each([
    ['knows nothing', async () => null],
    ['fails', () => Promise.reject(new Error('the object is away'))],
    ['talks nonsense', async () => 'nonsense'],
    ['does not answer', () => new Promise<string>(() => undefined)],
  ])('reads KV where the writer %s', async (_, heads) => {
    const { seen, follow } = await begin();
    const reader = await follow(heads);
    await reader.pull(SPACE);
    await reader.pull(SPACE);
    expect(seen).toEqual(['snapshot 1', 'live']);
  });

  test('reads what KV has while the chunks of the newer head have not come', async () => {
    const { writer, memory, seen, follow } = await begin();
    const reader = await follow(async (space) => memory.load(space));
    const large = JSON.stringify('x'.repeat(40_000));
    await reader.pull(SPACE);
    await writer.publish(SPACE, { version: 2, changes: [{ key: 'a', value: large }] });
    await reader.pull(SPACE);
    expect(seen).toEqual(['snapshot 1', 'live']);
  });
});
