import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ACCOUNT, FLAG, type Ground, onNode, openGround } from '../testing/scenario.ts';

let ground: Ground;
const ORIGIN = 'https://www.example.com';
let browser: string;

beforeAll(async () => {
  ground = await openGround();
  await ground.ask('POST', '/apps/shop/flags', { body: { ...FLAG, metadata: { team: 'pay' } } });
  await ground.ask('POST', '/apps/shop/flags', {
    body: {
      ...FLAG,
      key: 'lists',
      client_side: false,
      rules: [
        {
          priority: 1,
          conditions: [{ attribute: 'roles', operator: 'has', value: 'admin' }],
          serve_variation: 'on',
        },
      ],
    },
  });
  ({ secret: browser } = await ground.mint({
    name: 'page',
    permission: 'evaluate',
    app_ids: ['shop'],
    allowed_origins: [ORIGIN],
  }));
});
afterAll(() => ground.close());

const evaluate = (query: string, options: { token?: string | null; headers?: Record<string, string> } = {}) =>
  ground.ask('GET', `/apps/shop/evaluate?${query}`, options);

describe('POST evaluate', () => {
  const post = (body: unknown, options: { token?: string; headers?: Record<string, string> } = {}) =>
    ground.ask('POST', '/apps/shop/evaluate', { body, ...options });

  test('answers as GET does, for a context of any JSON', async () => {
    const listed = await post({ flagKey: 'lists', context: { targetingKey: 'u', roles: ['dev', 'admin'] } });
    expect([listed.status, listed.json]).toMatchObject([
      200,
      { flagKey: 'lists', value: true, variant: 'on', reason: 'TARGETING_MATCH' },
    ]);
    expect((await post({ flagKey: 'lists', context: { roles: 'admin' } })).json.variant).toBe('off');
    expect((await post({ flagKey: 'new-checkout' })).json).toMatchObject({
      variant: 'off',
      reason: 'DEFAULT',
    });
  });

  test('names what is wrong', async () => {
    expect((await post({ flagKey: 'nowhere', context: {} })).status).toBe(404);
    for (const [body, pointer] of [
      [{}, '/flagKey'],
      [{ flagKey: 7 }, '/flagKey'],
      [{ flagKey: 'lists', context: [] }, '/context'],
      [{ flagKey: 'lists', contxt: {} }, '/contxt'],
    ] as const) {
      const { status, json } = await post(body);
      expect([status, json.errors[0].code, json.errors[0].pointer]).toEqual([400, 1001, pointer]);
    }
  });

  test('shows a page elsewhere what browsers may see', async () => {
    const headers = { origin: ORIGIN };
    const seen = await post({ flagKey: 'new-checkout' }, { token: browser, headers });
    expect([seen.status, seen.headers.get('access-control-allow-origin')]).toEqual([200, ORIGIN]);
    expect((await post({ flagKey: 'lists' }, { token: browser, headers })).status).toBe(404);
  });
});

