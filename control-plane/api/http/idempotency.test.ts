import { afterAll, beforeEach, expect, test } from 'vitest';
import { FLAG, type Ground, openGround } from '../testing/scenario.ts';

let ground: Ground;
const opened: Ground[] = [];
beforeEach(async () => {
  ground = await openGround();
  opened.push(ground);
});
afterAll(async () => {
  for (const each of opened) await each.close();
});

const key = { 'idempotency-key': 'k-1' };
const create = (body: unknown = FLAG, options = {}) =>
  ground.ask('POST', '/apps/shop/flags', { body, headers: key, ...options });

test('a repeat gets the first answer and changes nothing', async () => {
  const first = await create();
  const again = await create();
  expect([again.status, again.text, again.headers.get('etag')]).toEqual([201, first.text, '"1"']);
  expect(first.headers.get('idempotency-replayed')).toBeNull();
  expect(again.headers.get('idempotency-replayed')).toBe('true');
  expect(await ground.changelog()).toHaveLength(1);
  expect(await ground.outbox()).toHaveLength(1);
});

test('a repeat while the first is under way waits for it', async () => {
  const answers = await Promise.all([create(), create(), create()]);
  expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
  expect(await ground.changelog()).toHaveLength(1);
});

test('the same key with another body, path or precondition is 409', async () => {
  await create();
  const other = await create({ ...FLAG, key: 'other' });
  expect([other.status, other.json.errors[0].code]).toEqual([409, 1006]);
  const put = await ground.ask('PUT', '/apps/shop/flags/new-checkout', { body: FLAG, headers: key });
  expect(put.status).toBe(409);
  expect(await ground.changelog()).toHaveLength(1);
});

test('a refused request is not remembered: it may be made right and sent again', async () => {
  expect((await create({ ...FLAG, enabled: 'yes' })).status).toBe(400);
  expect((await create()).status).toBe(201);
});

test('a key is its sender’s own', async () => {
  await create();
  const { secret: token } = await ground.mint({ name: 'bob', permission: 'write' });
  const other = await create({ ...FLAG, key: 'bobs' }, { token });
  expect(other.status).toBe(201);
});

test('a key is free again after a day', async () => {
  await create();
  ground.clock.ms += 24 * 60 * 60_000 + 1;
  expect((await create({ ...FLAG, key: 'other' })).status).toBe(201);
});

test('works for apps, and refuses a malformed key', async () => {
  const make = (headers: Record<string, string>) =>
    ground.ask('POST', '/apps', { body: { name: 'mobile' }, headers });
  const first = await make(key);
  expect((await make(key)).json).toEqual(first.json);
  expect((await ground.ask('GET', '/apps')).json.result).toHaveLength(2);
  const odd = await make({ 'idempotency-key': 'x'.repeat(256) });
  expect([odd.status, odd.json.errors[0].message]).toEqual([
    400,
    'Idempotency-Key is malformed; expected 1 to 255 visible ASCII characters.',
  ]);
});
