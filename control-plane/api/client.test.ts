import { afterAll, beforeAll, expect, test } from 'vitest';
import { ApiError, type Client, createClient } from './client.ts';
import { ACCOUNT, FLAG, type Ground, openGround } from './testing/scenario.ts';

let ground: Ground;
let client: Client;
beforeAll(async () => {
  ground = await openGround();
  client = createClient({
    baseUrl: 'http://halyard.test',
    account: ACCOUNT,
    token: ground.admin,
    fetch: async (...request) => ground.request(...(request as [string, RequestInit])),
  });
});
afterAll(() => ground.close());

const flag = { ...FLAG, variations: { on: true, off: false }, rules: [] };

test('leads a flag through its life', async () => {
  expect((await client.createFlag('shop', flag)).version).toBe(1);
  const patched = await client.patchFlag(
    'shop',
    FLAG.key,
    { enabled: false },
    { ifMatch: 1, comment: 'größer', wait: 1 },
  );
  expect(patched.enabled).toBe(false);
  const { items, cursor } = await client.listChanges('shop', { flag: FLAG.key, limit: 1 });
  expect(items.map(({ event, comment }) => [event, comment])).toEqual([['update', 'größer']]);
  expect((await client.listChanges('shop', { cursor: cursor ?? '' })).items).toHaveLength(1);
  const done = await client.changeFlags('shop', {
    changes: [{ op: 'put', key: 'b', flag: { ...flag, key: 'b' } }],
  });
  expect(done.app_version).toBe(3);
  expect((await client.listFlags('shop', { q: 'new' })).items.map(({ key }) => key)).toEqual([FLAG.key]);
  const lines = await client.exportFlags('shop');
  expect(await client.importFlags('shop', lines, { dry_run: 1 })).toMatchObject({ unchanged: 2 });
  expect(await client.deleteFlag('shop', 'b')).toEqual({ key: 'b' });
});

test('throws what the server said', async () => {
  const refused = await client.getFlag('shop', 'gone').catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(ApiError);
  expect(refused).toMatchObject({
    status: 404,
    errors: [{ code: 1004, message: 'There is no flag "gone" in this app' }],
  });
});

test('says so when the server does not answer, or something else does', async () => {
  const away = createClient({ account: ACCOUNT, fetch: () => Promise.reject(new TypeError('fetch failed')) });
  await expect(away.listApps()).rejects.toMatchObject({ status: 0 });
  const proxy = createClient({
    account: ACCOUNT,
    fetch: async () => new Response('<html>Bad gateway</html>', { status: 502 }),
  });
  await expect(proxy.listApps()).rejects.toMatchObject({
    status: 502,
    message: 'The server answered 502 without a reason.',
  });
});