describe('GET evaluate', () => {
  test('answers outside the envelope, every parameter being an attribute', async () => {
    const pro = await evaluate('flagKey=new-checkout&targetingKey=u&plan=pro');
    expect(pro.status).toBe(200);
    expect(pro.json).toEqual({
      flagKey: 'new-checkout',
      value: true,
      variant: 'on',
      reason: 'TARGETING_MATCH',
      metadata: { team: 'pay', flagSetId: 'shop', version: 1 },
    });
    expect(pro.headers.get('cache-control')).toBe('private, no-store');
    expect(pro.headers.get('vary')).toBe('Authorization, X-API-Key, Origin');
    expect((await evaluate('flagKey=new-checkout')).json).toMatchObject({
      variant: 'off',
      reason: 'DEFAULT',
    });
  });

  test('a repeated parameter is a list', async () => {
    expect((await evaluate('flagKey=lists&roles=dev&roles=admin')).json.variant).toBe('on');
    expect((await evaluate('flagKey=lists&roles=admin')).json.variant).toBe('off');
  });

  test('sees every commit at once', async () => {
    await ground.ask('PATCH', '/apps/shop/flags/lists', { body: { enabled: false } });
    expect((await evaluate('flagKey=lists')).json.reason).toBe('DISABLED');
    await ground.ask('PATCH', '/apps/shop/flags/lists', { body: { enabled: true } });
  });

  test('envelopes its errors', async () => {
    const gone = await evaluate('flagKey=gone');
    expect([gone.status, gone.json.errors]).toEqual([
      404,
      [{ code: 1004, message: 'FLAG_NOT_FOUND: there is no flag "gone" in this app.' }],
    ]);
    const none = await evaluate('targetingKey=u');
    expect([none.status, none.json.errors[0].message]).toEqual([
      400,
      'flagKey is missing; expected the key of a flag.',
    ]);
    const nowhere = await ground.ask('GET', '/apps/nowhere/evaluate?flagKey=x');
    expect(nowhere.json.errors[0].message).toBe('There is no app "nowhere" in this account.');
  });

  onNode('a stored flag of a newer release is 422 PARSE_ERROR, not false', async () => {
    const after = {
      ...FLAG,
      key: 'newer',
      bucketing: { hash: 'murmur3', salt: 's' },
      rules: [
        {
          priority: 1,
          conditions: [{ attribute: 'a', operator: 'telepathy', value: 1 }],
          serve_variation: 'on',
        },
      ],
    };
    await ground.stores.app(ACCOUNT, 'shop').commit({
      keys: ['newer'],
      // As a newer release would have written it: this one's types do not know the operator.
      decide: () => ({ changes: [{ event: 'create', key: 'newer', after: after as never }], answer: null }),
      write: { actor: { name: 'newer', token_id: '' }, at: '2026-11-24T09:00:00.000Z', comment: null },
    });
    const failed = await evaluate('flagKey=newer');
    expect([failed.status, failed.json.errors[0].code]).toEqual([422, 1011]);
    expect(failed.json.errors[0].message).toMatch(/^PARSE_ERROR: .*telepathy/);
  });

  test('`constructor` and `__proto__` are ordinary names', async () => {
    expect((await evaluate('flagKey=constructor')).status).toBe(404);
    expect((await evaluate('flagKey=lists&__proto__=x&constructor=y')).status).toBe(200);
  });
});

