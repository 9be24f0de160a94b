import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PERMISSIONS, type Permission } from '../../model/permission.ts';
import { ACCOUNT, FLAG, type Ground, onNode, openGround } from '../testing/scenario.ts';

let ground: Ground;
const tokens: Record<string, string> = {};
beforeAll(async () => {
  ground = await openGround();
  await ground.ask('POST', '/apps/shop/flags', { body: FLAG });
  for (const permission of PERMISSIONS) {
    tokens[permission] = (await ground.mint({ permission, name: permission })).secret;
  }
});
afterAll(() => ground.close());

/** Where the parameters of a path point; an app that is not there is refused by permission all the same. */
const PARAMETERS: Readonly<Record<string, string>> = { account_id: ACCOUNT, flag_key: 'new-checkout' };

interface Gate {
  readonly needed: Permission;
  readonly method: string;
  readonly path: string;
}

const permissionIn = (description: string): Permission => {
  const found = PERMISSIONS.find((permission) =>
    description.includes(`Permission: \`${permission}\` or more.`),
  );
  if (found === undefined) throw new Error(`No permission is named in ${JSON.stringify(description)}.`);
  return found;
};

/** Every call of the document that needs a token, with the permission that it names: those of today and those to come. */
const gates = async (): Promise<readonly Gate[]> => {
  const { json } = await ground.ask('GET', '/openapi.json', { token: null });
  const paths: Readonly<
    Record<string, Readonly<Record<string, { description: string; security: unknown[] }>>>
  > = json.paths;
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, { description, security }]) =>
      security.length === 0
        ? []
        : {
            needed: permissionIn(description),
            method: method.toUpperCase(),
            path: path.replaceAll(/\{(\w+)\}/g, (_, name: string) => PARAMETERS[name] ?? 'gone'),
          },
    ),
  );
};

test('each call needs the permission that the document names, and the stronger ones have it too', async () => {
  const all = await gates();
  expect(all.length).toBeGreaterThan(50);
  for (const { needed, method, path } of all) {
    for (const permission of PERMISSIONS) {
      const { status } = await ground.ask(method, path, {
        token: tokens[permission] ?? '',
        ...(method === 'GET' || method === 'DELETE' ? {} : { body: '{' }),
      });
      const asked = `${permission}: ${method} ${path}`;
      const allowed = PERMISSIONS.indexOf(permission) >= PERMISSIONS.indexOf(needed);
      // With the permission, a body that is no JSON is the next thing that is wrong; a weaker token never gets that far.
      if (allowed) expect.soft([200, 400, 404, 415, 428], asked).toContain(status);
      else expect.soft(status, asked).toBe(403);
    }
  }
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
