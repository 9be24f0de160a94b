import { appKey, appSpace, newEpoch } from '@halyard/caches';
import { afterEach, describe, expect, test } from 'vitest';
import {
  ACCOUNT,
  APP,
  bulkOf,
  type Events,
  eventsOf,
  HISTORY,
  type Home,
  onFlag,
  revision,
  type World,
} from './world.ts';

const flagText = (key: string, more: object = {}): string => JSON.stringify(onFlag(key, more));

const noticeOf = (version: number): string =>
  `id: ${revision(version)}\ndata: {"type":"refetchEvaluation","etag":"${revision(version)}"}`;

export const streamsSuite = (home: Home): void => {
  describe(home.name, () => {
    let world: World;
    const opened: Events[] = [];
    afterEach(async () => {
      for (const events of opened.splice(0)) await events.cancel();
      await world.close();
    });

    const follow = async (path: string, headers: Readonly<Record<string, string>> = {}): Promise<Events> => {
      const response = await world.get(path, headers);
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
      const events = eventsOf(response);
      opened.push(events);
      return events;
    };

    describe('the configuration', () => {
      test('is one document with its version', async () => {
        world = await home.start({ a: onFlag('a'), b: onFlag('b') });
        const response = await world.get('/apps/shop/config');
        expect(response.status).toBe(200);
        expect(response.headers.get('etag')).toBe(`"${revision(1)}"`);
        expect(await response.json()).toEqual({
          account: 'default',
          app: 'shop',
          version: 1,
          ...HISTORY,
          flags: { a: onFlag('a'), b: onFlag('b') },
          segments: {},
        });
      });

      test('is not sent again while it is the same', async () => {
        world = await home.start({ a: onFlag('a') });
        const response = await world.get('/apps/shop/config', { 'if-none-match': `"${revision(1)}"` });
        expect(response.status).toBe(304);
        expect(response.headers.get('halyard-version')).toBe('1');
        await world.commit({ a: null });
        expect((await world.get('/apps/shop/config', { 'if-none-match': `"${revision(1)}"` })).status).toBe(
          200,
        );
      });

      test('stays readable with a damaged entry in it', async () => {
        world = await home.start({
          a: onFlag('a'),
          damaged: '{"key":',
          nothing: 'null',
          odd: '{"key":\n"odd"}',
        });
        expect(await (await world.get('/apps/shop/config')).json()).toMatchObject({
          flags: { a: onFlag('a'), damaged: {}, nothing: {}, odd: { key: 'odd' } },
        });
        const events = await follow('/apps/shop/stream');
        expect((await events.next())?.split('\n').length).toBe(3);
      });
    });

    describe('segments', () => {
      const beta = { key: 'beta', include: ['ada'] };

      test('are in the document and in changes, and what is not known here is in neither', async () => {
        const flags = { a: onFlag('a'), 'segment/beta': beta, 'ramp/a': { key: 'a' } };
        world = await home.start(flags);
        const held = { flags: { a: onFlag('a') }, segments: { beta } };
        expect(await (await world.get('/apps/shop/config')).json()).toMatchObject(held);
        const events = await follow('/apps/shop/stream');
        const snapshot = JSON.parse((await events.next())?.split('\ndata: ')[1] ?? '');
        expect([snapshot.flags, snapshot.segments]).toEqual([held.flags, held.segments]);
        await world.commit({ a: null, 'ramp/a': null, 'segment/beta': null, 'segment/new': { key: 'new' } });
        expect(await events.next()).toBe(
          `event: change\nid: ${revision(2)}\ndata: {"version":2,"changes":[{"kind":"segment","key":"beta","segment":null},{"kind":"segment","key":"new","segment":{"key":"new"}},{"key":"a","flag":null}]}`,
        );
        expect(JSON.parse(await (await world.get('/apps/shop/config')).text())).toEqual({
          account: 'default',
          app: 'shop',
          version: 2,
          ...HISTORY,
          flags: {},
          segments: { new: { key: 'new' } },
        });
      });

      test('with the key of a flag do not cost readers of former releases that flag', async () => {
        world = await home.start({ beta: onFlag('beta'), gone: onFlag('gone') });
        const events = await follow('/apps/shop/stream');
        await events.next();
        await world.commit({ gone: null, 'segment/gone': { key: 'gone' }, 'segment/beta': beta });
        expect(await events.next()).toContain(
          `"changes":[{"kind":"segment","key":"gone","segment":{"key":"gone"}},{"kind":"segment","key":"beta","segment":${JSON.stringify(beta)}},{"key":"beta","flag":${flagText('beta')}},{"key":"gone","flag":null}]}`,
        );
        // What is told again is the flag as it was then, also to a reader that comes later.
        await world.commit({ beta: onFlag('beta', { enabled: false }) });
        const late = await follow('/apps/shop/stream', { 'last-event-id': revision(1) });
        expect(await late.next()).toContain(`{"key":"beta","flag":${flagText('beta')}}`);
        expect(await late.next()).toContain('"enabled":false');
      });

      test('that are damaged leave the document readable', async () => {
        world = await home.start({ a: onFlag('a'), 'segment/odd': '{"key":\n"odd"}', 'segment/bad': '{' });
        expect(await (await world.get('/apps/shop/config')).json()).toMatchObject({
          segments: { odd: { key: 'odd' }, bad: {} },
        });
      });
    });

    describe('the configuration stream', () => {
      test('is a snapshot once, then every commit in order', async () => {
        world = await home.start({ a: onFlag('a') });
        const events = await follow('/apps/shop/stream');
        expect(await events.next()).toBe(
          `event: snapshot\nid: ${revision(1)}\ndata: {"account":"default","app":"shop","version":1,"identity":"the-database","epoch":"${HISTORY.epoch}","flags":{"a":${flagText('a')}},"segments":{}}`,
        );
        await world.commit({ b: onFlag('b'), a: null });
        await world.commit({});
        expect(await events.next()).toBe(
          `event: change\nid: ${revision(2)}\ndata: {"version":2,"changes":[{"key":"b","flag":${flagText('b')}},{"key":"a","flag":null}]}`,
        );
        expect(await events.next()).toBe(
          `event: change\nid: ${revision(3)}\ndata: {"version":3,"changes":[]}`,
        );
      });

      test('resumes after Last-Event-ID without a snapshot', async () => {
        world = await home.start({ a: onFlag('a') });
        await world.get('/apps/shop/config');
        await world.commit({ b: onFlag('b') });
        await world.commit({ c: onFlag('c') });
        const events = await follow('/apps/shop/stream', { 'last-event-id': revision(1) });
        expect(await events.next()).toContain(`event: change\nid: ${revision(2)}\n`);
        expect(await events.next()).toContain(`event: change\nid: ${revision(3)}\n`);
        const current = await follow('/apps/shop/stream', { 'last-event-id': revision(3) });
        expect(await current.next()).toBe(':');
        await world.commit({ c: null });
        expect(await events.next()).toContain(`event: change\nid: ${revision(4)}\n`);
        expect(await current.next()).toContain(`event: change\nid: ${revision(4)}\n`);
      });

      test('begins with a snapshot where history does not reach, or the id is not a version', async () => {
        world = await home.start({ a: onFlag('a') });
        await world.get('/apps/shop/config');
        for (let i = 0; i < 300; i += 1) await world.commit({ a: onFlag('a', { description: `${i}` }) });
        for (const id of [revision(1), revision(40), 'x', '-1', '46']) {
          const events = await follow('/apps/shop/stream', { 'last-event-id': id });
          expect(await events.next()).toContain(`event: snapshot\nid: ${revision(301)}\n`);
        }
        const events = await follow('/apps/shop/stream', { 'last-event-id': revision(46) });
        expect(await events.next()).toContain(`event: change\nid: ${revision(47)}\n`);
      });

      test('leaves a reader that is ahead waiting until this edge has caught up', async () => {
        world = await home.start({ a: onFlag('a') });
        const events = await follow('/apps/shop/stream', { 'last-event-id': revision(3) });
        expect(await events.next()).toBe(':');
        await world.commit({ b: onFlag('b') });
        await world.commit({ c: onFlag('c') });
        await world.commit({ d: onFlag('d') });
        expect(await events.next()).toContain(`event: change\nid: ${revision(4)}\n`);
      });

      test('sends a snapshot when commits could not be had one by one', async () => {
        world = await home.start({ a: onFlag('a') });
        const events = await follow('/apps/shop/stream');
        await events.next();
        await world.cache.replace(appSpace(ACCOUNT, APP), {
          version: 9,
          history: HISTORY,
          entries: new Map([['z', flagText('z')]]),
        });
        const first = await events.next();
        expect(first).toContain(`event: snapshot\nid: ${revision(9)}\n`);
        expect(first).toContain('"flags":{"z":');
        const history = { ...HISTORY, epoch: newEpoch(0, HISTORY.epoch) };
        await world.cache.replace(appSpace(ACCOUNT, APP), { version: 4, history, entries: new Map() });
        expect(await events.next()).toContain(`event: snapshot\nid: ${history.epoch}.4\n`);
      });

      test('ends when its app is deleted', async () => {
        world = await home.start({ a: onFlag('a') });
        const events = await follow('/apps/shop/stream');
        await events.next();
        await world.accountCommit([{ key: appKey('shop'), value: null }]);
        expect(await events.next()).toBe(null);
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
      const settle = (): void => {
        world.time += 10_000;
      };

      test('says that the app changed, and nothing else, without a token', async () => {
        world = await home.start({ a: onFlag('a') });
        const url = await streamUrl();
        settle();
        const events = await open(url);
        expect(await events.next()).toBe(':');
        await world.commit({ a: onFlag('a', { enabled: false }) });
        expect(await events.next()).toBe(noticeOf(2));
        await world.cache.replace(appSpace(ACCOUNT, APP), {
          version: 5,
          history: HISTORY,
          entries: new Map(),
        });
        expect(await events.next()).toBe(noticeOf(5));
      });

      test('tells one that comes back what it missed', async () => {
        world = await home.start({ a: onFlag('a') });
        const url = await streamUrl();
        await world.commit({});
        await world.commit({});
        settle();
        const events = await open(url, { 'last-event-id': revision(2) });
        expect(await events.next()).toBe(noticeOf(3));
        expect(await (await open(url, { 'last-event-id': revision(3) })).next()).toBe(':');
      });

      test('tells a newcomer of what changed between its evaluation and its stream', async () => {
        world = await home.start({ a: onFlag('a') });
        const url = await streamUrl();
        await world.commit({});
        world.time += 1_000;
        expect(await (await open(url)).next()).toBe(noticeOf(2));
      });

      test('has the same URL for half an hour, good for half an hour more', async () => {
        world = await home.start({ a: onFlag('a') });
        const url = await streamUrl();
        world.time += 30 * 60 * 1000 - 1;
        expect(await streamUrl()).toBe(url);
        world.time += 1;
        expect(await streamUrl()).not.toBe(url);
        expect((await world.request(url)).status).toBe(200);
        world.time += 30 * 60 * 1000;
        const response = await world.request(url);
        expect(response.status).toBe(401);
        expect(await response.json()).toEqual({
          errorCode: 'GENERAL',
          errorDetails: 'This ticket is not valid: evaluate again for a new one.',
        });
      });

      test('refuses a ticket that is damaged, for another app, signed by another, or missing', async () => {
        world = await home.start({ a: onFlag('a') });
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
          expect((await world.request(bad)).status).toBe(status);
        }
      });

      test('is no way to the configuration or to evaluations', async () => {
        world = await home.start({ a: onFlag('a') });
        const ticket = (await streamUrl()).split('ticket=')[1] ?? '';
        for (const path of [`/apps/shop/config?ticket=${ticket}`, `/apps/shop/stream?ticket=${ticket}`]) {
          expect((await world.request(path, { headers: { authorization: `Bearer ${ticket}` } })).status).toBe(
            401,
          );
        }
      });

      test('ends with the token, and its ticket is worth nothing then', async () => {
        world = await home.start({ a: onFlag('a') });
        const url = await streamUrl();
        settle();
        const events = await open(url);
        await events.next();
        await world.revoke('evaluate');
        expect(await events.next()).toBe(null);
        expect((await world.request(url)).status).toBe(401);
      });

      test('answers the origins of a browser token only', async () => {
        world = await home.start({ a: onFlag('a') });
        const url = await streamUrl({ authorization: 'Bearer browser', origin: 'https://shop.example' });
        const good = await world.request(url, { headers: { origin: 'https://shop.example' } });
        expect(good.headers.get('access-control-allow-origin')).toBe('https://shop.example');
        await good.body?.cancel();
        const bad = await world.request(url, { headers: { origin: 'https://evil.example' } });
        expect(bad.status).toBe(403);
      });
    });
  });
};
