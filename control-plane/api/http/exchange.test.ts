import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Problem } from '../../model/problem.ts';
import { FLAG, flagship, type Ground, HOME, onNode, openGround } from '../testing/scenario.ts';

/** Workers have the platform's own. */
const METRICS = HOME === 'node' ? ['/metrics'] : [];

let ground: Ground;
beforeAll(async () => {
  ground = await openGround({
    dashboard: async (path) => {
      const files: Record<string, string> = {
        'index.html': '<!doctype html>index',
        'assets/app-1.js': 'js',
      };
      const text = files[path];
      return text === undefined
        ? null
        : {
            body: new TextEncoder().encode(text),
            ...(path.endsWith('.js')
              ? { br: new TextEncoder().encode('brotli'), gzip: new TextEncoder().encode('gzipped') }
              : {}),
            contentType: path.endsWith('.js') ? 'text/javascript; charset=utf-8' : 'text/html; charset=utf-8',
            immutable: path.startsWith('assets/'),
          };
    },
  });
});
afterAll(() => ground.close());

const flags = '/apps/shop/flags';
const send = (
  body: string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> | null,
  type: string | null,
  path = flagship(flags),
) =>
  ground.request(`http://halyard.test${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${ground.admin}`,
      ...(type === null ? {} : { 'content-type': type }),
    },
    ...(body === null ? {} : { body, duplex: 'half' as const }),
  });
const errorsOf = async (response: Response) => {
  expect(response.headers.get('content-type')).toBe('application/json; charset=UTF-8');
  const answer: unknown = await response.json();
  expect(answer).toMatchObject({ success: false, messages: [], result: null });
  return (answer as { errors: { code: number; message: string }[] }).errors;
};

describe('bodies', () => {
  test.for(['', ' ', '{', '{"key":}', '{"a":1}x', 'undefined', "{'a':1}"])(
    'malformed JSON %j gets our envelope',
    async (body) => {
      const response = await send(body, 'application/json');
      expect(response.status).toBe(400);
      const [error] = await errorsOf(response);
      expect(error?.code).toBe(1000);
    },
  );

  test('bytes that are not UTF-8 are malformed', async () => {
    const response = await send(Uint8Array.of(0x22, 0xc3, 0x28, 0x22), 'application/json');
    expect(response.status).toBe(400);
    expect((await errorsOf(response))[0]?.code).toBe(1000);
  });

  test.for([
    null,
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/jsonx',
    'multipart/form-data',
  ])('a content type of %s is 415', async (type) => {
    const response = await send(new TextEncoder().encode('{}'), type);
    expect(response.status).toBe(415);
    expect((await errorsOf(response))[0]?.code).toBe(1010);
  });

  test('takes JSON types with parameters and suffixes', async () => {
    for (const type of [
      'application/json; charset=utf-8',
      'application/merge-patch+json',
      'Application/JSON',
    ]) {
      expect((await send('{}', type)).status, type).toBe(400);
    }
  });

  test('over 1 MiB is 413', async () => {
    expect((await send(`"${'x'.repeat(1024 * 1024)}"`, 'application/json')).status).toBe(413);
  });

  onNode('a body without an end is 413 soon', async () => {
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 65_536;
        controller.enqueue(new Uint8Array(65_536).fill(0x20));
      },
    });
    const streamed = await send(endless, 'application/json');
    expect(streamed.status).toBe(413);
    expect((await errorsOf(streamed))[0]?.message).toBe('The body is over 1 MiB, the most this call takes.');
    expect(sent).toBeLessThan(10 * 1024 * 1024);
  });

  test('what is a little over the limit is read to its end, so that the connection stays good for a next request', async () => {
    let left = 3 * 16;
    let cancelled = false;
    const over = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (left-- === 0) controller.close();
        else controller.enqueue(new Uint8Array(65_536).fill(0x20));
      },
      cancel() {
        cancelled = true;
      },
    });
    expect((await send(over, 'application/json')).status).toBe(413);
    expect([left, cancelled]).toEqual([-1, false]);
  });

  onNode('a body that ends early is malformed, not a fault of ours', async () => {
    const broken = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.error(new Error('the client went away'));
      },
    });
    const response = await send(broken, 'application/json');
    expect(response.status).toBe(400);
    expect((await errorsOf(response))[0]?.message).toBe('The body ended before it was whole.');
  });

  test('a mebibyte of brackets is refused quickly', async () => {
    for (const path of ['/apps', flags, '/apps/shop/changes', '/apps/shop/explain', '/tokens']) {
      const response = await send('['.repeat(1_000_000), 'application/json', flagship(path));
      // A context is over its limit by then.
      const status = path === '/apps/shop/explain' ? 413 : 400;
      expect(response.status, path).toBe(status);
      const closed = `${'['.repeat(400_000)}${']'.repeat(400_000)}`;
      expect((await send(closed, 'application/json', flagship(path))).status, path).toBe(status);
    }
    expect((await send('['.repeat(60_000), 'application/json', flagship('/apps/shop/explain'))).status).toBe(
      400,
    );
  });

  test('a compressed body was called malformed: it is 415, and says what is expected', async () => {
    for (const type of ['application/json', 'application/x-ndjson']) {
      const path = type === 'application/json' ? flags : '/apps/shop/import';
      const zipped = await ground.ask('POST', path, {
        body: JSON.stringify(FLAG),
        headers: { 'content-type': type, 'content-encoding': 'gzip' },
      });
      expect([zipped.status, zipped.json.errors[0].message]).toEqual([
        415,
        'The content encoding is "gzip"; expected a body as it is, without Content-Encoding.',
      ]);
    }
  });

  test('nothing was stored by any of them', async () => {
    expect(await ground.changelog()).toEqual([]);
  });

  test('a comment may be long enough, plain, and in any language', async () => {
    const patch = (comment: string) =>
      ground.ask('POST', flags, { body: FLAG, headers: { 'x-halyard-comment': comment } });
    expect((await patch('x'.repeat(1_001))).status).toBe(400);
    const turned = await patch(Buffer.from('paid \u202eoga').toString('latin1'));
    expect([turned.status, turned.json.errors[0].message]).toEqual([
      400,
      'X-Halyard-Comment has a character that changes the direction of what is around it (U+202E); expected plain text.',
    ]);
    expect((await patch('x'.repeat(1_000))).status).toBe(201);
  });
});

