import { appSpace } from '@halyard/caches';
import { createMemoryCache } from '@halyard/caches/memory';
import { afterEach, describe, expect, test } from 'vitest';
import {
  ACCOUNT,
  APP,
  bulkOf,
  type Events,
  eventsOf,
  NOON,
  onFlag,
  revision,
} from '../testing/suites/world.ts';
import { cuttable, type ProcessWorld, startWorld } from '../testing/world.ts';

let world: ProcessWorld;
const opened: Events[] = [];
afterEach(async () => {
  for (const events of opened.splice(0)) await events.cancel();
  await world.edge.close();
});

const follow = async (path: string, headers: Readonly<Record<string, string>> = {}): Promise<Events> => {
  const response = await world.get(path, headers);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  const events = eventsOf(response);
  opened.push(events);
  return events;
};

const flagText = (key: string, more: object = {}): string => JSON.stringify(onFlag(key, more));

describe('the configuration stream', () => {
  test('gives a reader of another history a snapshot, if this edge is not behind', async () => {
    world = await startWorld({ a: onFlag('a') }, { limits: { heartbeatMs: 10 } });
    const events = await follow('/apps/shop/stream', { 'last-event-id': revision(30) });
    expect(await events.next()).toBe(':');
    expect(await events.next()).toBe(':');
    expect(await events.next()).toContain(`event: snapshot\nid: ${revision(1)}\n`);
  });

  test('is kept alive by comments', async () => {
    world = await startWorld({ a: onFlag('a') }, { limits: { heartbeatMs: 10 } });
    const events = await follow('/apps/shop/stream');
    await events.next();
    expect(await events.next()).toBe(':');
    expect(await events.next()).toBe(':');
  });

  test('cuts off a reader that does not keep up, and no other', async () => {
    world = await startWorld({ a: onFlag('a') }, { limits: { streamBytes: 4_000 } });
    const slow = await world.get('/apps/shop/stream');
    const events = await follow('/apps/shop/stream');
    await events.next();
    for (let version = 2; version <= 12; version += 1) {
      await world.commit({ a: onFlag('a', { description: 'x'.repeat(1_000) }) });
      expect(await events.next()).toContain(`event: change\nid: ${revision(version)}\n`);
    }
    await expect(slow.text()).rejects.toThrow('The reader is too slow.');
    expect(await world.edge.metrics()).toContain('halyard_edge_stream_dropped_total 1');
  });

  test('lets a reader take its time with a large snapshot', async () => {
    world = await startWorld(
      { a: onFlag('a', { description: 'x'.repeat(50_000) }) },
      { limits: { streamBytes: 4_000 } },
    );
    const response = await world.get('/apps/shop/stream');
    await world.commit({ b: onFlag('b') });
    const events = eventsOf(response);
    opened.push(events);
    expect(await events.next()).toContain(`event: snapshot\nid: ${revision(1)}\n`);
    expect(await events.next()).toContain(`event: change\nid: ${revision(2)}\n`);
  });

  test('ends when its token is revoked, and when the edge closes', async () => {
    world = await startWorld({ a: onFlag('a') });
    const revoked = await follow('/apps/shop/stream');
    const going = await follow('/apps/shop/stream', { authorization: 'Bearer every' });
    await revoked.next();
    await going.next();
    await world.revoke('config');
    expect(await revoked.next()).toBe(null);
    await world.commit({ b: onFlag('b') });
    expect(await going.next()).toMatch(/^event: change/);
    await world.edge.close();
    expect(await going.next()).toBe(null);
  });

  test('of a token that only the control plane knows ends when that says no', async () => {
    let good = true;
    world = await startWorld(
      { a: onFlag('a') },
      {
        limits: { heartbeatMs: 10 },
        authenticate: async () =>
          good
            ? {
                account: ACCOUNT,
                token_id: 't',
                name: 'n',
                permission: 'read',
                app_ids: null,
                allowed_origins: null,
                expires_at: null,
              }
            : null,
      },
    );
    const events = await follow('/apps/shop/stream', { authorization: 'Bearer reader' });
    await events.next();
    expect(await events.next()).toBe(':');
    good = false;
    let last: string | null = ':';
    while (last !== null) last = await events.next();
  });
});

