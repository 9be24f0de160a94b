import { expect, test } from 'vitest';
import { answer } from './answer.ts';
import type { Environment } from './bindings.ts';

const TOKEN = 'hly_of-the-test-0123456789';

/** Objects that answer with their name and what they were asked. */
const echoing = (kind: string): Environment['ACCOUNTS'] & Environment['APPS'] => ({
  idFromName: (name) => ({ name }),
  get: ({ name }) => ({
    fetch: async (request) =>
      Response.json({ object: `${kind} ${name}`, headers: Object.fromEntries(request.headers) }),
    ask: () => Promise.reject(new Error('not asked')),
    bring: async () => {},
    head: async () => null,
    used: async () => {},
    report: async () => {},
    end: async () => null,
    side: async () => ({ value: null }),
  }),
});
const env = (more: Partial<Environment> = {}): Environment => ({
  ACCOUNTS: echoing('account'),
  APPS: echoing('app'),
  FLAG_CACHE: {} as Environment['FLAG_CACHE'],
  ASSETS: { fetch: async () => new Response(null, { status: 404 }) },
  HALYARD_ADMIN_TOKEN: TOKEN,
  HALYARD_LOG: 'silent',
  ...more,
});
const asked = async (path: string, more: Partial<Environment> = {}, headers: Record<string, string> = {}) => {
  const response = await answer(new Request(`https://flags.example${path}`, { headers }), env(more));
  // biome-ignore lint/suspicious/noExplicitAny: a wrong path fails the expectation.
  const body: any = await response.json();
  return { status: response.status, body };
};

test.each([
  ['/client/v4/accounts/default/flagship/apps/shop/flags', 'app ["default","shop"]'],
  ['/client/v4/accounts/default/flagship/apps/sh%6Fp/flags/a?x=/', 'app ["default","shop"]'],
  ['/client/v4/accounts/default/flagship/apps/shop', 'account default'],
  ['/client/v4/accounts/default/flagship/apps/shop/', 'account default'],
  ['/client/v4/accounts/default/flagship/apps', 'account default'],
  ['/client/v4/accounts/other/flagship/apps/shop/flags', 'account default'],
  ['/client/v4/accounts/default/flagship/apps/%E0%A4%A/flags', 'account default'],
  ['/client/v4/session', 'account default'],
  ['/healthz', 'account default'],
])('%s is answered by the object %s', async (path, object) => {
  expect(await asked(path)).toMatchObject({ status: 200, body: { object } });
});

test.each([
  ['/ofrep/v1/evaluate/flags/a', 'evaluator'],
  ['/apps/shop/config', 'evaluator'],
  ['/config', 'evaluator'],
  ['/stream?x', 'evaluator'],
  ['/configuration', 'account default'],
  ['/healthz', 'account default'],
])('with the evaluator bound, %s is answered by %s', async (path, object) => {
  const EVALUATOR = { fetch: async () => Response.json({ object: 'evaluator' }) };
  expect(await asked(path, { EVALUATOR })).toMatchObject({ status: 200, body: { object } });
});

test.each([
  ['/flags/healthz', 'account default'],
  ['/healthz', 'account default'],
  ['/flags/client/v4/accounts/default/flagship/apps/shop/flags', 'app ["default","shop"]'],
  ['/flags/ofrep/v1/evaluate/flags/a?b=c', 'evaluator /ofrep/v1/evaluate/flags/a?b=c'],
])('under the path /flags, %s is answered by %s', async (path, object) => {
  const EVALUATOR = {
    fetch: async (request: Request) => {
      const { pathname, search } = new URL(request.url);
      return Response.json({ object: `evaluator ${pathname}${search}` });
    },
  };
  const more = { EVALUATOR, HALYARD_PUBLIC_URL: 'https://flags.example/flags/' };
  expect(await asked(path, more)).toMatchObject({ status: 200, body: { object } });
});

test('an evaluator that breaks off is 503', async () => {
  const EVALUATOR = { fetch: () => Promise.reject(new Error('The script will never generate a response.')) };
  const { status, body } = await asked('/ofrep/v1/evaluate/flags/a', { EVALUATOR });
  expect([status, body.errors[0].message]).toEqual([503, 'The evaluator did not answer; try again.']);
});

test('who asks is what Cloudflare says, whatever the client does', async () => {
  const { body } = await asked(
    '/healthz',
    {},
    {
      'cf-connecting-ip': '203.0.113.7',
      'x-forwarded-for': '198.51.100.1',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'http',
    },
  );
  expect(body.headers).toEqual({ 'cf-connecting-ip': '203.0.113.7', 'x-forwarded-for': '203.0.113.7' });
});

test('a Worker that is not set up says everything that is missing', async () => {
  const settings = {
    HALYARD_ADMIN_TOKEN: 'short',
    HALYARD_ACCOUNT: 'a b',
    HALYARD_CACHE_PREFIX: 'two:',
    HALYARD_SECRET: 'short',
    HALYARD_PUBLIC_URL: 'flags.example',
  };
  const { status, body } = await asked('/healthz', settings);
  expect(status).toBe(503);
  expect(body.errors[0].message).toBe(
    'HALYARD_ADMIN_TOKEN has 5 characters; expected a secret of at least 24 characters, given with `wrangler secret put HALYARD_ADMIN_TOKEN`. ' +
      'HALYARD_ACCOUNT is "a b"; expected 1 to 64 letters, digits, _ or -. ' +
      'HALYARD_CACHE_PREFIX is "two:"; expected 1 to 32 letters, digits, _ or -. ' +
      'HALYARD_SECRET has 5 characters; expected at least 24. ' +
      'HALYARD_PUBLIC_URL is "flags.example"; expected an http:// or https:// address.',
  );
  const { HALYARD_ADMIN_TOKEN: _, ...without } = env();
  const missing = await answer(new Request('https://flags.example/'), without);
  expect(await missing.text()).toContain('HALYARD_ADMIN_TOKEN is missing; expected');
});

test('an object that breaks off is 503, and what became of a write is not claimed', async () => {
  const gone = {
    ...echoing('account'),
    get: () => ({
      fetch: () => Promise.reject(new Error('Durable Object reset because its code was updated.')),
    }),
  } as unknown as Environment['ACCOUNTS'];
  const { status, body } = await asked('/client/v4/session', { ACCOUNTS: gone });
  expect([status, body.errors[0]]).toEqual([
    503,
    {
      code: 1014,
      message: 'The answer was cut off: look before you repeat a write, or give it an Idempotency-Key.',
    },
  ]);
});