describe('methods and paths', () => {
  test('a wrong method is 405 and names the right ones', async () => {
    const wrong = await ground.ask('PUT', flags, { body: {} });
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET, HEAD, POST']);
    expect(wrong.json.errors).toEqual([
      { code: 1005, message: 'PUT is not known here; expected GET, HEAD, POST.' },
    ]);
  });

  test('a path that is nothing is 404 in the envelope', async () => {
    const nothing = await ground.ask('GET', '/client/v4/nothing');
    expect([nothing.status, nothing.json.errors[0].code]).toEqual([404, 1004]);
  });
});

describe('answers', () => {
  test('carry a request id, the given one if it is one', async () => {
    const given = await ground.ask('GET', '/apps', { headers: { 'x-request-id': 'abc-123' } });
    expect(given.headers.get('x-request-id')).toBe('abc-123');
    const odd = await ground.ask('GET', '/apps', { headers: { 'x-request-id': 'a b"{}' } });
    expect(odd.headers.get('x-request-id')).toMatch(/^[a-z2-7]{16}-[0-9a-z]+$/);
    const refused = await ground.ask('GET', '/apps', { token: null });
    expect(refused.headers.get('x-request-id')).toMatch(/^[a-z2-7]{16}-[0-9a-z]+$/);
  });

  test('are private, not sniffed and not framed', async () => {
    for (const token of [ground.admin, null]) {
      const { headers } = await ground.ask('GET', '/apps', { token });
      expect(headers.get('cache-control')).toBe('private, no-store');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'");
    }
  });
});