describe("OFREP's event stream", () => {
  const streamUrl = async (headers: Readonly<Record<string, string>> = {}): Promise<string> => {
    const { eventStreams } = await bulkOf(await world.evaluate('', {}, headers));
    return eventStreams[0]?.endpoint.requestUri ?? '';
  };
  const open = async (url: string, headers: Readonly<Record<string, string>> = {}): Promise<Events> => {
    const response = await world.request(url, { headers });
    expect(response.status).toBe(200);
    const events = eventsOf(response);
    opened.push(events);
    return events;
  };

  test('that is quiet says that it is alive in a way that a page hears, as it hears of no comment', async () => {
    world = await startWorld({ a: onFlag('a') }, { limits: { heartbeatMs: 10 } });
    const url = await streamUrl();
    world.time += 10_000;
    const events = await open(url);
    expect(await events.next()).toBe(':');
    expect(await events.next()).toBe('data: {"type":"alive"}');
    await world.commit({ a: onFlag('a', { enabled: false }) });
    let event = await events.next();
    while (event === 'data: {"type":"alive"}') event = await events.next();
    expect(event).toContain('"refetchEvaluation"');
  });

  test('is counted while it is open', async () => {
    world = await startWorld({ a: onFlag('a') });
    const events = await open(await streamUrl());
    expect(await world.edge.metrics()).toContain('halyard_edge_stream_subscribers 1');
    await events.cancel();
    expect(await world.edge.metrics()).toContain('halyard_edge_stream_subscribers 0');
  });
});

describe('an edge that is cut off', () => {
  test('goes on answering what it has, and says for how long', async () => {
    const inner = createMemoryCache({ now: () => NOON });
    const cache = cuttable(inner);
    world = await startWorld({ a: onFlag('a') }, { cache });
    expect((await world.evaluate('/a', {})).headers.get('halyard-stale')).toBe(null);
    cache.cut();
    world.time += 7_400;
    const response = await world.evaluate('/a', {});
    expect(response.status).toBe(200);
    expect(response.headers.get('halyard-stale')).toBe('7');
    expect(response.headers.get('halyard-version')).toBe('1');
    expect((await world.evaluate('', {})).headers.get('halyard-stale')).toBe('7');
    expect((await world.get('/apps/shop/config')).headers.get('halyard-stale')).toBe('7');

    await inner.publish(appSpace(ACCOUNT, APP), { version: 2, changes: [{ key: 'a', value: null }] });
    await cache.heal();
    const healed = await world.evaluate('/a', {});
    expect(healed.status).toBe(404);
    expect(healed.headers.get('halyard-stale')).toBe(null);
    expect(healed.headers.get('halyard-version')).toBe('2');
  });

  test('is never older than zero seconds, also when the clock goes back', async () => {
    const cache = cuttable(createMemoryCache({ now: () => NOON }));
    world = await startWorld({ a: onFlag('a') }, { cache });
    cache.cut();
    world.time -= 60_000;
    expect((await world.evaluate('/a', {})).headers.get('halyard-stale')).toBe('0');
    await cache.heal();
  });

  test('knows every app of a small account before anybody asks for it', async () => {
    const cache = cuttable(createMemoryCache({ now: () => NOON }));
    world = await startWorld({ a: onFlag('a') }, { cache });
    cache.cut();
    expect((await world.evaluate('/a', {})).status).toBe(200);
    await cache.heal();
  });

  test('keeps what it has when the cache was emptied, and calls it stale', async () => {
    world = await startWorld({ a: onFlag('a') });
    expect((await world.evaluate('/a', {})).status).toBe(200);
    await world.cache.remove(appSpace(ACCOUNT, APP));
    await world.cache.remove('account/default');
    world.time += 3_000;
    const response = await world.evaluate('/a', {});
    expect(response.status).toBe(200);
    expect(response.headers.get('halyard-stale')).toBe('3');
    await world.cache.replace(appSpace(ACCOUNT, APP), {
      version: 1,
      entries: new Map([['a', flagText('a')]]),
    });
    expect((await world.evaluate('/a', {})).headers.get('halyard-stale')).toBe(null);
  });
});

describe('HEAD', () => {
  test('on the URL of a stream makes no subscribers that nobody ends', async () => {
    world = await startWorld({ flag: onFlag('flag') });
    const bulk = await bulkOf(await world.evaluate('', {}));
    const subscribers = async (): Promise<string | undefined> =>
      /halyard_edge_stream_subscribers (\d+)/.exec(await world.edge.metrics())?.[1];
    for (const path of ['/stream', '/apps/shop/stream', bulk.eventStreams[0]?.endpoint.requestUri ?? '']) {
      for (let times = 0; times < 100; times += 1) {
        const headers = { authorization: 'Bearer config' };
        expect((await world.request(path, { method: 'HEAD', headers })).status).toBe(200);
      }
    }
    expect(await subscribers()).toBe('0');
    const opened = await world.get('/stream');
    expect(await subscribers()).toBe('1');
    await opened.body?.cancel();
  });
});