describe('a browser token', () => {
  const from = (origin: string) => ({ token: browser, headers: { origin } });

  test('works from its origin alone, and says so to the browser', async () => {
    const fine = await evaluate('flagKey=new-checkout', from(ORIGIN));
    expect(fine.status).toBe(200);
    expect(fine.headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect(fine.headers.get('access-control-expose-headers')).toContain('ETag');
    expect(fine.headers.get('access-control-allow-credentials')).toBeNull();
    const elsewhere = await evaluate('flagKey=new-checkout', from('https://evil.example'));
    expect(elsewhere.status).toBe(403);
    expect(elsewhere.headers.get('access-control-allow-origin')).toBeNull();
    expect((await evaluate('flagKey=new-checkout', { token: browser })).status).toBe(403);
  });

  test('does not know flags that are not client-side', async () => {
    expect((await evaluate('flagKey=lists', from(ORIGIN))).status).toBe(404);
  });

  test('refusals can be read by the page too', async () => {
    const unknown = await evaluate('flagKey=new-checkout', { token: 'hly_no', headers: { origin: ORIGIN } });
    expect([unknown.status, unknown.headers.get('access-control-allow-origin')]).toEqual([401, ORIGIN]);
  });

  test('a preflight passes for an origin that any token of the app allows', async () => {
    const preflight = (origin: string) =>
      ground.ask('OPTIONS', '/apps/shop/evaluate', {
        token: null,
        headers: { origin, 'access-control-request-method': 'GET' },
      });
    const fine = await preflight(ORIGIN);
    expect(fine.status).toBe(204);
    expect(fine.headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect(fine.headers.get('access-control-allow-headers')).toContain('Authorization');
    expect((await preflight('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
  });

  test('an origin is compared in the form it was stored in: one wildcard level, no default port, no capitals', async () => {
    const { secret } = await ground.mint({
      permission: 'evaluate',
      app_ids: ['shop'],
      allowed_origins: ['https://*.Pages.example:443', 'capacitor://localhost'],
    });
    for (const [origin, allowed] of [
      ['https://a.pages.example', true],
      ['capacitor://localhost', true],
      ['https://pages.example', false],
      ['https://a.b.pages.example', false],
    ] as const) {
      const answer = await evaluate('flagKey=new-checkout', {
        token: secret,
        headers: { origin },
      });
      expect(answer.status, origin).toBe(allowed ? 200 : 403);
      expect(answer.headers.get('access-control-allow-origin')).toBe(allowed ? origin : null);
    }
  });
});

describe('what a flag depends on', () => {
  const on = (key: string, condition: object, more: object = {}) => ({
    ...FLAG,
    key,
    rules: [{ id: 'r1', priority: 1, conditions: [condition], serve_variation: 'on' }],
    ...more,
  });
  const variantOf = async (key: string) =>
    (await ground.ask('GET', `/apps/shop/evaluate?flagKey=${encodeURIComponent(key)}&targetingKey=ada`)).json;

  test('counts when it is evaluated, and a change of it is seen at once', async () => {
    await ground.ask('POST', '/apps/shop/segments', { body: { key: 'team:a|b.c', include: ['ada'] } });
    const first = on('dep:1|a', { operator: 'in_segment', value: ['team:a|b.c'] });
    const second = on(
      'dep.2',
      { attribute: 'targetingKey', operator: 'exists' },
      { prerequisites: [{ flag: 'dep:1|a', variations: ['on'] }] },
    );
    for (const body of [first, second]) {
      expect((await ground.ask('POST', '/apps/shop/flags', { body })).status).toBe(201);
    }
    expect([(await variantOf('dep:1|a')).variant, (await variantOf('dep.2')).variant]).toEqual(['on', 'on']);
    await ground.ask('PATCH', '/apps/shop/segments/team:a%7Cb.c', {
      body: { exclude: ['ada'], include: [] },
    });
    expect((await variantOf('dep:1|a')).variant).toBe('off');
    expect(await variantOf('dep.2')).toMatchObject({
      variant: 'off',
      metadata: { prerequisite: 'dep:1|a' },
    });
    await ground.ask('POST', '/apps/shop/segments/team:a%7Cb.c/members', { body: { add: ['ada'] } });
    expect((await variantOf('dep.2')).variant).toBe('on');
  });

  test('counts when it is explained', async () => {
    await ground.ask('POST', '/apps/shop/segments', { body: { key: 'explained', include: ['ada'] } });
    const body = on('explained', { operator: 'in_segment', value: ['explained'] });
    await ground.ask('POST', '/apps/shop/flags', { body });
    const explained = await ground.ask('POST', '/apps/shop/explain', {
      body: { key: 'explained', context: { targetingKey: 'ada' } },
    });
    expect(explained.json.result).toMatchObject({ variant: 'on', reason: 'TARGETING_MATCH' });
    expect(explained.json.result.text).toContain('explained');
  });
});

describe('POST explain', () => {
  test('answers the result and the trace', async () => {
    const { status, json } = await ground.ask('POST', '/apps/shop/explain', {
      body: { key: 'new-checkout', context: { plan: 'free', targetingKey: 'user-42' } },
    });
    expect(status).toBe(200);
    expect(json.result).toMatchObject({ key: 'new-checkout', variant: expect.any(String) });
    expect(json.result.rules[0]).toMatchObject({
      priority: 1,
      outcome: 'conditions',
      conditions: [{ attribute: 'plan', held: false, seen: { missing: false, value: 'free' } }],
    });
    expect(json.result.rules[1].share.bucket).toEqual(expect.any(Number));
    expect(json.result.text).toContain('rule 1');
  });

  test('refuses a context that is none, or too deep, and a key that is not there', async () => {
    const explain = (body: unknown) => ground.ask('POST', '/apps/shop/explain', { body });
    expect((await explain({ key: 'new-checkout', context: [] })).json.errors[0].pointer).toBe('/context');
    const deep = JSON.parse(`${'{"a":'.repeat(40)}1${'}'.repeat(40)}`);
    expect((await explain({ key: 'new-checkout', context: deep })).status).toBe(400);
    const gone = await explain({ key: 'gone', context: {} });
    expect([gone.status, gone.json.errors[0].pointer]).toEqual([404, '/key']);
  });
});

describe('what a question may cost', () => {
  const context = (bytes: number) => ({ a: 'x'.repeat(bytes - '{"a":""}'.length) });

  test('a context of 64 KiB is taken, and one of a byte more is 413', async () => {
    for (const [path, key] of [
      ['/apps/shop/explain', 'key'],
      ['/apps/shop/evaluate', 'flagKey'],
    ] as const) {
      const status = async (bytes: number) =>
        (await ground.ask('POST', path, { body: { [key]: 'lists', context: context(bytes) } })).status;
      expect([path, await status(64 * 1024), await status(64 * 1024 + 1), await status(900 * 1024)]).toEqual([
        path,
        200,
        413,
        413,
      ]);
    }
    const refused = await ground.ask('POST', '/apps/shop/explain', {
      body: { key: 'lists', context: context(64 * 1024 + 1) },
    });
    expect(refused.json.errors).toEqual([
      { code: 1009, message: 'The context is over 64 KiB, the most that one may have.' },
    ]);
    // 431: so long a URL may not even pass the servers in front.
    expect([413, 431]).toContain((await evaluate(`flagKey=lists&a=${'x'.repeat(64 * 1024)}`)).status);
  });

  test('a context may be 32 deep, and not 33', async () => {
    for (const path of ['explain', 'evaluate']) {
      const status = async (depth: number) => {
        const deep = `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
        const body = `{"${path === 'explain' ? 'key' : 'flagKey'}":"lists","context":${deep}}`;
        return (await ground.ask('POST', `/apps/shop/${path}`, { body })).status;
      };
      expect([path, await status(32), await status(33)]).toEqual([path, 200, 400]);
    }
  });

  test('explain took gigabytes: what was seen is cut short, however many conditions see it', async () => {
    const conditions = Array.from({ length: 2_000 }, (_, n) => ({
      attribute: n % 2 === 0 ? 'text' : 'object',
      operator: 'equals',
      value: 'no',
    }));
    await ground.ask('POST', '/apps/shop/flags', {
      body: { ...FLAG, key: 'many', rules: [{ priority: 1, conditions, serve_variation: 'on' }] },
    });
    const object = Object.fromEntries(Array.from({ length: 90 }, (_, n) => [`n${n}`, 'x'.repeat(300)]));
    const { status, text } = await ground.ask('POST', '/apps/shop/explain', {
      body: { key: 'many', context: { text: 'x'.repeat(32 * 1024), object } },
    });
    expect(status).toBe(200);
    expect(text.length).toBeLessThan(4 * 1024 * 1024);
  });
});

onNode(
  'a preflight read every token there ever was: it reads what browsers are let in by, once',
  async () => {
    const own = await openGround();
    const counts = { tokens: 0, browserTokens: 0 };
    const accounts = {
      ...own.stores.accounts,
      tokens: (account: string) => {
        counts.tokens += 1;
        return own.stores.accounts.tokens(account);
      },
      browserTokens: (account: string) => {
        counts.browserTokens += 1;
        return own.stores.accounts.browserTokens(account);
      },
    };
    const ground = await openGround({ stores: { ...own.stores, accounts } });
    const preflight = async (origin: string) => {
      const { headers } = await ground.ask('OPTIONS', '/apps/shop/evaluate', {
        token: null,
        headers: { origin },
      });
      return headers.get('access-control-allow-origin');
    };
    for (let n = 0; n < 20; n += 1) expect(await preflight(ORIGIN)).toBeNull();
    expect(counts).toEqual({ tokens: 0, browserTokens: 1 });
    const page = { permission: 'evaluate', app_ids: ['shop'], allowed_origins: [ORIGIN] } as const;
    const { id } = await own.mint({ name: 'page', ...page });
    expect(await preflight(ORIGIN)).toBe(ORIGIN);
    await own.ask('DELETE', `/client/v4/accounts/${ACCOUNT}/flagship/tokens/${id}`);
    expect(await preflight(ORIGIN)).toBeNull();
    await own.mint({ name: 'until', ...page, expires_at: new Date(ground.clock.ms + 1_000).toISOString() });
    expect(await preflight(ORIGIN)).toBe(ORIGIN);
    ground.clock.ms += 1_500;
    expect(await preflight(ORIGIN)).toBeNull();
    await ground.close();
    await own.close();
  },
);
