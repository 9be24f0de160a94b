import { createMemoryCache } from '@halyard/caches/memory';
import { afterEach, expect, test } from 'vitest';
import { createControlPlane } from '../api/control-plane.ts';
import type { Stores } from '../store/port.ts';
import { openSqliteStores } from '../store/sqlite/index.ts';

const opened: Stores[] = [];
afterEach(async () => {
  for (const stores of opened.splice(0)) await stores.close();
});

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const now = (): number => Date.UTC(2026, 0, 1);

const open = async () => {
  const stores = await openSqliteStores(':memory:', { now, log: silent });
  opened.push(stores);
  const cache = createMemoryCache({ now });
  const controlPlane = createControlPlane({
    stores,
    cache,
    account: 'default',
    now,
    log: silent,
    publicUrl: null,
  });
  const status = async (token: string) =>
    (
      await controlPlane.app.request('/client/v4/accounts/default/flagship/tokens', {
        headers: { authorization: `Bearer ${token}` },
      })
    ).status;
  return { stores, controlPlane, status };
};

const GIVEN = { adminToken: null, secret: null, example: true } as const;

test('makes an account, an example and an admin token that is shown once', async () => {
  const { controlPlane, stores, status } = await open();
  const first = await controlPlane.firstStart(GIVEN);
  expect(first).toEqual({
    adminToken: expect.stringMatching(/^hly_/),
    example: { app: expect.any(String), flag: 'new-checkout', token: expect.stringMatching(/^hly_/) },
  });
  expect(await status(first?.adminToken ?? '')).toBe(200);
  expect(await status(first?.example?.token ?? '')).toBe(403);
  const app = first?.example?.app ?? '';
  const evaluated = await controlPlane.app.request(
    `/client/v4/accounts/default/flagship/apps/${app}/evaluate?flagKey=new-checkout&targetingKey=user-42`,
    { headers: { authorization: `Bearer ${first?.example?.token}` } },
  );
  expect(await evaluated.json()).toEqual({
    flagKey: 'new-checkout',
    value: false,
    variant: 'off',
    reason: 'DISABLED',
    metadata: { flagSetId: app, version: 1 },
  });
  expect((await stores.app('default', app).flags({ limit: 10 })).items.length).toBeGreaterThanOrEqual(3);
  expect(await controlPlane.firstStart(GIVEN)).toBeNull();
  expect(await stores.accounts.tokens('default')).toHaveLength(2);
});

test('every example flag would be accepted through the API as it is', async () => {
  const { controlPlane } = await open();
  const first = await controlPlane.firstStart(GIVEN);
  const headers = { authorization: `Bearer ${first?.adminToken}`, 'content-type': 'application/json' };
  const flags = `/client/v4/accounts/default/flagship/apps/${first?.example?.app}/flags`;
  const { result }: { result: { key: string; version: number }[] } = JSON.parse(
    await (await controlPlane.app.request(flags, { headers })).text(),
  );
  for (const flag of result) {
    const put = await controlPlane.app.request(`${flags}/${flag.key}`, {
      method: 'PUT',
      headers,
      body: JSON.stringify(flag),
    });
    // Version 1 still: it was accepted, and nothing about it was put right on the way.
    expect([put.status, put.headers.get('etag')]).toEqual([200, '"1"']);
  }
});

test('leaves the example out when told', async () => {
  const { controlPlane, stores } = await open();
  expect((await controlPlane.firstStart({ ...GIVEN, example: false }))?.example).toBeNull();
  expect(await stores.accounts.apps('default')).toEqual([]);
});

test('takes the operator’s token, and a changed one replaces it', async () => {
  const { controlPlane, status } = await open();
  const [one, two] = ['1'.repeat(24), '2'.repeat(24)] as const;
  expect((await controlPlane.firstStart({ ...GIVEN, adminToken: one }))?.adminToken).toBeNull();
  expect(await status(one)).toBe(200);
  expect(await controlPlane.firstStart({ ...GIVEN, adminToken: one })).toBeNull();
  expect(await controlPlane.firstStart({ ...GIVEN, adminToken: two })).toBeNull();
  expect([await status(one), await status(two)]).toEqual([401, 200]);
  await expect(controlPlane.firstStart({ ...GIVEN, adminToken: one })).rejects.toThrow(
    'HALYARD_ADMIN_TOKEN was revoked; choose another one.',
  );
});

test('a start that was cut short before the admin token is followed by another first one', async () => {
  const { controlPlane, stores } = await open();
  const { accounts } = stores;
  const by = { actor: { name: 'halyard', token_id: '' }, at: new Date(now()).toISOString(), comment: null };
  await accounts.ensureAccount('default', by.at);
  await accounts.createApp('default', { id: 'half', name: 'example', client_side_default: true }, by);
  const first = await controlPlane.firstStart(GIVEN);
  expect(first).toMatchObject({ adminToken: expect.any(String), example: { app: 'half' } });
});

test('keeps the first secret that signs tickets', async () => {
  const { controlPlane, stores } = await open();
  await controlPlane.firstStart({ ...GIVEN, secret: 's'.repeat(32) });
  expect(await stores.accounts.secret('default', 'another')).toBe('s'.repeat(32));
});

test('a changed HALYARD_SECRET is not ignored: it takes effect', async () => {
  const { controlPlane, stores } = await open();
  await controlPlane.firstStart({ ...GIVEN, secret: 's'.repeat(32) });
  await controlPlane.firstStart({ ...GIVEN, secret: 't'.repeat(32) });
  expect(await stores.accounts.secret('default', 'another')).toBe('t'.repeat(32));
  await controlPlane.firstStart(GIVEN);
  expect(await stores.accounts.secret('default', 'another')).toBe('t'.repeat(32));
});

test('a sign-in link needs somebody to sign in as', async () => {
  const { controlPlane } = await open();
  await expect(controlPlane.mintSignInLink('http://h')).rejects.toThrow('halyard token create');
  await controlPlane.firstStart(GIVEN);
  expect(await controlPlane.mintSignInLink('http://h/')).toMatch(/^http:\/\/h\/dashboard\/sign-in#link=hll_/);
});