describe('the log', () => {
  test('has a line a request, with who and what, and never a query, a body or a secret', async () => {
    ground.logged.length = 0;
    await ground.ask('GET', '/apps/shop/evaluate?flagKey=new-checkout&email=ada%40example.com', {
      headers: { 'x-request-id': 'line-1' },
    });
    await ground.ask('POST', '/client/v4/session', { token: null, body: { token: ground.admin } });
    await ground.ask('POST', '/client/v4/session', { token: null, body: `{"token":"${ground.admin}"` });
    const text = ground.logged.join('\n');
    expect(text).not.toContain(ground.admin);
    expect(text).not.toContain('hls_');
    expect(text).not.toContain('ada%40example.com');
    expect(text).not.toContain('flagKey');
    expect(JSON.parse(ground.logged[0] ?? '')).toMatchObject({
      id: 'line-1',
      method: 'GET',
      path: '/client/v4/accounts/acme/flagship/apps/shop/evaluate',
      status: 200,
      operation: 'evaluateFlag',
      actor: 'ada',
    });
  });
});

(HOME === 'node' ? describe : () => {})('when something is away or broken', () => {
  const broken = async (error: Error) => {
    const own = await openGround();
    const stores = {
      ...own.stores,
      ping: () => Promise.reject(error),
      app: () => ({
        ...own.stores.app('acme', 'shop'),
        flag: () => Promise.reject(error),
        commit: () => Promise.reject(error),
      }),
    };
    const ground = await openGround({ stores });
    const { secret } = await own.mint({});
    return {
      ask: (method: string, path: string, body?: unknown) =>
        ground.ask(method, path, { token: secret, ...(body === undefined ? {} : { body }) }),
      logged: ground.logged,
      async close() {
        await ground.close();
        await own.close();
      },
    };
  };

  test('a database that cannot be reached is 503 with Retry-After, and not ready', async () => {
    const away = await broken(new Problem('unavailable', { message: 'The database cannot be reached.' }, 3));
    const put = await away.ask('PUT', `${flags}/new-checkout`, FLAG);
    expect([put.status, put.headers.get('retry-after'), put.json.errors[0].code]).toEqual([503, '3', 1014]);
    const ready = await away.ask('GET', '/readyz');
    expect([ready.status, ready.json]).toEqual([
      503,
      { status: 'unavailable', reason: 'The database cannot be reached.' },
    ]);
    expect((await away.ask('GET', '/healthz')).json).toEqual({ status: 'ok' });
    await away.close();
  });

  test('a fault of ours is 500 that says where to look, and the log has the reason', async () => {
    const faulty = await broken(new TypeError('x is not a function'));
    const got = await faulty.ask('GET', `${flags}/new-checkout`);
    expect(got.status).toBe(500);
    const id = got.headers.get('x-request-id');
    expect(got.json.errors).toEqual([
      { code: 1500, message: `Something went wrong on the server. The log has it under request ${id}.` },
    ]);
    expect(faulty.logged.some((line) => line.includes('x is not a function') && line.includes(`${id}`))).toBe(
      true,
    );
    await faulty.close();
  });
});

