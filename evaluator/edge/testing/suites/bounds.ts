import { afterEach, describe, expect, test } from 'vitest';
import { bulkOf, type Home, onFlag, planFlag, type World } from './world.ts';

const OFREP = '/ofrep/v1/evaluate/flags';
const FLAGSHIP = '/client/v4/accounts/default/flagship/apps/shop/evaluate';

export const boundsSuite = (home: Home): void => {
  describe(home.name, () => {
    let world: World;
    afterEach(() => world.close());

    const post = (path: string, body: string | Uint8Array<ArrayBuffer>): Promise<Response> =>
      world.request(path, {
        method: 'POST',
        headers: { authorization: 'Bearer evaluate', 'content-type': 'application/json' },
        body,
      });

    describe('a body', () => {
      test.each([
        ['a byte that is none of UTF-8', [0xff]],
        ['a character that is cut short', [0xf0, 0x9f, 0x92]],
        ['half a surrogate pair as bytes', [0xed, 0xa0, 0x80]],
        ['a slash in more bytes than it takes', [0xc0, 0xaf]],
      ])('with %s is refused, not read as something else', async (_, bytes) => {
        world = await home.start({ flag: onFlag('flag') }, { standalone: true });
        const utf8 = new TextEncoder();
        const around = (start: string, end: string) =>
          Uint8Array.from([...utf8.encode(start), ...bytes, ...utf8.encode(end)]);
        for (const path of [OFREP, `${OFREP}/flag`]) {
          const response = await post(path, around('{"context":{"plan":"', '"}}'));
          expect(response.status).toBe(400);
          expect(await response.json()).toMatchObject({
            errorCode: 'PARSE_ERROR',
            errorDetails: 'The body is not valid UTF-8; expected JSON in UTF-8.',
          });
        }
        const flagship = await post(FLAGSHIP, around('{"flagKey":"flag","context":{"plan":"', '"}}'));
        expect(flagship.status).toBe(400);
        expect(JSON.stringify(await flagship.json())).toContain('The body is not valid UTF-8');
      });

      test('of valid UTF-8 is read, also with the replacement character and a mark at its start', async () => {
        world = await home.start({
          flag: planFlag('flag', {
            rules: [
              {
                priority: 1,
                conditions: [{ attribute: 'plan', operator: 'equals', value: '🦆\ufffd' }],
                serve_variation: 'gold',
              },
            ],
          }),
        });
        const response = await post(`${OFREP}/flag`, '\ufeff{"context":{"plan":"🦆\ufffd"}}');
        expect(await response.json()).toMatchObject({ value: 'G' });
      });

      test('of a megabyte of brackets is refused before it is parsed', async () => {
        world = await home.start({ flag: onFlag('flag') }, { standalone: true });
        for (const path of [OFREP, `${OFREP}/flag`, FLAGSHIP]) {
          expect((await post(path, '['.repeat(1024 * 1024))).status).toBe(413);
        }
        const deep = await post(OFREP, '['.repeat(60 * 1024));
        expect(deep.status).toBe(400);
        expect(await deep.json()).toEqual({
          errorCode: 'INVALID_CONTEXT',
          errorDetails: 'context is nested more than 32 levels deep.',
        });
      });

      test('counts brackets in strings for what they are', async () => {
        world = await home.start({ flag: onFlag('flag') });
        const text = `${'[{'.repeat(2_000)}\\"${'['.repeat(2_000)}`;
        expect((await post(OFREP, `{"context":{"text":"${text}","list":[[1],[2]]}}`)).status).toBe(200);
      });
    });

    describe('a context', () => {
      const contextOf = (bytes: number): string => {
        const empty = JSON.stringify({ text: '' }).length;
        return JSON.stringify({ text: 'é'.repeat(1) + 'x'.repeat(bytes - empty - 2) });
      };

      test('of 64 KiB is taken, and one of a byte more is 413', async () => {
        world = await home.start({ flag: onFlag('flag') }, { standalone: true });
        for (const [bytes, status] of [
          [64 * 1024, 200],
          [64 * 1024 + 1, 413],
        ] as const) {
          const context = contextOf(bytes);
          expect(new TextEncoder().encode(context).length).toBe(bytes);
          expect((await post(OFREP, `{"context":${context}}`)).status).toBe(status);
          expect((await post(`${OFREP}/flag`, `{"context":${context}}`)).status).toBe(status);
          expect((await post(FLAGSHIP, `{"flagKey":"flag","context":${context}}`)).status).toBe(status);
        }
        const refused = await post(`${OFREP}/flag`, `{"context":${contextOf(64 * 1024 + 1)}}`);
        expect(await refused.json()).toEqual({
          key: 'flag',
          errorCode: 'INVALID_CONTEXT',
          errorDetails: 'The context is over 64 KiB.',
        });
      });

      test('in a query is a list where a parameter is repeated', async () => {
        world = await home.start(
          {
            flag: planFlag('flag', {
              rules: [
                {
                  priority: 1,
                  conditions: [{ attribute: 'plan', operator: 'contains', value: 'last' }],
                  serve_variation: 'gold',
                },
              ],
            }),
          },
          { standalone: true },
        );
        const many = `${FLAGSHIP}?flagKey=flag${'&plan=x'.repeat(1_000)}&plan=last`;
        const response = await world.get(many, { authorization: 'Bearer evaluate' });
        expect(response.status).toBe(200);
      });

      test('keeps an integer that a number cannot hold, as its digits', async () => {
        const id = (value: string) => ({
          priority: 1,
          conditions: [{ attribute: 'id', operator: 'equals', value }],
          serve_variation: 'gold',
        });
        world = await home.start(
          {
            exact: planFlag('exact', { rules: [id('9007199254740993')] }),
            rounded: planFlag('rounded', { rules: [id('9007199254740992')] }),
            nested: planFlag('nested', {
              rules: [
                {
                  ...id('-12345678901234567890'),
                  conditions: [{ attribute: 'user.id', operator: 'equals', value: '-12345678901234567890' }],
                },
              ],
            }),
            compared: planFlag('compared', {
              rules: [{ ...id(''), conditions: [{ attribute: 'id', operator: 'greater_than', value: 5 }] }],
            }),
            whole: planFlag('whole', {
              rules: [{ ...id(''), conditions: [{ attribute: 'half', operator: 'equals', value: 0.5 }] }],
            }),
          },
          { standalone: true },
        );
        const body =
          '{"context":{"id":9007199254740993,"user":{"id":-12345678901234567890},"half":0.5000000000000000000}}';
        const { flags } = await bulkOf(await post(OFREP, body));
        expect(flags.map(({ key, value }) => [key, value])).toEqual([
          ['exact', 'G'],
          ['rounded', 'P'],
          ['nested', 'G'],
          ['compared', 'G'],
          ['whole', 'G'],
        ]);
        const flagship = await post(FLAGSHIP, `{"flagKey":"exact",${body.slice(1)}`);
        expect(await flagship.json()).toMatchObject({ value: 'G' });
        const held = await post(`${OFREP}/rounded`, '{"context":{"id":9007199254740992}}');
        expect(await held.json()).toMatchObject({ value: 'G' });
      });
    });

    describe('HEAD', () => {
      test('answers headers alone', async () => {
        world = await home.start({ flag: onFlag('flag') }, { standalone: true });
        const bulk = await bulkOf(await world.evaluate('', {}));
        const notices = bulk.eventStreams[0]?.endpoint.requestUri ?? '';
        for (const path of ['/apps/shop/stream', '/stream', notices, '/apps/shop/config', '/config']) {
          for (let times = 0; times < 3; times += 1) {
            const response = await world.request(path, {
              method: 'HEAD',
              headers: { authorization: 'Bearer config' },
            });
            expect(response.status).toBe(200);
            expect(response.headers.get('content-type')).toBe(
              path.includes('config') ? 'application/json' : 'text/event-stream; charset=utf-8',
            );
            expect(response.headers.get('halyard-version')).toBe('1');
            expect(await response.text()).toBe('');
          }
        }
        for (const path of ['/stream', '/config']) {
          const refused = await world.request(path, {
            method: 'HEAD',
            headers: { authorization: 'Bearer x' },
          });
          expect(refused.status).toBe(401);
        }
        const only = await world.request(OFREP, { method: 'HEAD' });
        expect(only.status).toBe(405);
        const flagship = await world.request(`${FLAGSHIP}?flagKey=flag`, {
          method: 'HEAD',
          headers: { authorization: 'Bearer evaluate' },
        });
        expect([flagship.status, await flagship.text()]).toEqual([200, '']);
      });
    });

    test('every answer says that its type is what it says', async () => {
      world = await home.start({ flag: onFlag('flag') }, { standalone: true });
      const bulk = await world.evaluate('', {});
      const notices = (await bulkOf(await world.evaluate('', {}))).eventStreams[0]?.endpoint.requestUri ?? '';
      const etag = bulk.headers.get('etag') ?? '';
      const answers: readonly [number, Promise<Response>][] = [
        [200, Promise.resolve(bulk)],
        [304, world.evaluate('', {}, { 'if-none-match': etag })],
        [200, world.evaluate('/flag', {})],
        [404, world.evaluate('/missing', {})],
        [400, post(OFREP, 'no')],
        [401, world.evaluate('', {}, { authorization: 'Bearer stranger' })],
        [403, world.get('/config', { authorization: 'Bearer evaluate' })],
        [503, world.evaluate('?flagConfigEtag=9', {})],
        [405, world.request('/config', { method: 'POST' })],
        [204, world.request(OFREP, { method: 'OPTIONS' })],
        [200, world.get('/config')],
        [
          304,
          world.get('/config', { 'if-none-match': (await world.get('/config')).headers.get('etag') ?? '' }),
        ],
        [200, world.get('/stream')],
        [200, world.get(notices)],
        [401, world.get('/apps/shop/ofrep/v1/stream?ticket=x')],
        [200, world.get(`${FLAGSHIP}?flagKey=flag`)],
        [404, world.get(`${FLAGSHIP}?flagKey=missing`)],
        [401, world.get(FLAGSHIP, { authorization: 'Bearer stranger' })],
        [200, world.get('/healthz')],
        [200, world.get('/readyz')],
        [404, world.get('/nothing')],
        [404, world.get('/apps/shop/nothing')],
      ];
      for (const [status, answering] of answers) {
        const response = await answering;
        expect(response.status).toBe(status);
        expect(response.headers.get('x-content-type-options'), `${status} ${response.url}`).toBe('nosniff');
        await response.body?.cancel();
      }
    });
  });
};
