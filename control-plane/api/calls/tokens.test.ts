import { afterAll, beforeEach, expect, test } from 'vitest';
import { sha256Hex } from '../../access/secret.ts';
import type { Idempotency } from '../../store/port.ts';
import { ACCOUNT, flagship, type Ground, HOME, onNode, openGround } from '../testing/scenario.ts';

let ground: Ground;
const opened: Ground[] = [];
beforeEach(async () => {
  ground = await openGround();
  opened.push(ground);
});
afterAll(async () => {
  for (const each of opened) await each.close();
});

const tokens = flagship('/tokens');
const mint = (body: unknown, options: { token?: string; headers?: Record<string, string> } = {}) =>
  ground.ask('POST', tokens, { body, ...options });

test('mints a token, shows its secret once, and keeps only its hash', async () => {
  const made = await mint({ name: 'checkout service', permission: 'config', app_ids: ['shop'] });
  expect(made.status).toBe(201);
  const { secret, ...shown } = made.json.result;
  expect(secret).toMatch(/^hly_[A-Za-z0-9_-]{43}$/);
  expect(shown).toEqual({
    id: expect.stringMatching(/^[a-z2-7]{16}$/),
    name: 'checkout service',
    permission: 'config',
    app_ids: ['shop'],
    allowed_origins: null,
    expires_at: null,
    created_at: '2026-11-24T09:00:00.000Z',
    created_by: 'ada',
    last_used_at: null,
  });
  const list = await ground.ask('GET', tokens);
  expect(list.json.result).toContainEqual(shown);
  expect(list.text).not.toContain(secret);
  expect((await ground.stores.accounts.token(ACCOUNT, shown.id))?.hash).toBe(await sha256Hex(secret));
  const commits = await ground.stores.accounts.outbox(ACCOUNT).commits(0, 100);
  expect(commits.at(-1)?.changes.map(({ key }) => key)).toEqual([`token/${await sha256Hex(secret)}`]);
  expect(ground.logged.join()).not.toContain(secret);
});

test('a token of some apps was told the id of another token whose name it tried: only within its reach', async () => {
  const limited = (await mint({ name: 'limited', permission: 'admin', app_ids: ['shop'] })).json.result;
  const far = (await mint({ name: 'far', permission: 'read' })).json.result;
  const near = (await mint({ name: 'near', permission: 'read', app_ids: ['shop'] })).json.result;
  const tried = async (name: string): Promise<string> => {
    const body = { name, permission: 'read', app_ids: ['shop'] };
    const refused = await mint(body, { token: limited.secret });
    expect(refused.status).toBe(409);
    expect(refused.text).not.toContain(far.id);
    return refused.json.errors[0].message;
  };
  for (const name of ['far', 'FAR']) {
    expect(await tried(name)).toBe(
      `name is "${name}", which is or looks like the name of a token that is not within your reach; expected another name.`,
    );
  }
  expect(await tried('near')).toContain(`the token ${near.id} has`);
});

test('a revoked token stops at once, here and on the edges', async () => {
  const { id, secret } = (await mint({ name: 'x', permission: 'read' })).json.result;
  expect((await ground.ask('GET', '/apps', { token: secret })).status).toBe(200);
  const known = { token_id: id, permission: 'read' };
  if (HOME === 'node') expect(await ground.controlPlane.authenticate(secret)).toMatchObject(known);
  const gone = await ground.ask('DELETE', `${tokens}/${id}`);
  expect([gone.status, gone.json.result]).toEqual([200, { id }]);
  expect((await ground.ask('GET', '/apps', { token: secret })).status).toBe(401);
  if (HOME === 'node') expect(await ground.controlPlane.authenticate(secret)).toBeNull();
  expect((await ground.ask('DELETE', `${tokens}/${id}`)).status).toBe(404);
  const ids = (await ground.ask('GET', tokens)).json.result.map((token: { id: string }) => token.id);
  expect(ids).not.toContain(id);
});

test('a revocation by another replica is known soon, even if its notice is lost', async () => {
  const { id, secret } = (await mint({ name: 'x', permission: 'read' })).json.result;
  expect((await ground.ask('GET', '/apps', { token: secret })).status).toBe(200);
  const by = { actor: { name: 'other', token_id: '' }, at: '2026-11-24T09:00:00.000Z', comment: null };
  await ground.stores.accounts.revokeToken(ACCOUNT, id, by);
  ground.clock.ms += 2_000;
  expect((await ground.ask('GET', '/apps', { token: secret })).status).toBe(401);
});

test('the last use is noted, at most once a minute', async () => {
  const { secret, id } = (await mint({ name: 'x', permission: 'read' })).json.result;
  const lastUsed = async () => (await ground.stores.accounts.token(ACCOUNT, id))?.last_used_at;
  await ground.ask('GET', '/apps', { token: secret });
  expect(await lastUsed()).toBe('2026-11-24T09:00:00.000Z');
  ground.clock.ms += 59_000;
  await ground.ask('GET', '/apps', { token: secret });
  expect(await lastUsed()).toBe('2026-11-24T09:00:00.000Z');
  ground.clock.ms += 1_000;
  await ground.ask('GET', '/apps', { token: secret });
  expect(await lastUsed()).toBe('2026-11-24T09:01:00.000Z');
});

