import { appKey, tokenKey } from '@halyard/caches';
import { afterEach, describe, expect, test } from 'vitest';
import { bulkOf, type Home, NOON, onFlag, TOKENS, type World } from './world.ts';

const SHOP = 'https://shop.example';
const EVIL = 'https://evil.example';
const asBrowser = { authorization: 'Bearer browser', origin: SHOP };

export const accessSuite = (home: Home): void => {
  describe(home.name, () => {
    let world: World;
    afterEach(() => world.close());
    describe('a token', () => {
      test('is needed', async () => {
        world = await home.start({ flag: onFlag('flag') });
        for (const headers of [{}, { authorization: 'Basic evaluate' }]) {
          const response = await world.request('/ofrep/v1/evaluate/flags/flag', {
            method: 'POST',
            headers,
          });
          expect(response.status).toBe(401);
          expect(response.headers.get('www-authenticate')).toBe('Bearer');
          expect(await response.json()).toEqual({
            key: 'flag',
            errorCode: 'GENERAL',
            errorDetails: 'A token is needed: Authorization: Bearer hly_….',
          });
        }
      });

      test('that is unknown is refused', async () => {
        world = await home.start({ flag: onFlag('flag') });
        expect((await world.evaluate('/flag', {}, { authorization: 'Bearer stranger' })).status).toBe(401);
      });

      test('that is revoked is refused from that commit on, though it was remembered', async () => {
        world = await home.start({ flag: onFlag('flag') });
        expect((await world.evaluate('/flag', {})).status).toBe(200);
        expect((await world.evaluate('/flag', {})).status).toBe(200);
        await world.revoke('evaluate');
        expect((await world.evaluate('/flag', {})).status).toBe(401);
        expect((await world.evaluate('/flag', {}, asBrowser)).status).toBe(200);
      });

      test('that was minted just now is good', async () => {
        world = await home.start({ flag: onFlag('flag') });
        expect((await world.evaluate('/flag', {}, { authorization: 'Bearer new' })).status).toBe(401);
        await world.mint('new', { ...TOKENS.evaluate, id: 't-new' });
        expect((await world.evaluate('/flag', {}, { authorization: 'bearer new' })).status).toBe(200);
      });

      test('expires', async () => {
        world = await home.start({ flag: onFlag('flag') });
        await world.mint('short', {
          ...TOKENS.evaluate,
          id: 't-short',
          expires_at: new Date(NOON + 1000).toISOString(),
        });
        const headers = { authorization: 'Bearer short' };
        expect((await world.evaluate('/flag', {}, headers)).status).toBe(200);
        world.time += 1000;
        expect((await world.evaluate('/flag', {}, headers)).status).toBe(401);
      });

      test('for another app is forbidden, whether that app exists or not', async () => {
        world = await home.start({ flag: onFlag('flag') });
        for (const app of ['shop', 'nowhere']) {
          const response = await world.get(`/apps/${app}/config`, { authorization: 'Bearer other' });
          expect(response.status).toBe(403);
          expect(await response.json()).toMatchObject({
            errorDetails: `This token is not for the app ${app}.`,
          });
        }
      });

      test('of an app that does not exist is told so', async () => {
        world = await home.start({ flag: onFlag('flag') });
        const response = await world.get('/apps/nowhere/config', { authorization: 'Bearer every' });
        expect(response.status).toBe(404);
        expect(await response.json()).toEqual({
          errorCode: 'GENERAL',
          errorDetails: 'There is no app nowhere.',
        });
      });

      test('of one app gets its configuration without naming it, one of several must name it', async () => {
        world = await home.start({ flag: onFlag('flag') });
        const implied = await world.get('/config', { authorization: 'Bearer config' });
        expect(await implied.json()).toMatchObject({ app: 'shop', flags: { flag: { key: 'flag' } } });
        const stream = await world.get('/stream', { authorization: 'Bearer config' });
        expect(stream.headers.get('content-type')).toMatch(/^text\/event-stream/);
        await stream.body?.cancel();
        const several = await world.get('/config', { authorization: 'Bearer every' });
        expect(several.status).toBe(400);
        expect(await several.json()).toMatchObject({
          errorDetails: 'This token is for several apps: use the base URL …/apps/{app_id}.',
        });
        expect((await world.request('/config', { method: 'POST' })).status).toBe(405);
      });

      test('for evaluation never sees the configuration', async () => {
        world = await home.start({ flag: onFlag('flag') });
        for (const path of ['/apps/shop/config', '/apps/shop/stream']) {
          const response = await world.get(path, { authorization: 'Bearer evaluate' });
          expect(response.status).toBe(403);
          expect(await response.json()).toMatchObject({
            errorDetails: 'This token may evaluate; config is needed.',
          });
        }
      });

      test('whose entry cannot be understood allows nothing', async () => {
        world = await home.start({ flag: onFlag('flag') });
        const entries: object[] = [
          { ...TOKENS.evaluate, permission: 'evaluate-more' },
          { ...TOKENS.evaluate, app_ids: 'shop' },
          { ...TOKENS.evaluate, allowed_origins: [1] },
          { ...TOKENS.evaluate, expires_at: 'soon' },
        ];
        for (const entry of entries) {
          const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode('odd'));
          await world.accountCommit([
            { key: tokenKey(Buffer.from(digest).toString('hex')), value: JSON.stringify(entry) },
          ]);
          expect((await world.evaluate('/flag', {}, { authorization: 'Bearer odd' })).status).toBe(401);
        }
      });

      test('of a deleted app finds it gone', async () => {
        world = await home.start({ flag: onFlag('flag') });
        expect((await world.evaluate('/flag', {})).status).toBe(200);
        await world.accountCommit([{ key: appKey('shop'), value: null }]);
        expect((await world.evaluate('/flag', {})).status).toBe(404);
      });
    });

    describe('a browser token', () => {
      test('answers its origins, and lets the page read the headers', async () => {
        world = await home.start({ flag: onFlag('flag') });
        for (const path of ['', '/flag', '/missing']) {
          const response = await world.evaluate(path, {}, asBrowser);
          expect(response.headers.get('access-control-allow-origin')).toBe(SHOP);
          expect(response.headers.get('access-control-expose-headers')).toBe(
            'ETag, Halyard-Version, Halyard-Stale, Retry-After',
          );
          expect(response.headers.get('access-control-allow-credentials')).toBe(null);
          expect(response.headers.get('vary')).toContain('Origin');
        }
        const bulk = await world.evaluate('', {}, asBrowser);
        const etag = bulk.headers.get('etag') ?? '';
        const again = await world.evaluate('', {}, { ...asBrowser, 'if-none-match': etag });
        expect(again.status).toBe(304);
        expect(again.headers.get('access-control-allow-origin')).toBe(SHOP);
      });

      test.each([
        [EVIL, `This token is for named origins; the request has the origin ${EVIL}.`],
        [
          'https://shop.example:444',
          'This token is for named origins; the request has the origin https://shop.example:444.',
        ],
        ['null', 'This token is for named origins; the request has the origin null.'],
      ])('refuses the origin %s', async (origin, errorDetails) => {
        world = await home.start({ flag: onFlag('flag') });
        const response = await world.evaluate('/flag', {}, { authorization: 'Bearer browser', origin });
        expect(response.status).toBe(403);
        expect(await response.json()).toMatchObject({ errorDetails });
        expect(response.headers.get('access-control-allow-origin')).toBe(null);
      });

      test('refuses a request without an origin', async () => {
        world = await home.start({ flag: onFlag('flag') });
        const response = await world.evaluate('/flag', {}, { authorization: 'Bearer browser' });
        expect(response.status).toBe(403);
      });

      test('sees no flag that is not for browsers, in no way', async () => {
        world = await home.start({ open: onFlag('open'), inner: onFlag('inner', { client_side: false }) });
        expect((await world.evaluate('/inner', {}, asBrowser)).status).toBe(404);
        expect(await (await world.evaluate('/inner', {}, asBrowser)).text()).toBe(
          (await (await world.evaluate('/nothing', {}, asBrowser)).text()).replaceAll('nothing', 'inner'),
        );
        for (const path of ['', '?keys=open,inner']) {
          const { flags } = await bulkOf(await world.evaluate(path, {}, asBrowser));
          expect(flags.map(({ key }) => key)).toEqual(['open']);
        }
        expect((await world.evaluate('/inner', {})).status).toBe(200);
        expect((await bulkOf(await world.evaluate('', {}))).flags.length).toBe(2);
      });

      test('that is refused can still be read about by its page', async () => {
        world = await home.start({ flag: onFlag('flag') });
        const unknown = await world.evaluate('/flag', {}, { authorization: 'Bearer stranger', origin: SHOP });
        expect(unknown.status).toBe(401);
        expect(unknown.headers.get('access-control-allow-origin')).toBe(SHOP);
        const forbidden = await world.get('/apps/shop/config', asBrowser);
        expect(forbidden.status).toBe(403);
        expect(forbidden.headers.get('access-control-allow-origin')).toBe(SHOP);
        const stranger = await world.evaluate(
          '/flag',
          {},
          { authorization: 'Bearer stranger', origin: EVIL },
        );
        expect(stranger.headers.get('access-control-allow-origin')).toBe(null);
      });

      test('is not what a service token is: that answers pages of no origin', async () => {
        world = await home.start({ flag: onFlag('flag') });
        const response = await world.evaluate('/flag', {}, { origin: SHOP });
        expect(response.status).toBe(200);
        expect(response.headers.get('access-control-allow-origin')).toBe(null);
      });
    });

    describe('a browser token of a wildcard, a default port or an app', () => {
      test('answers what it was written for, and preflights too', async () => {
        world = await home.start({ flag: onFlag('flag') });
        await world.mint('wide', {
          ...TOKENS.browser,
          id: 't-wide',
          allowed_origins: [
            'https://*.Pages.example:443',
            'capacitor://localhost',
            'chrome-extension://abcdef',
          ],
        });
        for (const [origin, allowed] of [
          ['https://a.pages.example', true],
          ['https://A.pages.example:443', true],
          ['capacitor://localhost', true],
          ['chrome-extension://abcdef', true],
          ['https://pages.example', false],
          ['https://a.b.pages.example', false],
          ['http://a.pages.example', false],
          ['https://*.pages.example', false],
          ['chrome-extension://other', false],
        ] as const) {
          const response = await world.evaluate('/flag', {}, { authorization: 'Bearer wide', origin });
          expect(response.status, origin).toBe(allowed ? 200 : 403);
          expect(response.headers.get('access-control-allow-origin')).toBe(allowed ? origin : null);
          const preflight = await world.request('/ofrep/v1/evaluate/flags', {
            method: 'OPTIONS',
            headers: { origin, 'access-control-request-method': 'POST' },
          });
          expect(preflight.headers.get('access-control-allow-origin')).toBe(allowed ? origin : null);
        }
      });
    });

    describe('a preflight', () => {
      const preflight = (path: string, origin: string): Promise<Response> | Response =>
        world.request(path, {
          method: 'OPTIONS',
          headers: {
            origin,
            'access-control-request-method': 'POST',
            'access-control-request-headers': 'authorization,content-type,if-none-match',
          },
        });

      test('passes for an origin that a token of the app allows', async () => {
        world = await home.start({ flag: onFlag('flag') });
        for (const path of [
          '/ofrep/v1/evaluate/flags',
          '/ofrep/v1/evaluate/flags/flag',
          '/apps/shop/ofrep/v1/evaluate/flags',
          '/apps/shop/ofrep/v1/stream',
        ]) {
          const response = await preflight(path, SHOP);
          expect(response.status).toBe(204);
          expect(response.headers.get('access-control-allow-origin')).toBe(SHOP);
          expect(response.headers.get('access-control-allow-methods')).toContain('POST');
          expect(response.headers.get('access-control-allow-headers')?.toLowerCase()).toContain(
            'if-none-match',
          );
          expect(response.headers.get('access-control-allow-credentials')).toBe(null);
        }
      });

      test('fails for any other origin, for another app, and after the token was revoked', async () => {
        world = await home.start({ flag: onFlag('flag') });
        const allowed = async (path: string, origin: string): Promise<string | null> =>
          (await preflight(path, origin)).headers.get('access-control-allow-origin');
        expect(await allowed('/ofrep/v1/evaluate/flags', EVIL)).toBe(null);
        expect(await allowed('/apps/blog/ofrep/v1/evaluate/flags', SHOP)).toBe(null);
        expect(await allowed('/ofrep/v1/evaluate/flags', SHOP)).toBe(SHOP);
        await world.revoke('browser');
        expect(await allowed('/ofrep/v1/evaluate/flags', SHOP)).toBe(null);
      });
    });
  });
};
