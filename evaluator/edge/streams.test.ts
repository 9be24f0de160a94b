import { appKey, appSpace } from '@halyard/caches';
import { createMemoryCache } from '@halyard/caches/memory';
import { afterEach, describe, expect, test } from 'vitest';
import {
  ACCOUNT,
  APP,
  bulkOf,
  cuttable,
  type Events,
  eventsOf,
  NOON,
  onFlag,
  startWorld,
  type World,
} from './edge.fixture.ts';

let world: World;
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

describe('the configuration', () => {
  test('is one document with its version', async () => {
    world = await startWorld({ a: onFlag('a'), b: onFlag('b') });
    const response = await world.get('/apps/shop/config');
    expect(response.status).toBe(200);
    expect(response.headers.get('etag')).toBe('"1"');
    expect(await response.json()).toEqual({
      account: 'default',
      app: 'shop',
      version: 1,
      flags: { a: onFlag('a'), b: onFlag('b') },
    });
  });

  test('is not sent again while it is the same', async () => {
    world = await startWorld({ a: onFlag('a') });
    const response = await world.get('/apps/shop/config', { 'if-none-match': '"1"' });
    expect(response.status).toBe(304);
    expect(response.headers.get('halyard-version')).toBe('1');
    await world.commit({ a: null });
    expect((await world.get('/apps/shop/config', { 'if-none-match': '"1"' })).status).toBe(200);
  });

  test('stays readable with a damaged entry in it', async () => {
    world = await startWorld({ a: onFlag('a'), damaged: '{"key":', nothing: 'null', odd: '{"key":\n"odd"}' });
    expect(await (await world.get('/apps/shop/config')).json()).toMatchObject({
      flags: { a: onFlag('a'), damaged: {}, nothing: {}, odd: { key: 'odd' } },
    });
    const events = await follow('/apps/shop/stream');
    expect((await events.next())?.split('\n').length).toBe(3);
  });
});

