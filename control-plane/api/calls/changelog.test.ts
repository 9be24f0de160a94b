import { afterAll, beforeAll, expect, test } from 'vitest';
import { FLAG, type Ground, openGround } from '../testing/scenario.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await openGround();
  const { secret: bob } = await ground.mint({ name: 'bob', permission: 'write' });
  await ground.ask('POST', '/apps/shop/flags', { body: { ...FLAG, key: 'a' } });
  for (let index = 1; index <= 3; index++) {
    ground.clock.ms += 60_000;
    await ground.ask('PATCH', '/apps/shop/flags/a', {
      body: { description: `text ${index}` },
      token: bob,
      headers: { 'x-halyard-comment': `gr\u00c3\u00b6\u00c3\u009fer ${index}` },
    });
  }
  await ground.ask('POST', '/apps/shop/flags', { body: { ...FLAG, key: 'b' } });
  await ground.ask('DELETE', '/apps/shop/flags/b');
});
afterAll(() => ground.close());

const of = async (path: string) => {
  const { json } = await ground.ask('GET', `/apps/shop${path}`);
  return json.result.map(
    ({ flag_key, event, version }: Record<string, unknown>) => `${flag_key} ${event} ${version}`,
  );
};

test('a flag’s entries come newest first, each whole', async () => {
  const { json } = await ground.ask('GET', '/apps/shop/flags/a/changelog?limit=1');
  expect(json.result[0]).toEqual({
    id: '4',
    flag_key: 'a',
    event: 'update',
    after: expect.objectContaining({ key: 'a', description: 'text 3' }),
    diff: { description: { from: 'text 2', to: 'text 3' } },
    version: 4,
    app_version: 4,
    at: '2026-11-24T09:03:00.000Z',
    actor: { name: 'bob', token_id: expect.any(String) },
    comment: 'größer 3',
    hash: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  expect(await of('/flags/a/changelog')).toEqual(['a update 4', 'a update 3', 'a update 2', 'a create 1']);
});

test('pages follow each other by either cursor', async () => {
  const first = await ground.ask('GET', '/apps/shop/flags/a/changelog?limit=3');
  const { cursors, count } = first.json.result_info;
  expect(count).toBe(3);
  expect(await of(`/flags/a/changelog?cursor=${encodeURIComponent(cursors.after)}`)).toEqual(['a create 1']);
});

test('an app’s log has every flag’s, and a deleted flag’s stays', async () => {
  expect(await of('/changelog')).toEqual([
    'b delete 2',
    'b create 1',
    'a update 4',
    'a update 3',
    'a update 2',
    'a create 1',
  ]);
  expect(await of('/flags/b/changelog')).toEqual(['b delete 2', 'b create 1']);
});

test('filters by actor and time, both ends included', async () => {
  expect(await of('/changelog?actor=bob')).toEqual(['a update 4', 'a update 3', 'a update 2']);
  expect(await of('/changelog?actor=bob&until=2026-11-24T09:02:00Z')).toEqual(['a update 3', 'a update 2']);
  expect(await of('/changelog?since=2026-11-24T10:03:00%2B01:00')).toEqual([
    'b delete 2',
    'b create 1',
    'a update 4',
  ]);
  expect(await of('/flags/a/changelog?actor=nobody')).toEqual([]);
  const refused = await ground.ask('GET', '/apps/shop/changelog?since=yesterday');
  expect([refused.status, refused.json.errors[0].message]).toEqual([
    400,
    'since is "yesterday"; expected an ISO 8601 time such as 2026-01-31T12:00:00Z',
  ]);
});

test('404 for a flag that never was, and for an app that is not there', async () => {
  expect((await ground.ask('GET', '/apps/shop/flags/never/changelog')).status).toBe(404);
  expect((await ground.ask('GET', '/apps/nowhere/changelog')).status).toBe(404);
});

test('an app’s log is filtered by parts of names, in any case, and by commit', async () => {
  expect(await of('/changelog?flag=B')).toEqual(['b delete 2', 'b create 1']);
  expect(await of('/changelog?by=BO')).toEqual(['a update 4', 'a update 3', 'a update 2']);
  expect(await of('/changelog?by=bo&flag=b')).toEqual([]);
  expect(await of('/changelog?actor=BO')).toEqual([]);
  expect(await of('/changelog?commit=3')).toEqual(['a update 3']);
  expect(await of('/flags/a/changelog?by=o&commit=4')).toEqual(['a update 4']);
  const refused = await ground.ask('GET', '/apps/shop/changelog?commit=latest');
  expect([refused.status, refused.json.errors[0].message]).toEqual([
    400,
    'commit is "latest"; expected the version of an app, a whole number from 1',
  ]);
});
