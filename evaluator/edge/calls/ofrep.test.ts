import { SECRET_KEY } from '@halyard/caches';
import { afterEach, describe, expect, test } from 'vitest';
import { bulkOf, onFlag, planFlag } from '../testing/suites/world.ts';
import { type ProcessWorld, startWorld } from '../testing/world.ts';

let world: ProcessWorld;
afterEach(() => world.edge.close());

describe('all flags over OFREP', () => {
  test('are the same when asked again, until they change', async () => {
    world = await startWorld({ plan: planFlag('plan') });
    const ask = async (): Promise<string> => (await world.evaluate('', { plan: 'gold' })).text();
    const first = await ask();
    expect(await ask()).toBe(first);
    expect(await ask()).toBe(first);
    expect(await world.edge.metrics()).toContain('{app="shop",reason="TARGETING_MATCH"} 3');
    await world.cache.replace('app/default/shop', { version: 1, entries: new Map() });
    expect(await ask()).toContain('{"flags":[],');
    await world.commit({ plan: planFlag('plan') });
    expect(await ask()).toContain('"variant":"gold"');
  });

  test('are compressed where asked for and worth it', async () => {
    world = await startWorld(
      Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`flag-${i}`, onFlag(`flag-${i}`)])),
    );
    const plain = await world.evaluate('', {});
    const response = await world.evaluate('', {}, { 'accept-encoding': 'br, gzip' });
    expect(response.headers.get('content-encoding')).toBe('gzip');
    expect(response.headers.get('vary')).toContain('Accept-Encoding');
    const text = await new Response(response.body?.pipeThrough(new DecompressionStream('gzip'))).text();
    expect(JSON.parse(text)).toEqual(await plain.json());
    const etag = response.headers.get('etag') ?? '';
    expect(etag).toMatch(/^W\//);
    expect((await world.evaluate('', {}, { 'if-none-match': etag })).status).toBe(304);
    expect(
      (await world.evaluate('', {}, { 'accept-encoding': 'gzip;q=0' })).headers.get('content-encoding'),
    ).toBe(null);
    expect(
      (await world.evaluate('?keys=flag-1', {}, { 'accept-encoding': 'gzip' })).headers.get(
        'content-encoding',
      ),
    ).toBe(null);
  });

  test('no 304 goes to a page whose ticket was signed with a secret that is no more', async () => {
    world = await startWorld({ flag: onFlag('flag') });
    await world.accountCommit([{ key: SECRET_KEY, value: JSON.stringify({ secret: 's'.repeat(24) }) }]);
    const first = await world.evaluate('', {});
    const again = { 'if-none-match': first.headers.get('etag') ?? '' };
    const [old] = (await bulkOf(first)).eventStreams;
    expect((await world.evaluate('', {}, again)).status).toBe(304);
    await world.accountCommit([{ key: SECRET_KEY, value: JSON.stringify({ secret: 't'.repeat(24) }) }]);
    expect((await world.request(old?.endpoint.requestUri ?? '')).status).toBe(401);
    const second = await world.evaluate('', {}, again);
    expect(second.status).toBe(200);
    const [fresh] = (await bulkOf(second)).eventStreams;
    const stream = await world.request(fresh?.endpoint.requestUri ?? '');
    expect(stream.status).toBe(200);
    await stream.body?.cancel();
  });

  test('wait for a version that a notice told of', async () => {
    world = await startWorld({ flag: onFlag('flag') });
    await world.evaluate('', {});
    const waiting = world.evaluate('?flagConfigEtag=2', {});
    await world.commit({ flag: onFlag('flag', { enabled: false }) });
    const response = await waiting;
    expect(response.status).toBe(200);
    expect(response.headers.get('halyard-version')).toBe('2');
  });

  test('name the stream below the path of the public URL', async () => {
    world = await startWorld({ flag: onFlag('flag') }, { publicUrl: 'https://example.org/flags/' });
    const body = await bulkOf(await world.evaluate('', {}));
    expect(body.eventStreams[0]?.endpoint.requestUri).toMatch(
      /^\/flags\/apps\/shop\/ofrep\/v1\/stream\?ticket=/,
    );
  });
});

describe('the Flagship call by GET', () => {
  test('is read in the time its query is long, and refused when that is over 64 KiB', async () => {
    world = await startWorld({ plan: planFlag('plan') }, { standalone: true });
    const ask = (parameters: string) =>
      world.get(`/client/v4/accounts/default/flagship/apps/shop/evaluate?flagKey=plan${parameters}`);
    const taken = await ask('&a=x'.repeat(16_000));
    expect(taken.status).toBe(200);
    const refused = await ask('&a=x'.repeat(20_000));
    expect(refused.status).toBe(413);
    expect(await refused.json()).toMatchObject({
      errors: [{ code: 1009, message: 'The context is over 64 KiB.' }],
    });
  });
});

describe('a client that hangs up in the middle of its body', () => {
  test('filled the log with errors: it is told so, and nobody else is', async () => {
    const lines: string[] = [];
    const write = (fields: object, message: string): void => {
      lines.push(`${message} ${JSON.stringify(fields)}`);
    };
    const log = { debug: write, info: write, warn: write, error: write };
    world = await startWorld({ flag: onFlag('flag') }, { log, standalone: true });
    lines.length = 0;
    const cutShort = (): ReadableStream<Uint8Array> =>
      new ReadableStream({
        start: (controller) => controller.enqueue(new TextEncoder().encode('{"con')),
        pull: (controller) => controller.error(new Error('aborted')),
      });
    for (const path of [
      '/ofrep/v1/evaluate/flags',
      '/ofrep/v1/evaluate/flags/flag',
      '/client/v4/accounts/default/flagship/apps/shop/evaluate',
    ]) {
      for (const length of [{}, { 'content-length': '1000' }]) {
        const response = await world.request(path, {
          method: 'POST',
          headers: { authorization: 'Bearer evaluate', 'content-type': 'application/json', ...length },
          body: cutShort(),
          // Node asks for it with a body that is a stream.
          ...{ duplex: 'half' },
        });
        expect([path, response.status]).toEqual([path, 400]);
        expect(await response.text()).toContain('The body ended before it was whole.');
      }
    }
    expect(lines).toEqual([]);
  });
});