describe('the configuration stream', () => {
  test('is a snapshot once, then every commit in order', async () => {
    world = await startWorld({ a: onFlag('a') });
    const events = await follow('/apps/shop/stream');
    expect(await events.next()).toBe(
      `event: snapshot\nid: 1\ndata: {"account":"default","app":"shop","version":1,"flags":{"a":${flagText('a')}}}`,
    );
    await world.commit({ b: onFlag('b'), a: null });
    await world.commit({});
    expect(await events.next()).toBe(
      `event: change\nid: 2\ndata: {"version":2,"changes":[{"key":"b","flag":${flagText('b')}},{"key":"a","flag":null}]}`,
    );
    expect(await events.next()).toBe('event: change\nid: 3\ndata: {"version":3,"changes":[]}');
  });

  test('resumes after Last-Event-ID without a snapshot', async () => {
    world = await startWorld({ a: onFlag('a') });
    await world.get('/apps/shop/config');
    await world.commit({ b: onFlag('b') });
    await world.commit({ c: onFlag('c') });
    const events = await follow('/apps/shop/stream', { 'last-event-id': '1' });
    expect(await events.next()).toMatch(/^event: change\nid: 2\n/);
    expect(await events.next()).toMatch(/^event: change\nid: 3\n/);
    const current = await follow('/apps/shop/stream', { 'last-event-id': '3' });
    expect(await current.next()).toBe(':');
    await world.commit({ c: null });
    expect(await events.next()).toMatch(/^event: change\nid: 4\n/);
    expect(await current.next()).toMatch(/^event: change\nid: 4\n/);
  });

  test('begins with a snapshot where history does not reach, or the id is not a version', async () => {
    world = await startWorld({ a: onFlag('a') });
    await world.get('/apps/shop/config');
    for (let i = 0; i < 300; i += 1) await world.commit({ a: onFlag('a', { description: `${i}` }) });
    for (const id of ['1', '40', 'x', '-1']) {
      const events = await follow('/apps/shop/stream', { 'last-event-id': id });
      expect(await events.next()).toMatch(/^event: snapshot\nid: 301\n/);
    }
    const events = await follow('/apps/shop/stream', { 'last-event-id': '46' });
    expect(await events.next()).toMatch(/^event: change\nid: 47\n/);
  });

  test('leaves a reader that is ahead waiting until this edge has caught up', async () => {
    world = await startWorld({ a: onFlag('a') });
    const events = await follow('/apps/shop/stream', { 'last-event-id': '3' });
    expect(await events.next()).toBe(':');
    await world.commit({ b: onFlag('b') });
    await world.commit({ c: onFlag('c') });
    await world.commit({ d: onFlag('d') });
    expect(await events.next()).toMatch(/^event: change\nid: 4\n/);
  });

  test('gives a reader of another history a snapshot, if this edge is not behind', async () => {
    world = await startWorld({ a: onFlag('a') }, { limits: { heartbeatMs: 10 } });
    const events = await follow('/apps/shop/stream', { 'last-event-id': '30' });
    expect(await events.next()).toBe(':');
    expect(await events.next()).toBe(':');
    expect(await events.next()).toMatch(/^event: snapshot\nid: 1\n/);
  });

  test('sends a snapshot when commits could not be had one by one', async () => {
    world = await startWorld({ a: onFlag('a') });
    const events = await follow('/apps/shop/stream');
    await events.next();
    await world.cache.replace(appSpace(ACCOUNT, APP), {
      version: 9,
      entries: new Map([['z', flagText('z')]]),
    });
    expect(await events.next()).toMatch(/^event: snapshot\nid: 9\n.*"flags":\{"z":/);
    await world.cache.replace(appSpace(ACCOUNT, APP), { version: 4, entries: new Map() });
    expect(await events.next()).toMatch(/^event: snapshot\nid: 4\n/);
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
      expect(await events.next()).toMatch(new RegExp(`^event: change\nid: ${version}\n`));
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
    expect(await events.next()).toMatch(/^event: snapshot\nid: 1\n/);
    expect(await events.next()).toMatch(/^event: change\nid: 2\n/);
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

  test('ends when its app is deleted', async () => {
    world = await startWorld({ a: onFlag('a') });
    const events = await follow('/apps/shop/stream');
    await events.next();
    await world.accountCommit([{ key: appKey('shop'), value: null }]);
    expect(await events.next()).toBe(null);
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
    const response = await world.edge.app.request(url, { headers });
    expect(response.status).toBe(200);
    const events = eventsOf(response);
    opened.push(events);
    return events;
  };
  const settle = (): void => {
    world.time += 10_000;
  };

  test('says that the app changed, and nothing else, without a token', async () => {
    world = await startWorld({ a: onFlag('a') });
    const url = await streamUrl();
    settle();
    const events = await open(url);
    expect(await events.next()).toBe(':');
    await world.commit({ a: onFlag('a', { enabled: false }) });
    expect(await events.next()).toBe('id: 2\ndata: {"type":"refetchEvaluation","etag":"2"}');
    await world.cache.replace(appSpace(ACCOUNT, APP), { version: 5, entries: new Map() });
    expect(await events.next()).toBe('id: 5\ndata: {"type":"refetchEvaluation","etag":"5"}');
  });

  test('tells one that comes back what it missed', async () => {
    world = await startWorld({ a: onFlag('a') });
    const url = await streamUrl();
    await world.commit({});
    await world.commit({});
    settle();
    const events = await open(url, { 'last-event-id': '2' });
    expect(await events.next()).toBe('id: 3\ndata: {"type":"refetchEvaluation","etag":"3"}');
    expect(await (await open(url, { 'last-event-id': '3' })).next()).toBe(':');
  });

  test('tells a newcomer of what changed between its evaluation and its stream', async () => {
    world = await startWorld({ a: onFlag('a') });
    const url = await streamUrl();
    await world.commit({});
    world.time += 1_000;
    expect(await (await open(url)).next()).toBe('id: 2\ndata: {"type":"refetchEvaluation","etag":"2"}');
  });

  test('has the same URL for half an hour, good for half an hour more', async () => {
    world = await startWorld({ a: onFlag('a') });
    const url = await streamUrl();
    world.time += 30 * 60 * 1000 - 1;
    expect(await streamUrl()).toBe(url);
    world.time += 1;
    expect(await streamUrl()).not.toBe(url);
    expect((await world.edge.app.request(url)).status).toBe(200);
    world.time += 30 * 60 * 1000;
    const response = await world.edge.app.request(url);
    expect(response.status).toBe(401);
    expect(await response.json()).toEqual({
      errorCode: 'GENERAL',
      errorDetails: 'This ticket is not valid: evaluate again for a new one.',
    });
  });

  test('refuses a ticket that is damaged, for another app, signed by another, or missing', async () => {
    world = await startWorld({ a: onFlag('a') });
    const url = await streamUrl();
    const [path, ticket = ''] = url.split('ticket=');
    const [payload = '', signature = ''] = ticket.split('.');
    const forged = btoa('["shop","t-evaluate",9999999999999,0]').replaceAll('=', '');
    for (const [bad, status] of [
      [`${path}ticket=${payload}.${signature.slice(1)}`, 401],
      [`${path}ticket=${forged}.${signature}`, 401],
      [`${path}ticket=${payload}`, 401],
      [`${path}ticket=a.b.c`, 401],
      [`${path}ticket=ä.ö`, 401],
      [`${path}`, 401],
      [url.replace('/shop/', '/blog/'), 403],
    ] as const) {
      expect((await world.edge.app.request(bad)).status).toBe(status);
    }
  });

  test('is no way to the configuration or to evaluations', async () => {
    world = await startWorld({ a: onFlag('a') });
    const ticket = (await streamUrl()).split('ticket=')[1] ?? '';
    for (const path of [`/apps/shop/config?ticket=${ticket}`, `/apps/shop/stream?ticket=${ticket}`]) {
      expect(
        (await world.edge.app.request(path, { headers: { authorization: `Bearer ${ticket}` } })).status,
      ).toBe(401);
    }
  });

  test('ends with the token, and its ticket is worth nothing then', async () => {
    world = await startWorld({ a: onFlag('a') });
    const url = await streamUrl();
    settle();
    const events = await open(url);
    await events.next();
    await world.revoke('evaluate');
    expect(await events.next()).toBe(null);
    expect((await world.edge.app.request(url)).status).toBe(401);
  });

  test('answers the origins of a browser token only', async () => {
    world = await startWorld({ a: onFlag('a') });
    const url = await streamUrl({ authorization: 'Bearer browser', origin: 'https://shop.example' });
    const good = await world.edge.app.request(url, { headers: { origin: 'https://shop.example' } });
    expect(good.headers.get('access-control-allow-origin')).toBe('https://shop.example');
    await good.body?.cancel();
    const bad = await world.edge.app.request(url, { headers: { origin: 'https://evil.example' } });
    expect(bad.status).toBe(403);
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
