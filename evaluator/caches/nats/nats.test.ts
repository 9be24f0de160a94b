import { jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { appSpace, CacheUnavailable, EDGE_TTL_MS, type FlagCache } from '../port.ts';
import { flagCacheContract } from '../testing/contract.ts';
import { serverUrl, silent, unique } from '../testing/server.ts';
import { connectNatsCache } from './index.ts';
import { layoutOf } from './layout.ts';
import { loadFromNats } from './reader.ts';
import { openStreams } from './streams.ts';

const url = await serverUrl('HALYARD_TEST_NATS_URL', 'nats://127.0.0.1:4222');
const EDGE_MS = 500;
const SPACE = appSpace('account', 'app');

describe.skipIf(url === null)(`NATS (${url ?? 'no server'})`, () => {
  let admin: NatsConnection;
  const opened: FlagCache[] = [];
  const prefixes: string[] = [];

  beforeAll(async () => {
    admin = await connect({ servers: new URL(url ?? '').host });
  });
  afterAll(async () => {
    for (const prefix of prefixes) await removeAll(prefix);
    await admin.close();
  });

  const removeAll = async (prefix: string): Promise<void> => {
    const jsm = await jetstreamManager(admin);
    const { flags, heads, edges, reports } = layoutOf(prefix);
    for (const stream of [flags, heads, edges, reports]) await jsm.streams.delete(stream).catch(() => false);
  };
  const open = async (prefix: string): Promise<FlagCache> => {
    const cache = await connectNatsCache(url ?? '', {
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

  flagCacheContract({ describe, test, expect }, 'NATS', async () => {
    const prefix = newPrefix();
    return {
      cache: await open(prefix),
      other: await open(prefix),
      age: (ms) => new Promise((resolve) => setTimeout(resolve, (ms * EDGE_MS) / EDGE_TTL_MS)),
      close: async () => {
        await closeAll();
        await removeAll(prefix);
      },
    };
  });

  test('keeps reports while nobody takes them, and one that is filed twice once', async () => {
    const prefix = newPrefix();
    const [edge, writer] = [await open(prefix), await open(prefix)];
    await edge.report?.('a', '1', 'one');
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

  test.each(['flags', 'heads'] as const)('a cache whose %s were purged is noticed', async (which) => {
    const prefix = newPrefix();
    const cache = await open(prefix);
    await cache.replace(SPACE, { version: 3, entries: new Map([['a', '1']]) });
    const seen = await seenBy(cache);
    const jsm = await jetstreamManager(admin);
    await jsm.streams.purge(layoutOf(prefix)[which]);
    await until(() => seen.includes('absent'));
    expect(await cache.head(SPACE)).toBe(null);
    await cache.replace(SPACE, { version: 4, entries: new Map([['a', '2']]) });
    await until(() => seen.includes('snapshot 4'));
    await closeAll();
  });

  test('a cache whose streams were deleted is noticed, and filled again', async () => {
    const prefix = newPrefix();
    const cache = await open(prefix);
    await cache.replace(SPACE, { version: 3, entries: new Map([['a', '1']]) });
    const seen = await seenBy(cache);
    await removeAll(prefix);
    await until(() => seen.includes('absent'));
    await cache.replace(SPACE, { version: 4, entries: new Map([['a', '2']]) });
    await until(() => seen.includes('snapshot 4'));
    expect(await cache.publish(SPACE, { version: 5, changes: [] })).toBe('applied');
    await closeAll();
  });

  test('what a writer left that died amid a commit is invisible, and the commit can be made', async () => {
    const prefix = newPrefix();
    const cache = await open(prefix);
    const { heads, headSubject, flagSubject } = layoutOf(prefix);
    await cache.replace(SPACE, { version: 3, entries: new Map([['a', 'three']]) });
    const jsm = await jetstreamManager(admin);
    const head = await jsm.streams.getMessage(heads, { last_by_subj: headSubject(SPACE) });
    const said = head?.json<{ epoch: string }>();
    const { headers } = await import('@nats-io/transport-node');
    const { jetstream } = await import('@nats-io/jetstream');
    const js = jetstream(admin);
    await js.publish(headSubject(SPACE), JSON.stringify({ ...said, claim: 'the dead writer' }));
    for (const [key, isNew] of [
      ['a', false],
      ['b', true],
    ] as const) {
      const about = headers();
      about.set('Halyard-Version', '4');
      about.set('Halyard-Epoch', said?.epoch ?? '');
      if (isNew) about.set('Halyard-New', '1');
      await js.publish(flagSubject(SPACE, key), 'half of four', { headers: about });
    }
    const other = await open(prefix);
    expect(await other.load(SPACE)).toEqual({ version: 3, entries: new Map([['a', 'three']]) });
    const seen = await seenBy(other);
    expect(
      await cache.publish(SPACE, {
        version: 4,
        changes: [
          { key: 'a', value: 'four' },
          { key: 'b', value: 'four' },
        ],
      }),
    ).toBe('applied');
    await until(() => seen.includes('commit 4'));
    expect((await other.load(SPACE))?.entries).toEqual(
      new Map([
        ['a', 'four'],
        ['b', 'four'],
      ]),
    );
    await closeAll();
  });

  test('takes a commit of thousands of keys', async () => {
    const cache = await open(newPrefix());
    await cache.replace(SPACE, { version: 0, entries: new Map() });
    const seen = await seenBy(cache);
    const keys = Array.from({ length: 2_500 }, (_, i) => `k${i}`);
    await cache.publish(SPACE, { version: 1, changes: keys.map((key) => ({ key, value: '1' })) });
    await cache.publish(SPACE, { version: 2, changes: keys.slice(1).map((key) => ({ key, value: null })) });
    await until(() => seen.at(-1)?.endsWith(' 2') === true);
    expect((await cache.load(SPACE))?.entries).toEqual(new Map([['k0', '1']]));
    await closeAll();
  });

  test('an edge that read a space while a writer swept it waited 30 s for what the server passed over: it reads again', async () => {
    const prefix = newPrefix();
    const cache = await open(prefix);
    const entries = new Map(Array.from({ length: 3_000 }, (_, i) => [`k${i}`, 'x']));
    await cache.replace(SPACE, { version: 1, entries });
    const streams = await openStreams(admin, layoutOf(prefix));
    const { flags, flagSubject } = streams.layout;
    const left = flagSubject(SPACE, 'left by an earlier filling');
    await streams.js.publish(left, '');
    let swept = false;
    const head: typeof streams.head = async (space) => {
      if (!swept) await streams.jsm.streams.purge(flags, { filter: left });
      swept = true;
      return streams.head(space);
    };
    const loaded = await loadFromNats({ ...streams, head }, SPACE);
    expect(loaded?.snapshot).toEqual({ version: 1, entries });
    await closeAll();
  });

  test('a reader that joins amid a burst on one flag finds a whole version', async () => {
    const prefix = newPrefix();
    const cache = await open(prefix);
    const other = await open(prefix);
    await cache.replace(SPACE, { version: 0, entries: new Map([['still', '1']]) });
    let publishing = true;
    const burst = (async () => {
      for (let version = 1; version <= 300; version += 1) {
        await cache.publish(SPACE, { version, changes: [{ key: 'hot', value: `${version}` }] });
      }
      publishing = false;
    })();
    let loads = 0;
    while (publishing) {
      const loaded = await other.load(SPACE);
      if (loaded !== null && loaded.version > 0) expect(loaded.entries.get('hot')).toBe(`${loaded.version}`);
      expect(loaded?.entries.get('still')).toBe('1');
      loads += 1;
    }
    await burst;
    expect(loads).toBeGreaterThan(1);
    await closeAll();
  });
});

describe('a NATS that cannot be reached', () => {
  test('is said to be unavailable, at once and by every call', async () => {
    const cache = await connectNatsCache('nats://127.0.0.1:1', { log: silent });
    await expect(cache.head(SPACE)).rejects.toBeInstanceOf(CacheUnavailable);
    await expect(cache.load(SPACE)).rejects.toBeInstanceOf(CacheUnavailable);
    await expect(cache.publish(SPACE, { version: 1, changes: [] })).rejects.toBeInstanceOf(CacheUnavailable);
    await expect(cache.beat('edge', new Map())).rejects.toBeInstanceOf(CacheUnavailable);
    await cache.close();
  });
});
