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
  expect(await client.importFlags('shop', lines, {}, { dryRun: true })).toMatchObject({
    unchanged: 2,
    diff: {},
  });
  expect(await client.getFlagNumbers('shop', 'b', { last: '30d' })).toMatchObject({ rows: [] });
  expect((await client.listNumbers('shop', { keys: 'b' })).flags).toMatchObject([
    { key: 'b', status: 'new' },
  ]);
  expect(await client.deleteFlag('shop', 'b')).toEqual({ key: 'b' });
});

test('tries every write without making it, and keeps the contexts whose answers that shows', async () => {
  const dryRun = { dryRun: true } as const;
  const key = 'tried';
  const made = await client.createFlag('shop', { ...flag, key, enabled: false });
  expect(made.exposure.share).toBe(0);
  await client.saveContext('shop', 'ada', { targetingKey: 'ada' });
  const tried = await client.patchFlag('shop', key, { enabled: true, default_variation: 'on' }, dryRun);
  expect(tried.diff).toEqual({
    default_variation: { from: 'off', to: 'on' },
    enabled: { from: false, to: true },
  });
  expect(tried.answers.map(({ context, flag: of }) => [context, of])).toEqual([['ada', key]]);
  const rules = [{ priority: 1, conditions: [], serve_variation: 'on', rollout: { percentage: 10 } }];
  const { version } = await client.patchFlag('shop', key, { rules });
  const guarded = { ifMatch: version, ...dryRun };
  const halved = await client.reweightRule('shop', key, 1, { weights: { on: 1, off: 1 } }, guarded);
  expect([halved.moved, halved.exposure.before.share]).toEqual([90, 0]);
  const segment = { key: 'beta', include: ['ada'] };
  const [last] = (await client.listChanges('shop', { flag: key })).items;
  const answers = [
    await client.createFlag('shop', { ...flag, key: 'new' }, dryRun),
    await client.replaceFlag('shop', key, { ...flag, enabled: true }, dryRun),
    await client.deleteFlag('shop', key, dryRun),
    await client.patchRule('shop', key, 1, { rollout: { percentage: 20 } }, guarded),
    await client.restoreFlag('shop', key, last?.id ?? '', dryRun),
    await client.changeFlags('shop', { changes: [{ op: 'delete', key }] }, dryRun),
    await client.importFlags('shop', JSON.stringify({ segment }), { mode: 'merge' }, dryRun),
    await client.createSegment('shop', segment, dryRun),
  ];
  for (const { exposure } of answers) expect(exposure.after.share).toBeLessThanOrEqual(100);
  expect((await client.getFlag('shop', key)).version).toBe(version);
  expect((await client.listSegments('shop')).items).toEqual([]);

  await client.createSegment('shop', segment);
  const segments = [
    await client.replaceSegment('shop', 'beta', {}, dryRun),
    await client.patchSegment('shop', 'beta', { include: [] }, dryRun),
    await client.changeMembers('shop', 'beta', { add: ['ben'] }, dryRun),
    await client.deleteSegment('shop', 'beta', dryRun),
  ];
  for (const { diff } of segments) expect(Object.keys(diff)).not.toEqual([]);
  expect((await client.getSegment('shop', 'beta')).version).toBe(1);
  const [entry] = (await client.listChanges('shop', { segment: 'beta' })).items;
  expect((await client.restoreSegment('shop', 'beta', entry?.id ?? '', dryRun)).diff).toEqual({});
});

test('keeps contexts by their names', async () => {
  const name = 'a/b & c';
  const saved = await client.saveContext('shop', name, { plan: 'pro' });
  expect(await client.getContext('shop', name)).toEqual(saved);
  expect((await client.listContexts('shop')).map((context) => context.name)).toContain(name);
  expect(await client.deleteContext('shop', name)).toEqual({ name });
  await expect(client.getContext('shop', name)).rejects.toMatchObject({ status: 404 });
});

test('changes an app', async () => {
  const changed = await client.patchApp('shop', { tests: 'block' }, { comment: 'from now on' });
  expect([changed.tests, (await client.getApp('shop')).tests]).toEqual(['block', 'block']);
  const [entry] = (await client.listAccountLog({ limit: 1 })).items;
  expect([entry?.event, entry?.comment]).toEqual(['app_changed', 'from now on']);
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
