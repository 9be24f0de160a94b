import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FLAG, flagship, type Ground, openGround } from '../testing/scenario.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await openGround();
  await ground.ask('POST', '/apps/shop/flags', { body: FLAG });
});
afterAll(() => ground.close());

test('?dryrun=1 wrote for real: it is refused, and the right name told', async () => {
  const { status, json } = await ground.ask('POST', '/apps/shop/import?dryrun=1&mod=replace', {
    body: JSON.stringify({ ...FLAG, key: 'other' }),
    headers: { 'content-type': 'application/x-ndjson' },
  });
  expect([status, json.errors]).toEqual([
    400,
    [
      { code: 1001, message: '"dryrun" is not a query parameter of this call; did you mean "dry_run"?' },
      { code: 1001, message: '"mod" is not a query parameter of this call; did you mean "mode"?' },
    ],
  ]);
  expect(await ground.changelog()).toHaveLength(1);
});

describe('a query parameter that nobody knows is refused', () => {
  const unknown = [
    ['GET', '/apps'],
    ['GET', '/apps/shop/flags'],
    ['GET', '/apps/shop/flags/new-checkout'],
    ['PATCH', '/apps/shop/flags/new-checkout'],
    ['GET', '/apps/shop/changelog'],
    ['GET', '/apps/shop/export'],
    ['GET', '/apps/shop/events'],
    ['POST', '/apps/shop/explain'],
    ['POST', '/apps/shop/evaluate'],
    ['DELETE', '/apps/shop'],
    ['GET', '/client/v4/accounts'],
    ['GET', '/client/v4/session'],
  ] as const;
  test.for(unknown)('%s %s', async ([method, path]) => {
    const { status, json } = await ground.ask(method, `${path}?zzz=1`, {
      ...(method === 'GET' || method === 'DELETE' ? {} : { body: {} }),
    });
    expect([status, json.errors[0].code]).toEqual([400, 1001]);
    expect(json.errors[0].message).toMatch(/^"zzz" is not a query parameter of this call; expected /);
  });

  test('but on GET evaluate, where it is an attribute', async () => {
    const answer = await ground.ask('GET', '/apps/shop/evaluate?flagKey=new-checkout&zzz=1&dryrun=1');
    expect(answer.status).toBe(200);
  });

  test('whether the rest is right or not, everything at once', async () => {
    const { json } = await ground.ask('GET', '/apps/shop/flags?limit=0&stat=enabled');
    expect(json.errors.map(({ message }: { message: string }) => message)).toEqual([
      '"stat" is not a query parameter of this call; did you mean "state"?',
      'limit is "0"; expected a whole number from 1 to 200',
    ]);
  });
});

test('a changelog’s cursor was a place in the list of flags: it is refused there', async () => {
  await ground.ask('POST', '/apps/shop/flags', { body: { ...FLAG, key: 'z' } });
  const cursorOf = async (path: string): Promise<string> =>
    (await ground.ask('GET', path)).json.result_info.cursor;
  const ofChangelog = await cursorOf('/apps/shop/changelog?limit=1');
  const ofFlags = await cursorOf('/apps/shop/flags?limit=1');
  for (const path of [
    `/apps/shop/flags?cursor=${ofChangelog}`,
    `/apps/shop/flags?sort=updated&cursor=${ofChangelog}`,
    `/apps/shop/changelog?cursor=${ofFlags}`,
  ]) {
    const refused = await ground.ask('GET', path);
    expect([path, refused.status, refused.json.errors[0].code]).toEqual([path, 400, 1001]);
  }
  expect((await ground.ask('GET', `/apps/shop/flags?cursor=${ofFlags}`)).status).toBe(200);
  expect((await ground.ask('GET', `/apps/shop/changelog?cursor=${ofChangelog}`)).status).toBe(200);
});

test('a repeated parameter costs its length', async () => {
  const from = performance.now();
  const many = `flagKey=new-checkout${'&plan=pro'.repeat(7_000)}`;
  const response = await ground.request(`http://halyard.test${flagship(`/apps/shop/evaluate?${many}`)}`, {
    headers: { authorization: `Bearer ${ground.admin}` },
  });
  expect(response.status).toBe(200);
  expect(performance.now() - from).toBeLessThan(2_000);
});
