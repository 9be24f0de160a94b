import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FLAG, type Ground, HOME, onNode, openGround } from '../testing/scenario.ts';

let ground: Ground;
const tokens: Record<string, string> = {};
beforeAll(async () => {
  ground = await openGround();
  await ground.ask('POST', '/apps/shop/flags', { body: FLAG });
  for (const permission of ['evaluate', 'config', 'read', 'write', 'admin'] as const) {
    tokens[permission] = (await ground.mint({ permission, name: permission })).secret;
  }
});
afterAll(() => ground.close());

const GATES = [
  ['evaluate', 'GET', '/apps/shop/evaluate?flagKey=new-checkout'],
  ['evaluate', 'POST', '/apps/shop/evaluate'],
  ['evaluate', 'GET', '/client/v4/accounts'],
  ['read', 'GET', '/apps'],
  ['read', 'GET', '/apps/shop'],
  ['read', 'GET', '/apps/shop/flags'],
  ['read', 'GET', '/apps/shop/flags/new-checkout'],
  ['read', 'GET', '/apps/shop/flags/new-checkout/changelog'],
  ['read', 'GET', '/apps/shop/changelog'],
  ['read', 'GET', '/apps/shop/export'],
  ['read', 'GET', '/apps/shop/propagation'],
  ['read', 'POST', '/apps/shop/explain'],
  ...(HOME === 'node' ? [['read', 'GET', '/metrics'] as const] : []),
  ['read', 'GET', '/client/v4/accounts/acme/flagship/log'],
  ['read', 'GET', '/apps/shop/contexts'],
  ['read', 'GET', '/apps/shop/contexts/ada'],
  ['write', 'PUT', '/apps/shop/contexts/ada'],
  ['write', 'DELETE', '/apps/shop/contexts/ada'],
  ['write', 'POST', '/apps'],
  ['write', 'PUT', '/apps/shop'],
  ['write', 'PATCH', '/apps/shop'],
  ['write', 'POST', '/apps/shop/flags'],
  ['write', 'PUT', '/apps/shop/flags/new-checkout'],
  ['write', 'PATCH', '/apps/shop/flags/new-checkout'],
  ['write', 'DELETE', '/apps/shop/flags/gone'],
  ['write', 'PATCH', '/apps/shop/flags/new-checkout/rules/1'],
  ['write', 'PUT', '/apps/shop/flags/new-checkout/rules/1/split'],
  ['write', 'POST', '/apps/shop/flags/new-checkout/restore'],
  ['write', 'POST', '/apps/shop/changes'],
  ['write', 'POST', '/apps/shop/import'],
  ['write', 'DELETE', '/apps/shop/propagation/edges/gone'],
  ['read', 'GET', '/client/v4/accounts/acme/flagship/projects'],
  ['read', 'GET', '/client/v4/accounts/acme/flagship/projects/gone'],
  ['write', 'POST', '/client/v4/accounts/acme/flagship/projects'],
  ['write', 'PATCH', '/client/v4/accounts/acme/flagship/projects/gone'],
  ['admin', 'DELETE', '/client/v4/accounts/acme/flagship/projects/gone'],
  ['write', 'POST', '/client/v4/accounts/acme/flagship/projects/gone/environments'],
  ['write', 'PATCH', '/client/v4/accounts/acme/flagship/projects/gone/environments/gone'],
  ['admin', 'DELETE', '/client/v4/accounts/acme/flagship/projects/gone/environments/gone'],
  ['admin', 'DELETE', '/apps/gone'],
  ['admin', 'GET', '/client/v4/accounts/acme/flagship/tokens'],
  ['admin', 'POST', '/client/v4/accounts/acme/flagship/tokens'],
  ['admin', 'DELETE', '/client/v4/accounts/acme/flagship/tokens/gone'],
  ['admin', 'POST', '/client/v4/accounts/acme/flagship/tokens/gone/link'],
] as const;

const ORDER = ['evaluate', 'config', 'read', 'write', 'admin'] as const;

