import { afterAll, beforeEach, expect, test } from 'vitest';
import { ACCOUNT, FLAG, type Ground, openGround } from './scenario.ts';

let ground: Ground;
const opened: Ground[] = [];
beforeEach(async () => {
  ground = await openGround();
  opened.push(ground);
});
afterAll(async () => {
  for (const each of opened) await each.close();
});

const accountOutbox = async () => {
  const commits = await ground.stores.accounts.outbox(ACCOUNT).commits(0, 100);
  return commits.flatMap(({ changes }) =>
    changes.map(
      ({ key, value }) => `${key.startsWith('token/') ? 'token' : key}${value === null ? ' gone' : ''}`,
    ),
  );
};

test('POST creates an app that every edge will know of', async () => {
  const made = await ground.ask('POST', '/apps', { body: { name: 'mobile_1' } });
  expect(made.status).toBe(201);
  const { id } = made.json.result;
  expect(made.json.result).toEqual({
    id: expect.stringMatching(/^[a-z2-7]{16}$/),
    name: 'mobile_1',
    client_side_default: true,
    created_at: '2026-11-24T09:00:00.000Z',
    updated_at: '2026-11-24T09:00:00.000Z',
    updated_by: 'ada',
  });
  expect(await accountOutbox()).toContain(`app/${id}`);
  expect((await ground.stores.accounts.accountLog(ACCOUNT, 1))[0]).toMatchObject({
    event: 'app_created',
    actor: { name: 'ada' },
  });
});

test.for(['', 'a b', 'ä', 'x'.repeat(65), 7, null])('POST refuses the name %j', async (name) => {
  const refused = await ground.ask('POST', '/apps', { body: { name } });
  expect(refused.status).toBe(400);
  expect(refused.json.errors).toEqual([
    {
      code: 1001,
      message: expect.stringContaining('expected a name of 1 to 64 letters, digits, _ and -'),
      pointer: '/name',
    },
  ]);
});

test('POST refuses a name that exists', async () => {
  const refused = await ground.ask('POST', '/apps', { body: { name: 'Shop' } });
  expect([refused.status, refused.json.errors[0].code]).toEqual([409, 1006]);
  expect((await ground.ask('GET', '/apps')).json.result).toHaveLength(1);
});

test('GET lists all apps in one answer, and one by its id', async () => {
  const list = await ground.ask('GET', '/apps');
  expect(list.json.result.map((app: { id: string }) => app.id)).toEqual(['shop']);
  expect(list.json.result_info).toEqual({ count: 1, cursor: null, cursors: { after: null } });
  expect((await ground.ask('GET', '/apps/shop')).json.result.name).toBe('Shop');
  expect((await ground.ask('GET', '/apps/nowhere')).status).toBe(404);
});

test('PUT renames an app and keeps its id', async () => {
  const renamed = await ground.ask('PUT', '/apps/shop', { body: { name: 'store' } });
  expect([renamed.status, renamed.json.result.id, renamed.json.result.name]).toEqual([200, 'shop', 'store']);
  await ground.ask('POST', '/apps', { body: { name: 'taken' } });
  expect((await ground.ask('PUT', '/apps/shop', { body: { name: 'taken' } })).status).toBe(409);
  expect((await ground.ask('PUT', '/apps/nowhere', { body: { name: 'x' } })).status).toBe(404);
});

test('DELETE removes an app with its flags and history, and the account’s log keeps the last hash', async () => {
  await ground.ask('POST', '/apps/shop/flags', { body: FLAG });
  const [entry] = await ground.changelog();
  const gone = await ground.ask('DELETE', '/apps/shop');
  expect([gone.status, gone.json.result]).toEqual([200, { id: 'shop' }]);
  expect((await ground.ask('GET', '/apps/shop/flags')).status).toBe(404);
  expect(await ground.changelog()).toEqual([]);
  expect(await accountOutbox()).toContain('app/shop gone');
  const [last] = await ground.stores.accounts.accountLog(ACCOUNT, 1);
  expect(last?.event).toBe('app_deleted');
  expect(Object.values(last?.detail ?? {})).toContain(entry?.hash);
  expect((await ground.ask('DELETE', '/apps/shop')).status).toBe(404);
});

test('GET accounts answers the one the token is for', async () => {
  await ground.stores.accounts.ensureAccount('other', '2026-01-01T00:00:00.000Z');
  const accounts = await ground.ask('GET', '/client/v4/accounts');
  expect(accounts.json.result.map((account: { id: string }) => account.id)).toEqual([ACCOUNT]);
});