describe('operations', () => {
  test('is alive and ready', async () => {
    expect((await ground.ask('GET', '/healthz', { token: null })).status).toBe(200);
    expect((await ground.ask('GET', '/readyz', { token: null })).json).toEqual({ status: 'ok' });
  });

  test('a page or probe that is only read says so to another method', async () => {
    for (const path of ['/healthz', '/readyz', ...METRICS, '/openapi.json', '/docs']) {
      const { status, headers, json } = await ground.ask('POST', path, { token: null });
      expect([status, headers.get('allow'), json.errors[0].code]).toEqual([405, 'GET, HEAD', 1005]);
    }
  });

  test('a page of the dashboard says so to another method too', async () => {
    for (const path of ['/', '/dashboard', '/dashboard/', '/dashboard/apps/shop']) {
      const { status, headers, json } = await ground.ask('POST', path, { token: null });
      expect([path, status, headers.get('allow'), json.errors[0].code]).toEqual([
        path,
        405,
        'GET, HEAD',
        1005,
      ]);
    }
  });

  test('every path of the document answers a method that it does not have with 405 and Allow', async () => {
    const { paths } = (await ground.ask('GET', '/openapi.json', { token: null })).json;
    for (const [path, item] of Object.entries<object>(paths)) {
      const { status, headers } = await ground.ask('PROPFIND', path.replaceAll(/\{\w+\}/g, '1'));
      const known = Object.keys(item).map((method) => method.toUpperCase());
      const allow = [...known, ...(known.includes('GET') ? ['HEAD'] : [])].sort().join(', ');
      expect([path, status, headers.get('allow')]).toEqual([path, 405, allow]);
    }
  });

  onNode('is not ready while the database is being prepared', async () => {
    const preparing = ground.controlPlane.firstStart({ adminToken: null, secret: null, example: false });
    const early = await ground.ask('GET', '/readyz', { token: null });
    expect([early.status, early.json.reason]).toEqual([503, 'The database is being prepared.']);
    await preparing;
    expect((await ground.ask('GET', '/readyz', { token: null })).status).toBe(200);
  });

  onNode('a process was ready before its own edge had anything: it says what it waits for', async () => {
    let awaited: string | null = 'The edge of this process has not loaded its configuration yet.';
    const starting = await openGround({ awaited: () => awaited });
    const early = await starting.ask('GET', '/readyz', { token: null });
    expect([early.status, early.headers.get('retry-after'), early.json]).toEqual([
      503,
      '1',
      { status: 'unavailable', reason: awaited },
    ]);
    awaited = null;
    expect((await starting.ask('GET', '/readyz', { token: null })).json).toEqual({ status: 'ok' });
    await starting.close();
  });

  onNode('the metrics told a token of one app about all of them: it is refused', async () => {
    const { secret } = await ground.mint({ name: 'ben', permission: 'admin', app_ids: ['shop'] });
    const refused = await ground.ask('GET', '/metrics', { token: secret });
    expect([refused.status, refused.json.errors]).toEqual([
      403,
      [
        {
          code: 1003,
          message:
            'The token is for some apps only; /metrics is about the whole server and needs a token for every app.',
        },
      ],
    ]);
  });

  onNode('metrics take a token, and count by operation', async () => {
    expect((await ground.ask('GET', '/metrics', { token: null })).status).toBe(401);
    await ground.ask('GET', '/apps');
    const metrics = await ground.ask('GET', '/metrics');
    expect(metrics.headers.get('content-type')).toMatch(/^text\/plain/);
    expect(metrics.text).toMatch(/halyard_api_requests_total\{operation="listApps",status="200"\} \d+/);
    expect(metrics.text).toMatch(/halyard_authentication_failures_total \d+/);
  });
});