const REFUSED: readonly [unknown, string, string][] = [
  [{ permission: 'read' }, '/name', 'name is missing; expected a name of 1 to 128 characters'],
  [{ name: 'x', permission: 'raed' }, '/permission', 'permission is "raed"; did you mean "read"?'],
  [
    { name: 'x', permission: 'read', app_ids: ['gone'] },
    '/app_ids/0',
    'app_ids[0] is "gone"; expected the id of an app of this account',
  ],
  [
    { name: 'x', permission: 'read', app_ids: [] },
    '/app_ids',
    'app_ids is an empty list; expected at least one app id, or null for every app',
  ],
  [
    { name: 'x', permission: 'evaluate', app_ids: ['shop'], allowed_origins: ['https://a.example/'] },
    '/allowed_origins/0',
    'allowed_origins[0] is "https://a.example/"; expected an origin such as https://www.example.com or https://*.example.com (exactly one level), without a path',
  ],
  [
    { name: 'x', permission: 'read', app_ids: ['shop'], allowed_origins: ['https://a.example'] },
    '/allowed_origins',
    'allowed_origins make a browser token; expected the permission "evaluate" and exactly one app in app_ids',
  ],
  [
    { name: 'x', permission: 'evaluate', allowed_origins: ['https://a.example'] },
    '/allowed_origins',
    'allowed_origins make a browser token; expected the permission "evaluate" and exactly one app in app_ids',
  ],
  [
    { name: 'x', permission: 'read', expires_at: '2020-01-01T00:00:00Z' },
    '/expires_at',
    'expires_at is "2020-01-01T00:00:00Z"; expected a time in the future',
  ],
  [
    { name: 'x', permission: 'read', expire_at: 'never' },
    '/expire_at',
    '"expire_at" is not a field of a token; did you mean "expires_at"?',
  ],
];

test('lists every mistake of a body, across fields too', async () => {
  const refused = await mint({
    name: '',
    permission: 'read',
    allowed_origins: ['https://a.example', 'nowhere'],
  });
  expect(refused.status).toBe(400);
  expect(refused.json.errors.map((error: { pointer: string }) => error.pointer)).toEqual([
    '/name',
    '/allowed_origins/1',
    '/allowed_origins',
  ]);
});

test.for(REFUSED)('refuses %j', async ([body, pointer, message]) => {
  const before = (await ground.stores.accounts.tokens(ACCOUNT)).length;
  const refused = await mint(body);
  expect(refused.status).toBe(400);
  expect(refused.json.errors).toContainEqual({ code: 1001, pointer, message });
  expect(await ground.stores.accounts.tokens(ACCOUNT)).toHaveLength(before);
});

test('an admin of some apps mints and ends tokens of those alone', async () => {
  const other = (await ground.ask('POST', '/apps', { body: { name: 'other' } })).json.result.id;
  const { secret: some } = await ground.mint({ app_ids: ['shop'] });
  const everywhere = await mint({ name: 'x', permission: 'admin' }, { token: some });
  expect([everywhere.status, everywhere.json.errors[0].pointer]).toEqual([403, '/app_ids']);
  expect((await mint({ name: 'x', permission: 'read', app_ids: [other] }, { token: some })).status).toBe(403);
  const fine = await mint({ name: 'x', permission: 'read', app_ids: ['shop'] }, { token: some });
  expect(fine.status).toBe(201);
  const elsewhere = (await mint({ name: 'y', permission: 'read', app_ids: [other] })).json.result.id;
  expect((await ground.ask('DELETE', `${tokens}/${elsewhere}`, { token: some })).status).toBe(403);
  const seen = (await ground.ask('GET', tokens, { token: some })).json.result;
  expect(seen.map((token: { id: string }) => token.id)).not.toContain(elsewhere);
  expect((await ground.ask('DELETE', `${tokens}/${fine.json.result.id}`, { token: some })).status).toBe(200);
});

test('a repeat under an Idempotency-Key gets the same secret', async () => {
  const headers = { 'idempotency-key': 'mint-1' };
  const first = await mint({ name: 'x', permission: 'read' }, { headers });
  const again = await mint({ name: 'x', permission: 'read' }, { headers });
  expect(again.json).toEqual(first.json);
  expect(again.headers.get('idempotency-replayed')).toBe('true');
  expect((await mint({ name: 'y', permission: 'read' }, { headers })).status).toBe(409);
  const { json } = await ground.ask('GET', tokens);
  expect(json.result.filter((token: { name: string }) => token.name === 'x')).toHaveLength(1);
});

onNode('what is kept for a repeat does not show the secret', async () => {
  const kept: string[] = [];
  const { accounts } = ground.stores;
  const stores = {
    ...ground.stores,
    accounts: {
      ...accounts,
      idempotency: (account: string): Idempotency => ({
        run: (request, first) =>
          accounts.idempotency(account).run(request, async () => {
            const answer = await first();
            kept.push(answer.body);
            return answer;
          }),
      }),
    },
  };
  const watched = await openGround({ stores });
  opened.push(watched);
  const ask = () =>
    watched.ask('POST', tokens, {
      token: ground.admin,
      body: { name: 'x', permission: 'read' },
      headers: { 'idempotency-key': 'mint-1' },
    });
  const first = await ask();
  expect(kept).toHaveLength(1);
  expect(kept[0]).not.toContain(first.json.result.secret);
  expect((await ask()).json).toEqual(first.json);
});

test('an admin mints a sign-in link for a person', async () => {
  const { id } = (await mint({ name: 'bob', permission: 'write' })).json.result;
  const made = await ground.ask('POST', `${tokens}/${id}/link`);
  expect(made.status).toBe(201);
  expect(made.json.result).toEqual({
    url: expect.stringMatching(/^http:\/\/halyard\.test\/dashboard\/sign-in#link=hll_[A-Za-z0-9_-]{43}$/),
    expires_at: '2026-11-24T09:10:00.000Z',
  });
  const service = (await mint({ name: 'service', permission: 'config' })).json.result.id;
  expect((await ground.ask('POST', `${tokens}/${service}/link`)).status).toBe(409);
  expect((await ground.ask('POST', `${tokens}/gone/link`)).status).toBe(404);
});
