import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { appSpace, CacheUnavailable, EDGE_TTL_MS, type FlagCache } from '../port.ts';
import { flagCacheContract } from '../testing/contract.ts';
import { serverUrl, silent, unique } from '../testing/server.ts';
import { connectRedisCache } from './index.ts';

const url = await serverUrl('HALYARD_TEST_REDIS_URL', 'redis://127.0.0.1:6379');
const EDGE_MS = 500;
const SPACE = appSpace('account', 'app');

describe.skipIf(url === null)(`Redis (${url ?? 'no server'})`, () => {
  const admin = createClient({ url: url ?? '' });
  const opened: FlagCache[] = [];
  const prefixes: string[] = [];

  beforeAll(async () => {
    await admin.connect();
  });
  afterAll(async () => {
    for (const prefix of prefixes) await removeAll(prefix);
    admin.destroy();
  });

  const removeAll = async (prefix: string): Promise<void> => {
    for await (const keys of admin.scanIterator({ MATCH: `${prefix}:*` })) {
      if (keys.length > 0) await admin.del(keys);
    }
  };
  const open = async (prefix: string): Promise<FlagCache> => {
    const cache = await connectRedisCache(url ?? '', {
      log: silent,
      prefix,
      edgeTtlMs: EDGE_MS,
      takeEveryMs: 20,
    });
    opened.push(cache);
    return cache;
  };
  const newPrefix = (): string => {
    const prefix = unique();
    prefixes.push(prefix);
    return prefix;
  };
  const closeAll = async (): Promise<void> => {
    for (const cache of opened.splice(0)) await cache.close();
  };

  flagCacheContract({ describe, test, expect }, 'Redis', async () => {
    const prefix = newPrefix();
    return {
      cache: await open(prefix),
      other: await open(prefix),
      age: (ms) => new Promise((resolve) => setTimeout(resolve, (ms * EDGE_MS) / EDGE_TTL_MS)),
      close: closeAll,
    };
  });

  test('keeps reports while nobody takes them', async () => {
    const prefix = newPrefix();
    const [edge, writer] = [await open(prefix), await open(prefix)];
    await edge.report?.('a', '1', 'one');
    await edge.report?.('a', '2', 'two');
    const seen: string[] = [];
    const taking = await writer.watchReports?.('a', async (reports) => {
      seen.push(...reports);
    });
    await expect.poll(() => seen).toEqual(['one', 'two']);
    await taking?.close();
    await closeAll();
  });

  const seenBy = async (cache: FlagCache): Promise<string[]> => {
    const seen: string[] = [];
    await cache.watch(SPACE, {
      snapshot: ({ version }) => seen.push(`snapshot ${version}`),
      commit: ({ version }) => seen.push(`commit ${version}`),
      absent: () => seen.push('absent'),
      cutOff: () => seen.push('cut off'),
      live: () => seen.push('live'),
    });
    return seen;
  };
  const until = (condition: () => boolean): Promise<void> =>
    expect.poll(condition, { timeout: 10_000, interval: 10 }).toBe(true);

  test('a flushed cache is noticed, though it says nothing', async () => {
    const prefix = newPrefix();
    const cache = await open(prefix);
    await cache.replace(SPACE, { version: 3, entries: new Map([['a', '1']]) });
    const seen = await seenBy(cache);
    await removeAll(prefix);
    await until(() => seen.includes('absent'));
    expect(await cache.head(SPACE)).toBe(null);
    await closeAll();
  });

  test.each(['entries', 'head'])('a space whose %s was evicted counts as lost', async (part) => {
    const prefix = newPrefix();
    const cache = await open(prefix);
    await cache.replace(SPACE, { version: 3, entries: new Map([['a', '1']]) });
    const seen = await seenBy(cache);
    await admin.del(`${prefix}:1:{${SPACE}}:${part}`);
    expect(await cache.head(SPACE)).toBe(null);
    expect(await cache.load(SPACE)).toBe(null);
    expect(await cache.publish(SPACE, { version: 4, changes: [] })).toBe('gap');
    await until(() => seen.includes('absent'));
    await cache.replace(SPACE, { version: 4, entries: new Map([['a', '2']]) });
    await until(() => seen.includes('snapshot 4'));
    await closeAll();
  });

  test('a damaged head counts as lost', async () => {
    const prefix = newPrefix();
    const cache = await open(prefix);
    await cache.replace(SPACE, { version: 3, entries: new Map([['a', '1']]) });
    await admin.hSet(`${prefix}:1:{${SPACE}}:head`, 'version', 'three');
    expect(await cache.head(SPACE)).toBe(null);
    expect(await cache.load(SPACE)).toBe(null);
    await closeAll();
  });

  test('a cache that came back with an older state is waited for, not followed back', async () => {
    const prefix = newPrefix();
    const cache = await open(prefix);
    await cache.replace(SPACE, { version: 3, entries: new Map([['a', '1']]) });
    const key = `${prefix}:1:{${SPACE}}:head`;
    const before = { ...(await admin.hGetAll(key)) };
    await cache.replace(SPACE, { version: 9, entries: new Map([['a', '9']]) });
    const seen = await seenBy(cache);
    await admin.hSet(key, before);
    await admin.publish(`${prefix}:1:changed:${SPACE}`, '3');
    await new Promise((resolve) => setTimeout(resolve, 100));
    await cache.replace(SPACE, { version: 10, entries: new Map([['a', '10']]) });
    await until(() => seen.includes('snapshot 10'));
    await until(() => seen.at(-1) === 'live');
    expect(seen).toEqual(['snapshot 9', 'live', 'cut off', 'snapshot 10', 'live']);
    await closeAll();
  });

  test('keeps a bounded log, and what it no longer has is read whole', async () => {
    const prefix = newPrefix();
    const cache = await open(prefix);
    await cache.replace(SPACE, { version: 0, entries: new Map() });
    const large = JSON.stringify('x'.repeat(200_000));
    for (let version = 1; version <= 30; version += 1) {
      await cache.publish(SPACE, { version, changes: [{ key: `k${version}`, value: large }] });
    }
    expect(await admin.xLen(`${prefix}:1:{${SPACE}}:log`)).toBe(20);
    expect((await cache.load(SPACE))?.entries.size).toBe(30);
    await closeAll();
  });

  test('takes a commit of thousands of keys', async () => {
    const prefix = newPrefix();
    const cache = await open(prefix);
    await cache.replace(SPACE, { version: 0, entries: new Map() });
    const seen = await seenBy(cache);
    const keys = Array.from({ length: 9_000 }, (_, i) => `k${i}`);
    await cache.publish(SPACE, { version: 1, changes: keys.map((key) => ({ key, value: '1' })) });
    await cache.publish(SPACE, { version: 2, changes: keys.slice(1).map((key) => ({ key, value: null })) });
    await until(() => seen.at(-1)?.endsWith(' 2') === true);
    expect((await cache.load(SPACE))?.entries).toEqual(new Map([['k0', '1']]));
    await closeAll();
  });

  test('survives that Redis forgot its scripts', async () => {
    const cache = await open(newPrefix());
    await cache.replace(SPACE, { version: 0, entries: new Map() });
    await admin.scriptFlush();
    expect(await cache.publish(SPACE, { version: 1, changes: [] })).toBe('applied');
    await closeAll();
  });

  test('refusals are a warning, however many there are, and no password is in it', async () => {
    const user = unique();
    await admin.sendCommand([
      'ACL',
      'SETUSER',
      user,
      'on',
      '>hunter2',
      '~*',
      '&*',
      '+@all',
      '-eval',
      '-evalsha',
    ]);
    const lines: string[] = [];
    const write =
      (level: string) =>
      (fields: object, message: string): void => {
        lines.push(`${level} ${message} ${JSON.stringify(fields)}`);
      };
    const log = { info: write('info'), warn: write('warn'), error: write('error') };
    const as = (password: string): string => {
      const address = new URL(url ?? '');
      address.username = user;
      address.password = password;
      return address.href;
    };
    const cache = await connectRedisCache(as('hunter2'), { log, prefix: unique() });
    for (let n = 0; n < 50; n += 1) await expect(cache.head(SPACE)).rejects.toBeInstanceOf(CacheUnavailable);
    await cache.close();
    expect(lines.filter((line) => !line.startsWith('info'))).toEqual([
      expect.stringMatching(/^warn Redis refuses commands\. .*NOPERM/),
    ]);

    lines.length = 0;
    const stranger = await connectRedisCache(as('hunter3'), { log, prefix: unique() });
    await stranger.close();
    expect(lines.filter((line) => line.includes('WRONGPASS'))).toHaveLength(1);
    expect(lines.join('\n')).not.toMatch(/hunter/);
    await admin.sendCommand(['ACL', 'DELUSER', user]);
  });
});

describe('a Redis that cannot be reached', () => {
  test('is said to be unavailable, at once and by every call', async () => {
    const cache = await connectRedisCache('redis://127.0.0.1:1', { log: silent });
    await expect(cache.head(SPACE)).rejects.toBeInstanceOf(CacheUnavailable);
    await expect(cache.load(SPACE)).rejects.toBeInstanceOf(CacheUnavailable);
    await expect(cache.publish(SPACE, { version: 1, changes: [] })).rejects.toBeInstanceOf(CacheUnavailable);
    await expect(cache.beat('edge', new Map())).rejects.toBeInstanceOf(CacheUnavailable);
    await expect(seenNothing(cache)).rejects.toBeInstanceOf(CacheUnavailable);
    await cache.close();
  });

  const seenNothing = (cache: FlagCache): Promise<unknown> => {
    const nothing = (): void => undefined;
    return cache.watch(SPACE, {
      snapshot: nothing,
      commit: nothing,
      absent: nothing,
      cutOff: nothing,
      live: nothing,
    });
  };
});