describe('pages', () => {
  test('/ leads to the dashboard', async () => {
    const { status, headers } = await ground.ask('GET', '/', { token: null });
    expect([status, headers.get('location')]).toEqual([302, '/dashboard/']);
  });

  onNode('under a path, every route of the dashboard gets an index whose files are found', async () => {
    const under = await openGround({
      publicUrl: 'https://example.com/flags',
      edgeUrl: 'https://edges.example.com',
      dashboard: async (path) =>
        path === 'index.html'
          ? {
              body: new TextEncoder().encode(
                '<head><link href="./a.css"><script src="./early.js"></script></head><a href="./../x">',
              ),
              contentType: 'text/html',
              immutable: false,
            }
          : null,
    });
    expect((await under.ask('GET', '/', { token: null })).headers.get('location')).toBe('/flags/dashboard/');
    for (const path of ['/dashboard/', '/dashboard/apps/shop/flags/new-checkout']) {
      const { text } = await under.ask('GET', path, { token: null });
      expect(text).toContain('<link href="/flags/dashboard/a.css"><script src="/flags/dashboard/early.js">');
      expect(text).toContain('<meta name="halyard-edge-url" content="https://edges.example.com" />');
    }
    const { json } = await under.ask('GET', '/openapi.json', { token: null });
    expect(json.servers).toEqual([{ url: 'https://example.com/flags', description: 'This server.' }]);
    const path = '/client/v4/accounts/{account_id}/flagship/apps/{app_id}/evaluate';
    expect(json.paths[path]?.post.servers).toEqual([
      { url: 'https://edges.example.com', description: 'The edges.' },
    ]);
    await under.close();
  });

  onNode('where people come by https, browsers are told to keep to it', async () => {
    const secure = await openGround({ publicUrl: 'https://flags.example.com' });
    for (const path of ['/dashboard/', '/docs', '/apps', '/nowhere', '/healthz']) {
      const { headers } = await secure.ask('GET', path, { token: null });
      expect([path, headers.get('strict-transport-security')]).toEqual([path, 'max-age=31536000']);
      expect([path, headers.get('x-content-type-options')]).toEqual([path, 'nosniff']);
    }
    await secure.close();
    const plain = await ground.ask('GET', '/healthz', { token: null });
    expect(plain.headers.get('strict-transport-security')).toBeNull();
  });

  test.for(['/dashboard/', '/dashboard/apps/shop', '/dashboard/sign-in'])(
    '%s is the dashboard’s index, never kept',
    async (path) => {
      const page = await ground.ask('GET', path, { token: null });
      expect([page.status, page.text]).toEqual([200, '<!doctype html>index']);
      expect(page.headers.get('cache-control')).toBe('no-cache');
      expect(page.headers.get('content-security-policy')).toContain("script-src 'self';");
      expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    },
  );

  test('files with a hash in their name are kept for ever, and missing ones are 404', async () => {
    const script = await ground.ask('GET', '/dashboard/assets/app-1.js', { token: null });
    expect(script.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect((await ground.ask('GET', '/dashboard/assets/app-0.js', { token: null })).status).toBe(404);
    expect((await ground.ask('GET', '/dashboard/../openapi.json', { token: null })).status).toBe(200);
  });

  const encodings: readonly (readonly [string, string | null, string])[] = [
    ['gzip, deflate, br, zstd', 'br', 'brotli'],
    ['gzip, deflate', 'gzip', 'gzipped'],
    ['br;q=0, GZIP;q=0.5', 'gzip', 'gzipped'],
    ['gzip;q=0.0, identity', null, 'js'],
    ['', null, 'js'],
  ];
  // Cloudflare compresses what Workers answer.
  test.for(encodings.filter(([, coding]) => HOME === 'node' || coding === null))(
    'to Accept-Encoding %j a script is answered as %s',
    async ([accepted, coding, text]) => {
      const script = await ground.ask('GET', '/dashboard/assets/app-1.js', {
        token: null,
        headers: { 'accept-encoding': accepted ?? '' },
      });
      expect([script.headers.get('content-encoding'), script.text]).toEqual([coding, text]);
      expect(script.headers.get('vary')).toBe('Accept-Encoding');
    },
  );

  test.for(['/docs', '/openapi.json', '/docs/reference.css'])(
    '%s was made for each request: it has a tag, and who has it is not sent it again',
    async (path) => {
      const { status, headers, text } = await ground.ask('GET', path, { token: null });
      const etag = headers.get('etag') ?? '';
      expect([status, /^"[0-9a-f]{32}"$/.test(etag), text.length > 1_000]).toEqual([200, true, true]);
      const again = await ground.ask('GET', path, { token: null, headers: { 'if-none-match': etag } });
      expect([again.status, again.text, again.headers.get('etag')]).toEqual([304, '', etag]);
      const head = await ground.ask('HEAD', path, { token: null });
      expect([head.status, head.text, head.headers.get('etag')]).toEqual([200, '', etag]);
    },
  );

  test('/docs is made of the document and loads nothing from elsewhere', async () => {
    const page = await ground.ask('GET', '/docs', { token: null });
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    expect(page.text).toContain('Replace a flag');
    expect(page.text).not.toMatch(/<script|https?:\/\/(?!www\.apache\.org)[^"<]*\.(?:js|css)/);
    const style = await ground.ask('GET', '/docs/reference.css', { token: null });
    expect(style.headers.get('content-type')).toBe('text/css; charset=UTF-8');
  });
});
