import { afterEach, describe, expect, test } from 'vitest';
import { bulkOf, type Home, onFlag, planFlag, type World } from './world.ts';

/** Headers that a runtime adds. */
const OF_THE_RUNTIME = new Set([
  'transfer-encoding',
  'content-encoding',
  'content-length',
  'date',
  'connection',
  'keep-alive',
]);

export const ofrepSuite = (home: Home): void => {
  describe(home.name, () => {
    let world: World;
    afterEach(() => world.close());
    describe('one flag over OFREP', () => {
      test('is answered with key, value, reason and variant', async () => {
        world = await home.start({ plan: planFlag('plan', { metadata: { team: 'growth' } }) });
        const response = await world.evaluate('/plan', { targetingKey: 'u', plan: 'gold' });
        expect(response.status).toBe(200);
        expect(await response.json()).toEqual({
          key: 'plan',
          value: 'G',
          reason: 'TARGETING_MATCH',
          variant: 'gold',
          metadata: { team: 'growth', flagSetId: 'shop' },
        });
        const headers = [...response.headers].filter(([name]) => !OF_THE_RUNTIME.has(name));
        expect(Object.fromEntries(headers)).toEqual({
          'content-type': 'application/json',
          'cache-control': 'private, no-store',
          vary: 'Authorization, X-API-Key, Origin',
          'halyard-version': '1',
          'x-content-type-options': 'nosniff',
        });
      });

      test('is found by a key with a dot, a colon or a bar, in the path, in a list of keys and in a stream', async () => {
        const keys = ['shop.checkout', 'shop:checkout', 'shop|checkout', 'a.', '-..', 'x'.repeat(128)];
        world = await home.start(Object.fromEntries(keys.map((key) => [key, planFlag(key)])));
        for (const key of keys) {
          const answer = await world.evaluate(`/${encodeURIComponent(key)}`, { plan: 'gold' });
          expect(await answer.json()).toMatchObject({ key, value: 'G' });
        }
        const listed = await world.evaluate(`?keys=${encodeURIComponent(keys.join(','))}`, {});
        expect((await bulkOf(listed)).flags.map(({ key }) => key)).toEqual(keys);
        await world.commit({ 'shop:checkout': null });
        expect((await world.evaluate('/shop%3Acheckout', {})).status).toBe(404);
        expect((await world.evaluate('/shop.checkout', {})).status).toBe(200);
        expect(await (await world.get('/apps/shop/config')).text()).toContain('"shop|checkout":{');
      });

      test('changes with the next commit, and the version says so', async () => {
        world = await home.start({ flag: onFlag('flag') });
        await world.evaluate('/flag', {});
        await world.commit({
          flag: { ...onFlag('flag', { enabled: false, off_variation: 'off' }), version: 2 },
        });
        const response = await world.evaluate('/flag', {});
        expect(await response.json()).toEqual({
          key: 'flag',
          value: false,
          reason: 'DISABLED',
          variant: 'off',
          metadata: { flagSetId: 'shop', version: 2 },
        });
        expect(response.headers.get('halyard-version')).toBe('2');
      });

      test('that does not exist is FLAG_NOT_FOUND, also after it was deleted', async () => {
        world = await home.start({ flag: onFlag('flag') });
        const missing = await world.evaluate('/missing', {});
        expect(missing.status).toBe(404);
        expect(await missing.json()).toEqual({
          key: 'missing',
          errorCode: 'FLAG_NOT_FOUND',
          errorDetails: 'There is no flag missing.',
        });
        expect((await world.evaluate('/flag', {})).status).toBe(200);
        await world.commit({ flag: null });
        expect((await world.evaluate('/flag', {})).status).toBe(404);
      });

      test('named like a property of Object is not found, or found where it exists', async () => {
        world = await home.start({ constructor: onFlag('constructor') });
        expect((await world.evaluate('/constructor', {})).status).toBe(200);
        expect((await world.evaluate('/__proto__', {})).status).toBe(404);
        expect((await world.evaluate('/toString', {})).status).toBe(404);
      });

      test('needs no targeting key, and no context at all', async () => {
        world = await home.start({ flag: onFlag('flag') });
        for (const body of [undefined, '', '{}', '{"context":{}}']) {
          const response = await world.request('/ofrep/v1/evaluate/flags/flag', {
            method: 'POST',
            headers: { authorization: 'Bearer evaluate' },
            ...(body === undefined ? {} : { body }),
          });
          expect(response.status).toBe(200);
        }
      });

      test.each([
        ['{"context":', 'PARSE_ERROR', 'The body is not JSON; expected {"context": {…}}.'],
        ['[]', 'INVALID_CONTEXT', 'The body is an array; expected an object {"context": {…}}.'],
        ['"x"', 'INVALID_CONTEXT', 'The body is a string; expected an object {"context": {…}}.'],
        ['{"context":null}', 'INVALID_CONTEXT', 'context is null; expected an object of attributes.'],
        ['{"context":[1]}', 'INVALID_CONTEXT', 'context is an array; expected an object of attributes.'],
        ['{"context":"u"}', 'INVALID_CONTEXT', 'context is a string; expected an object of attributes.'],
        [
          `{"context":${'{"a":'.repeat(33)}1${'}'.repeat(33)}}`,
          'INVALID_CONTEXT',
          'context is nested more than 32 levels deep.',
        ],
      ])('is refused for the body %s', async (body, errorCode, errorDetails) => {
        world = await home.start({ flag: onFlag('flag') });
        const post = (path: string): Promise<Response> | Response =>
          world.request(`/ofrep/v1/evaluate/flags${path}`, {
            method: 'POST',
            headers: { authorization: 'Bearer evaluate' },
            body,
          });
        const single = await post('/flag');
        expect(single.status).toBe(400);
        expect(await single.json()).toEqual({ key: 'flag', errorCode, errorDetails });
        const bulk = await post('');
        expect(bulk.status).toBe(400);
        expect(await bulk.json()).toEqual({ errorCode, errorDetails });
      });

      test('takes a context of exactly 32 levels', async () => {
        world = await home.start({ flag: onFlag('flag') });
        const response = await world.request('/ofrep/v1/evaluate/flags/flag', {
          method: 'POST',
          headers: { authorization: 'Bearer evaluate' },
          body: `{"context":${'{"a":'.repeat(32)}1${'}'.repeat(32)}}`,
        });
        expect(response.status).toBe(200);
      });

      test('is refused for a body over its bounds, announced or not', async () => {
        world = await home.start({ flag: onFlag('flag') });
        const large = JSON.stringify({ context: { text: 'x'.repeat(1024 * 1024) } });
        for (const body of [large, new Blob([large]).stream()]) {
          const response = await world.request('/ofrep/v1/evaluate/flags/flag', {
            method: 'POST',
            headers: {
              authorization: 'Bearer evaluate',
              ...(typeof body === 'string' ? { 'content-length': `${large.length}` } : {}),
            },
            body,
            // Node's fetch asks for it with a streamed body.
            ...{ duplex: 'half' },
          });
          expect(response.status).toBe(413);
        }
      });

      test('that cannot be understood fails alone and visibly', async () => {
        world = await home.start({
          good: onFlag('good'),
          newer: planFlag('newer', {
            rules: [
              {
                priority: 1,
                conditions: [{ attribute: 'a', operator: 'resonates_with', value: 1 }],
                serve_variation: 'gold',
              },
            ],
          }),
          damaged: '{"key":"dam',
          number: '5',
        });
        for (const key of ['newer', 'damaged', 'number']) {
          const response = await world.evaluate(`/${key}`, {});
          expect(response.status).toBe(400);
          expect(await response.json()).toMatchObject({ key, errorCode: 'PARSE_ERROR' });
        }
        expect((await world.evaluate('/good', {})).status).toBe(200);
        const bulk = await bulkOf(await world.evaluate('', {}));
        expect(bulk.flags.map((flag) => [flag.key, flag.errorCode])).toEqual([
          ['good', undefined],
          ['newer', 'PARSE_ERROR'],
          ['damaged', 'PARSE_ERROR'],
          ['number', 'PARSE_ERROR'],
        ]);
        await world.commit({ damaged: onFlag('damaged') });
        expect((await world.evaluate('/damaged', {})).status).toBe(200);
      });

      test('takes POST only', async () => {
        world = await home.start({ flag: onFlag('flag') });
        const response = await world.get('/ofrep/v1/evaluate/flags/flag');
        expect(response.status).toBe(405);
        expect(response.headers.get('allow')).toBe('POST, OPTIONS');
      });
    });

    describe('all flags over OFREP', () => {
      test('come with the version, an ETag and a stream', async () => {
        world = await home.start({ a: onFlag('a'), plan: planFlag('plan') });
        const response = await world.evaluate('', { plan: 'gold' });
        expect(response.status).toBe(200);
        const body = await response.json();
        const metadata = { flagSetId: 'shop' };
        expect(body).toEqual({
          flags: [
            { key: 'a', value: true, reason: 'STATIC', variant: 'on', metadata },
            { key: 'plan', value: 'G', reason: 'TARGETING_MATCH', variant: 'gold', metadata },
          ],
          eventStreams: [
            {
              type: 'sse',
              endpoint: {
                requestUri: expect.stringMatching(/^\/apps\/shop\/ofrep\/v1\/stream\?ticket=[\w.-]+$/),
              },
              inactivityDelaySec: 120,
            },
          ],
          metadata: { version: 1 },
        });
        expect(response.headers.get('etag')).toMatch(/^"[\w.-]+"$/);
        expect(response.headers.get('cache-control')).toBe('private, no-cache');
        expect(response.headers.get('halyard-version')).toBe('1');
      });

      test('are not sent again while configuration and context are the same', async () => {
        world = await home.start({ plan: planFlag('plan') });
        const first = await world.evaluate('', { plan: 'gold' });
        const etag = first.headers.get('etag') ?? '';
        const again = await world.evaluate('', { plan: 'gold' }, { 'if-none-match': etag });
        expect(again.status).toBe(304);
        expect(again.headers.get('etag')).toBe(etag);
        expect(await again.text()).toBe('');
        expect(
          (await world.evaluate('', { plan: 'gold' }, { 'if-none-match': `"x", W/${etag}` })).status,
        ).toBe(304);
        expect((await world.evaluate('', { plan: 'free' }, { 'if-none-match': etag })).status).toBe(200);

        await world.commit({ plan: planFlag('plan', { description: 'another' }) });
        expect((await world.evaluate('', { plan: 'gold' }, { 'if-none-match': etag })).status).toBe(200);
      });

      test('have another ETag for another token, another choice of keys, and another period of tickets', async () => {
        world = await home.start({ plan: planFlag('plan') });
        const etagOf = async (path: string, secret: string): Promise<string | null> =>
          (await world.evaluate(path, {}, { authorization: `Bearer ${secret}` })).headers.get('etag');
        const etags = [
          await etagOf('', 'evaluate'),
          await etagOf('', 'config'),
          await etagOf('?keys=plan', 'evaluate'),
        ];
        world.time += 30 * 60 * 1000;
        etags.push(await etagOf('', 'evaluate'));
        expect(new Set(etags).size).toBe(4);
      });

      test('are narrowed by keys; one that does not exist is left out', async () => {
        world = await home.start({ a: onFlag('a'), b: onFlag('b'), c: onFlag('c') });
        const body = await bulkOf(await world.evaluate('?keys=c,a,missing,c', {}));
        expect(body.flags.map((flag) => flag.key)).toEqual(['c', 'a']);
      });

      test('are 503 when that version does not come, rather than old', async () => {
        world = await home.start({ flag: onFlag('flag') }, { limits: { catchUpMs: 20 } });
        for (const path of ['?flagConfigEtag=2', '?flagConfigEtag=%222%22', '/flag?flagConfigEtag=2']) {
          const response = await world.evaluate(path, {});
          expect(response.status).toBe(503);
          expect(response.headers.get('retry-after')).toBe('1');
          expect(await response.json()).toMatchObject({
            errorCode: 'GENERAL',
            errorDetails: 'This edge is still at version 1 of the app.',
          });
        }
        expect((await world.evaluate('?flagConfigEtag=elsewhere', {})).status).toBe(200);
        expect((await world.evaluate('?flagConfigEtag=1', {})).status).toBe(200);
      });
    });

    describe('the base URL', () => {
      test('of a token for one app may name it or not', async () => {
        world = await home.start({ flag: onFlag('flag') });
        for (const base of ['', '/apps/shop']) {
          const response = await world.request(`${base}/ofrep/v1/evaluate/flags/flag`, {
            method: 'POST',
            headers: { 'x-api-key': 'evaluate' },
          });
          expect(response.status).toBe(200);
        }
      });

      test('of a token for several apps must name one', async () => {
        world = await home.start({ flag: onFlag('flag') });
        const post = (base: string): Promise<Response> | Response =>
          world.request(`${base}/ofrep/v1/evaluate/flags`, {
            method: 'POST',
            headers: { authorization: 'Bearer every' },
          });
        expect((await post('/apps/shop')).status).toBe(200);
        const response = await post('');
        expect(response.status).toBe(400);
        expect(await response.json()).toEqual({
          errorCode: 'GENERAL',
          errorDetails: 'This token is for several apps: use the base URL …/apps/{app_id}.',
        });
      });
    });
  });
};