describe('each call needs its permission, and the stronger ones have it too', () => {
  test.for(GATES)('%s: %s %s', async ([needed, method, path]) => {
    for (const permission of ORDER) {
      const { status } = await ground.ask(method, path, {
        token: tokens[permission] ?? '',
        ...(method === 'GET' || method === 'DELETE' ? {} : { body: '{' }),
      });
      const allowed = ORDER.indexOf(permission) >= ORDER.indexOf(needed);
      // With the permission, a body that is no JSON is the next thing that is wrong; a weaker token never gets that far.
      if (allowed) expect([200, 400, 404, 415, 428], `${permission}: ${status}`).toContain(status);
      else expect([permission, status]).toEqual([permission, 403]);
    }
  });
});

test('says which permission is needed', async () => {
  const refused = await ground.ask('GET', '/apps/shop/flags', { token: tokens['evaluate'] ?? '' });
  expect(refused.json).toEqual({
    success: false,
    errors: [{ code: 1003, message: 'The token\'s permission is "evaluate"; this call needs "read".' }],
    messages: [],
    result: null,
  });
});

test('another account is 403, whether it exists or not', async () => {
  await ground.stores.accounts.ensureAccount('other', '2026-01-01T00:00:00.000Z');
  for (const account of ['other', 'nobody']) {
    const { status, json } = await ground.ask('GET', `/client/v4/accounts/${account}/flagship/apps`);
    expect([status, json.errors[0].message]).toEqual([403, 'The token is for another account.']);
  }
});

test('another app is 403, whether it exists or not, and its flags are untouched', async () => {
  const { secret } = await ground.mint({ app_ids: ['elsewhere'], permission: 'write' });
  for (const app of ['shop', 'nobody']) {
    const { status } = await ground.ask('PUT', `/apps/${app}/flags/new-checkout`, {
      token: secret,
      body: { ...FLAG, enabled: false },
    });
    expect(status).toBe(403);
  }
  expect((await ground.ask('GET', '/apps/shop/flags/new-checkout')).json.result.enabled).toBe(true);
  expect((await ground.ask('GET', '/apps', { token: secret })).json.result).toEqual([]);
  expect((await ground.ask('POST', '/apps', { token: secret, body: { name: 'x' } })).status).toBe(403);
});

describe('no token, or one that does not hold', () => {
  test('is 401 with a challenge', async () => {
    const none = await ground.ask('GET', '/apps', { token: null });
    expect(none.status).toBe(401);
    expect(none.headers.get('www-authenticate')).toBe('Bearer realm="halyard"');
    expect(none.json.errors).toEqual([
      {
        code: 1002,
        message: 'The request carries no token; expected the header `Authorization: Bearer hly_…`.',
      },
    ]);
    for (const token of ['hly_unknown', 'x y', '']) {
      expect((await ground.ask('GET', '/apps', { token })).status).toBe(401);
    }
    expect(
      (await ground.ask('GET', '/apps', { token: null, headers: { authorization: 'Basic eA==' } })).status,
    ).toBe(401);
  });

  test('X-API-Key is taken too', async () => {
    const { status } = await ground.ask('GET', '/apps', {
      token: null,
      headers: { 'x-api-key': ground.admin },
    });
    expect(status).toBe(200);
  });

  test('an expired token stops at its second', async () => {
    const { secret } = await ground.mint({ expires_at: new Date(ground.clock.ms + 5_000).toISOString() });
    expect((await ground.ask('GET', '/apps', { token: secret })).status).toBe(200);
    ground.clock.ms += 5_000;
    expect((await ground.ask('GET', '/apps', { token: secret })).status).toBe(401);
  });

  onNode('too many failures from an address are 429, and a valid token from there still works', async () => {
    const own = await openGround({ trustProxy: true });
    const from = { 'x-forwarded-for': 'made-up, 203.0.113.7' };
    const guess = () => own.ask('GET', '/apps', { token: 'hly_guess', headers: from });
    for (let attempt = 0; attempt < 50; attempt++) expect((await guess()).status).toBe(401);
    const blocked = await guess();
    expect([blocked.status, blocked.headers.get('retry-after')]).toEqual([429, '1']);
    expect((await own.ask('GET', '/apps', { headers: from })).status).toBe(200);
    const other = { 'x-forwarded-for': '203.0.113.8' };
    expect((await own.ask('GET', '/apps', { token: 'hly_guess', headers: other })).status).toBe(401);
    own.clock.ms += 1_000;
    expect((await guess()).status).toBe(401);
    await own.close();
  });
});
