import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { FLAG, type Ground, onNode, openGround } from '../testing/scenario.ts';

let ground: Ground;
const opened: Ground[] = [];
beforeEach(async () => {
  ground = await openGround();
  opened.push(ground);
});
afterAll(async () => {
  for (const each of opened) await each.close();
});

const session = '/client/v4/session';
const signIn = (body: unknown, headers: Record<string, string> = {}) =>
  ground.ask('POST', session, { token: null, body, headers });
const cookieOf = (headers: Headers): string => headers.get('set-cookie')?.split(';')[0] ?? '';
const signedIn = async (): Promise<string> => cookieOf((await signIn({ token: ground.admin })).headers);
const linkSecret = async (name?: string): Promise<string> =>
  (await ground.mintSignInLink('http://halyard.test', name)).split('#link=')[1] ?? '';

describe('signing in', () => {
  test('exchanges a token for a cookie that scripts and other sites cannot use', async () => {
    const { status, json, headers } = await signIn({ token: ground.admin });
    expect(status).toBe(201);
    expect(json.result).toMatchObject({ account: 'acme', name: 'ada', permission: 'admin', app_ids: null });
    expect(json.result.apps.map((app: { id: string }) => app.id)).toEqual(['shop']);
    expect(headers.get('set-cookie')).toMatch(
      /^halyard_session_80=hls_[A-Za-z0-9_-]{43}; Path=\/; Max-Age=86400; HttpOnly; SameSite=Strict$/,
    );
    expect(headers.get('cache-control')).toBe('private, no-store');
  });

  test('is Secure over https, and the cookie’s name carries the port', async () => {
    const response = await ground.request(`https://halyard.test:8443${session}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token: ground.admin }),
    });
    expect(response.headers.get('set-cookie')).toMatch(
      /^__Host-halyard_session_8443=hls_.*; Path=\/; .*; Secure$/,
    );
  });

  onNode('is as the proxy in front says, where that one is trusted', async () => {
    const proxied = await openGround({ trustProxy: true });
    opened.push(proxied);
    const behind = await proxied.ask('POST', session, {
      token: null,
      body: { token: proxied.admin },
      headers: { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'flags.example.com' },
    });
    expect(behind.headers.get('set-cookie')).toMatch(/^__Host-halyard_session_443=.*; Secure$/);
  });

  for (const [publicUrl, name, end] of [
    ['https://flags.example.com', '__Host-halyard_session_443', '; Secure'],
    ['https://flags.example.com:8443/team/flags', '__Host-halyard_session_8443%2Fteam%2Fflags', '; Secure'],
    ['http://127.0.0.1:8080/flags', 'halyard_session_8080%2Fflags', '; SameSite=Strict'],
  ] as const) {
    onNode(
      `behind a proxy that sends the name of its upstream as Host, people can sign in and write at ${publicUrl}`,
      async () => {
        const behind = await openGround({ publicUrl });
        opened.push(behind);
        const headers = { origin: new URL(publicUrl).origin };
        const body = { token: behind.admin };
        const signed = await behind.ask('POST', session, { token: null, body, headers });
        expect([signed.status, signed.headers.get('set-cookie')]).toEqual([
          201,
          expect.stringMatching(
            new RegExp(`^${name}=hls_[^;]*; Path=/; Max-Age=86400; HttpOnly; SameSite=Strict`),
          ),
        ]);
        expect(signed.headers.get('set-cookie')?.endsWith(end)).toBe(true);
        const write = (origin: string) =>
          behind.ask('POST', '/apps/shop/flags', {
            token: null,
            body: FLAG,
            headers: { cookie: cookieOf(signed.headers), origin },
          });
        expect((await write('http://halyard.test')).status).toBe(403);
        expect((await write('https://evil.example')).status).toBe(403);
        expect((await write(headers.origin)).status).toBe(201);
      },
    );
  }

  onNode(
    'a page without TLS on the same host cannot write where the server is reached by https',
    async () => {
      const behind = await openGround({ publicUrl: 'https://flags.example.com' });
      opened.push(behind);
      const plain = { origin: 'http://flags.example.com' };
      const refused = await behind.ask('POST', session, {
        token: null,
        body: { token: behind.admin },
        headers: plain,
      });
      expect(refused.status).toBe(403);
    },
  );

  test('a link signs in once', async () => {
    const link = await linkSecret();
    const first = await signIn({ link });
    expect([first.status, first.json.result.name]).toEqual([201, 'ada']);
    const second = await signIn({ link });
    expect([second.status, second.json.errors[0].message]).toEqual([
      401,
      'The sign-in link was used before or is older than ten minutes; ask for a new one.',
    ]);
  });

  test('a link is good for ten minutes', async () => {
    const link = await linkSecret();
    ground.clock.ms += 10 * 60_000;
    expect((await signIn({ link })).status).toBe(401);
  });

  test('a link signs in the person it was minted for, and nobody who may not', async () => {
    const { id } = await ground.mint({ name: 'bob', permission: 'read' });
    const { json } = await signIn({ link: await linkSecret('bob') });
    expect(json.result).toMatchObject({ name: 'bob', permission: 'read', token_id: id });
    await expect(linkSecret('nobody')).rejects.toThrow('There is no token named "nobody" that may sign in.');
    const { secret } = await ground.mint({ permission: 'config' });
    const refused = await signIn({ token: secret });
    expect([refused.status, refused.json.errors[0].message]).toEqual([
      403,
      'The token\'s permission is "config"; signing in takes "read" or more.',
    ]);
  });

  test('refuses an unknown token, and a body with neither or both', async () => {
    expect((await signIn({ token: 'hly_no' })).status).toBe(401);
    for (const body of [{}, { token: 'a', link: 'b' }]) {
      const refused = await signIn(body);
      expect([refused.status, refused.json.errors[0].message]).toEqual([
        400,
        'The body is an object; expected either token or link',
      ]);
    }
  });

  test('takes no large body from nobody in particular', async () => {
    const large = await signIn({ token: 'x'.repeat(9_000) });
    expect([large.status, large.json.errors[0].message]).toEqual([
      413,
      'The body is over 8 KiB, the most this call takes.',
    ]);
  });

  test('a page elsewhere cannot sign a browser in', async () => {
    const refused = await signIn({ token: ground.admin }, { origin: 'https://evil.example' });
    expect(refused.status).toBe(403);
    expect(refused.headers.get('set-cookie')).toBeNull();
  });
});

describe('a session', () => {
  const as = (cookie: string, origin = 'http://halyard.test') => ({
    token: null,
    headers: { cookie, ...(origin === '' ? {} : { origin }) },
  });

  test('says who is signed in, and acts as them', async () => {
    const cookie = await signedIn();
    const who = await ground.ask('GET', session, as(cookie, ''));
    expect(who.json.result).toMatchObject({ account: 'acme', name: 'ada', permission: 'admin' });
    const made = await ground.ask('POST', '/apps/shop/flags', { ...as(cookie), body: FLAG });
    expect(made.status).toBe(201);
    expect((await ground.changelog())[0]?.actor.name).toBe('ada');
  });

  test.for(['', 'https://evil.example', 'http://halyard.test:81', 'null'])(
    'a write from the origin "%s" is refused and writes nothing',
    async (origin) => {
      const cookie = await signedIn();
      const refused = await ground.ask('POST', '/apps/shop/flags', { ...as(cookie, origin), body: FLAG });
      expect([refused.status, refused.json.errors[0].code]).toEqual([403, 1003]);
      expect(await ground.changelog()).toEqual([]);
    },
  );

  test('ends by signing out, and the cookie with it', async () => {
    const cookie = await signedIn();
    expect((await ground.ask('DELETE', session, as(cookie, 'https://evil.example'))).status).toBe(403);
    const out = await ground.ask('DELETE', session, as(cookie));
    expect(out.status).toBe(200);
    expect(out.headers.get('set-cookie')).toMatch(/^halyard_session_80=; Path=\/; Max-Age=0;/);
    expect((await ground.ask('GET', session, as(cookie))).status).toBe(401);
    expect((await ground.ask('DELETE', session, { token: null })).status).toBe(200);
  });

  test('ends after a day, and with its token', async () => {
    const cookie = await signedIn();
    ground.clock.ms += 24 * 60 * 60_000 - 1;
    expect((await ground.ask('GET', session, as(cookie))).status).toBe(200);
    ground.clock.ms += 1;
    expect((await ground.ask('GET', session, as(cookie))).status).toBe(401);

    const { id, secret } = await ground.mint({ permission: 'write' });
    const other = cookieOf((await signIn({ token: secret })).headers);
    expect((await ground.ask('GET', session, as(other))).status).toBe(200);
    await ground.ask('DELETE', `/client/v4/accounts/acme/flagship/tokens/${id}`);
    expect((await ground.ask('GET', session, as(other))).status).toBe(401);
  });

  test('a token is no cookie and a cookie no token, remembered or not', async () => {
    const cookie = await signedIn();
    await ground.ask('GET', session, as(cookie));
    await ground.ask('GET', '/apps');
    expect((await ground.ask('GET', session, as(`halyard_session_80=${ground.admin}`))).status).toBe(401);
    expect((await ground.ask('GET', '/apps', { token: cookie.split('=')[1] ?? '' })).status).toBe(401);
  });

  test('another port’s cookie is another session', async () => {
    const cookie = (await signedIn()).replace('_80=', '_81=');
    expect((await ground.ask('GET', session, as(cookie))).status).toBe(401);
  });
});

test('/session told a token of a page about apps and people: it is told who it is, and nothing else', async () => {
  await ground.ask('POST', '/apps', { body: { name: 'secret' } });
  for (const permission of ['evaluate', 'config'] as const) {
    const { secret } = await ground.mint({ name: permission, permission });
    const { status, json } = await ground.ask('GET', session, { token: secret });
    expect([status, json.result.name, json.result.apps]).toEqual([200, permission, []]);
  }
  const { secret } = await ground.mint({ name: 'ben', permission: 'read', app_ids: ['shop'] });
  const { json } = await ground.ask('GET', session, { token: secret });
  expect(json.result.apps.map(({ id }: { id: string }) => id)).toEqual(['shop']);
});

test('one Idempotency-Key used by a token and by its session was 500: it is 409, and says why', async () => {
  const cookie = await signedIn();
  const tokens = '/client/v4/accounts/acme/flagship/tokens';
  const body = { name: 'bot', permission: 'read' };
  const key = { 'idempotency-key': 'k-1' };
  const first = await ground.ask('POST', tokens, { body, headers: key });
  const repeated = await ground.ask('POST', tokens, { body, headers: key });
  expect([first.status, repeated.status, repeated.text]).toEqual([201, 201, first.text]);
  const other = await ground.ask('POST', tokens, {
    token: null,
    body,
    headers: { ...key, cookie, origin: 'http://halyard.test' },
  });
  expect([other.status, other.json.errors[0].code]).toEqual([409, 1006]);
  expect(other.json.errors[0].message).toMatch(/^The Idempotency-Key was used with another credential/);
});

test('a program that went on with an expired token used up the attempts of everybody at its address', async () => {
  const ground = await openGround();
  const soon = new Date(ground.clock.ms + 1_000).toISOString();
  const { secret } = await ground.mint({ name: 'yesterday', permission: 'read', expires_at: soon });
  const { headers } = await ground.ask('POST', '/client/v4/session', {
    token: null,
    body: { token: secret },
  });
  const cookie = headers.get('set-cookie')?.split(';')[0] ?? '';
  expect((await ground.ask('GET', '/apps', { token: secret })).status).toBe(200);
  ground.clock.ms += 1_000;
  for (let n = 0; n < 60; n += 1) {
    const { status, json } = await ground.ask('GET', '/apps', { token: secret });
    expect([status, json.errors[0].message]).toEqual([401, 'The token has expired; expected a valid one.']);
    const session = await ground.ask('GET', '/apps', { token: null, headers: { cookie } });
    expect([session.status, session.json.errors[0].message]).toEqual([
      401,
      'The session has ended; sign in again.',
    ]);
    const again = await ground.ask('POST', '/client/v4/session', { token: null, body: { token: secret } });
    expect(again.status).toBe(401);
  }
  // A stranger at the same address still has all fifty.
  for (let n = 0; n < 50; n += 1)
    expect((await ground.ask('GET', '/apps', { token: `no-${n}` })).status).toBe(401);
  expect((await ground.ask('GET', '/apps', { token: 'no' })).status).toBe(429);
  await ground.close();
});
