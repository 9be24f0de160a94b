import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { ACCOUNT, FLAG, flagship, type Ground, openGround } from '../testing/scenario.ts';

let ground: Ground;
const opened: Ground[] = [];
beforeEach(async () => {
  ground = await openGround();
  opened.push(ground);
});
afterAll(async () => {
  for (const each of opened) await each.close();
});

const PROJECTS = flagship('/projects');

const ask = (method: string, path: string, body?: unknown, token?: string) =>
  ground.ask(method, `${PROJECTS}${path}`, {
    ...(body === undefined ? {} : { body }),
    ...(token === undefined ? {} : { token }),
  });

const made = async (...keys: string[]) => {
  const environments = keys.map((key) => ({ key }));
  const { status, json } = await ask('POST', '', { name: 'store', environments });
  expect(status).toBe(201);
  return json.result;
};

const environment = (key: string, app_id: unknown = expect.stringMatching(/^[a-z2-7]{16}$/)) => ({
  key,
  app_id,
  rank: { development: 10, staging: 20, production: 30 }[key] ?? 15,
  production: key === 'production',
  ephemeral: false,
  comment_required: false,
});

const IN_AN_HOUR = '2026-11-24T10:00:00.000Z';

test('POST makes a project with an app for each environment', async () => {
  const project = await made('production', 'development', 'qa');
  expect(project).toEqual({
    id: expect.stringMatching(/^[a-z2-7]{16}$/),
    name: 'store',
    environments: [environment('development'), environment('qa'), environment('production')],
    created_at: '2026-11-24T09:00:00.000Z',
    updated_at: '2026-11-24T09:00:00.000Z',
    updated_by: 'ada',
  });
  const [{ app_id }] = project.environments;
  expect((await ground.ask('GET', `/apps/${app_id}`)).json.result).toMatchObject({
    name: 'store-development',
    project: project.id,
    environment: 'development',
  });
  expect((await ground.ask('GET', '/apps/shop')).json.result).toMatchObject({
    project: null,
    environment: null,
  });
  expect((await ask('GET', '/store')).json.result).toEqual(project);
  expect((await ask('GET', `/${project.id}`)).json.result).toEqual(project);
  expect((await ask('GET', '')).json).toMatchObject({ result: [project], result_info: { count: 1 } });
  expect((await ask('GET', '/none')).status).toBe(404);
});

test.for([
  [{}, '/name', 'name is missing; expected a name of 1 to 64 letters, digits, _ and -'],
  [{ name: 'a b' }, '/name', 'name is "a b"; expected a name of 1 to 64 letters, digits, _ and -'],
  [
    { name: 'a', title: 'x' },
    '/title',
    '"title" is not a field of a project; expected one of name, environments',
  ],
  [
    { name: 'a', environments: [{ key: 'Live' }] },
    '/environments/0/key',
    'environments[0].key is "Live"; expected 1 to 32 lower-case letters, digits and -, the first a letter or a digit',
  ],
  [
    { name: 'a', environments: [{ key: 'a' }, { key: 'b', expires_at: IN_AN_HOUR }] },
    '/environments/1/expires_at',
    'expires_at is of ephemeral environments only; expected "ephemeral": true beside it, or no expires_at.',
  ],
  [
    { name: 'a', environments: [{ key: 'a', ephemeral: true, expires_at: '2026-11-24T09:00:00Z' }] },
    '/environments/0/expires_at',
    'expires_at is "2026-11-24T09:00:00Z"; expected a time in the future.',
  ],
  [
    { name: 'a', environments: [{ key: 'a', app_id: 'shop', ephemeral: true, expires_at: IN_AN_HOUR }] },
    '/environments/0/ephemeral',
    'ephemeral is true beside app_id; expected false, because the app of an ephemeral environment is deleted with it.',
  ],
  [
    { name: 'a'.repeat(40), environments: [{ key: 'b'.repeat(30) }] },
    '/environments/0/key',
    expect.stringContaining('has 71 characters; expected a shorter key, so that it has at most 64.'),
  ],
] as const)('POST refuses %j', async ([body, pointer, message]) => {
  const refused = await ask('POST', '', body);
  expect([refused.status, refused.json.errors]).toEqual([400, [{ code: 1001, pointer, message }]]);
  expect((await ask('GET', '')).json.result).toEqual([]);
});

test('an app is taken in, and is in at most one project', async () => {
  const { id } = await made('development');
  const live = { key: 'live', app_id: 'shop', production: true, rank: 40, comment_required: true };
  const added = await ask('POST', '/store/environments', live);
  expect([added.status, added.json.result.environments[1]]).toEqual([
    201,
    { ...environment('live', 'shop'), production: true, rank: 40, comment_required: true },
  ]);
  const again = await ask('POST', `/${id}/environments`, { key: 'other', app_id: 'shop' });
  expect([again.status, again.json.errors[0]]).toEqual([
    409,
    {
      code: 1006,
      pointer: '/app_id',
      message:
        'The app shop is an environment of the project store already; an app is in at most one project.',
    },
  ]);
  expect((await ask('POST', '/store/environments', { key: 'x', app_id: 'none' })).status).toBe(404);
  expect((await ask('POST', '/none/environments', { key: 'x' })).status).toBe(404);
  expect((await ask('POST', '/store/environments', { key: 'live' })).json.errors[0]).toMatchObject({
    code: 1006,
    pointer: '/key',
  });
});

test('an environment that asks for comments refuses a write without one', async () => {
  await made();
  await ask('POST', '/store/environments', { key: 'live', app_id: 'shop', comment_required: true });
  const refused = await ground.ask('POST', '/apps/shop/flags', { body: FLAG });
  expect([refused.status, refused.json.errors]).toEqual([
    400,
    [
      {
        code: 1001,
        pointer: '/comment',
        message: expect.stringMatching(/^comment is missing; expected why/),
      },
    ],
  ]);
  expect((await ground.ask('POST', '/apps/shop/flags?dry_run=1', { body: FLAG })).status).toBe(200);
  const headers = { 'x-halyard-comment': 'launch' };
  expect((await ground.ask('POST', '/apps/shop/flags', { body: FLAG, headers })).status).toBe(201);
  const batch = { changes: [{ op: 'patch', key: FLAG.key, flag: { enabled: false } }], comment: 'stop' };
  expect((await ground.ask('POST', '/apps/shop/changes', { body: batch })).status).toBe(200);
  await ask('PATCH', '/store/environments/live', { comment_required: false });
  expect((await ground.ask('DELETE', `/apps/shop/flags/${FLAG.key}`)).status).toBe(200);
});

test('an environment is changed, and only in what the request names', async () => {
  await made('development', 'production');
  const changed = await ask('PATCH', '/store/environments/development', { rank: 50 });
  expect(changed.json.result.environments).toEqual([
    environment('production'),
    { ...environment('development'), rank: 50 },
  ]);
  const lasting = await ask('PATCH', '/store/environments/development', { expires_at: IN_AN_HOUR });
  expect([lasting.status, lasting.json.errors[0].pointer]).toEqual([400, '/expires_at']);
  expect((await ask('PATCH', '/store/environments/none', { rank: 1 })).status).toBe(404);
  expect((await ask('PATCH', '/store/environments/development', { key: 'x' })).status).toBe(400);
});

test('DELETE leaves the apps, or takes them along', async () => {
  const project = await made('a', 'b', 'c');
  const [a, b, c] = project.environments.map(({ app_id }: { app_id: string }) => app_id);
  expect((await ask('DELETE', '/store/environments/a')).json.result).toEqual({ key: 'a' });
  expect((await ask('DELETE', '/store/environments/b?app=1')).json.result).toEqual({ key: 'b' });
  expect((await ask('DELETE', '/store?apps=1')).json.result).toEqual({ id: project.id });
  expect((await ask('GET', '/store')).status).toBe(404);
  const apps = await ground.stores.accounts.apps(ACCOUNT);
  expect(apps.map(({ id }) => id).toSorted()).toEqual([a, 'shop'].toSorted());
  for (const gone of [b, c]) expect((await ground.ask('GET', `/apps/${gone}`)).status).toBe(404);
});

test('PATCH gives a project another name, and its id stays', async () => {
  const { id } = await made('a');
  await ask('POST', '', { name: 'blog' });
  expect((await ask('PATCH', '/store', { name: 'market' })).json.result).toMatchObject({
    id,
    name: 'market',
  });
  expect((await ask('PATCH', '/market', { name: 'blog' })).json.errors[0]).toMatchObject({
    code: 1006,
    pointer: '/name',
  });
});

describe('a token for some apps', () => {
  test('sees those environments of a project alone, and changes no other', async () => {
    const project = await made('development', 'production');
    await ask('POST', '', { name: 'blog', environments: [{ key: 'live' }] });
    const [development] = project.environments;
    const { secret } = await ground.mint({ permission: 'admin', app_ids: [development.app_id] });
    const seen = { ...project, environments: [development] };
    expect((await ask('GET', '', undefined, secret)).json.result).toEqual([seen]);
    expect((await ask('GET', '/store', undefined, secret)).json.result).toEqual(seen);
    expect((await ask('GET', '/blog', undefined, secret)).status).toBe(404);
    for (const [method, path, body] of [
      ['POST', '', { name: 'mine' }],
      ['PATCH', '/store', { name: 'mine' }],
      ['DELETE', '/store', undefined],
      ['POST', '/store/environments', { key: 'mine' }],
      ['PATCH', '/store/environments/production', { rank: 1 }],
      ['DELETE', '/store/environments/production', undefined],
    ] as const) {
      expect([method, path, (await ask(method, path, body, secret)).status]).toEqual([method, path, 403]);
    }
    const own = await ask('PATCH', '/store/environments/development', { rank: 11 }, secret);
    expect(own.json.result.environments).toEqual([{ ...development, rank: 11 }]);
  });
});

test('an ephemeral environment is announced a day before its time, and gone within it', async () => {
  await made('production');
  const expires_at = new Date(ground.clock.ms + 2 * 86_400_000).toISOString();
  const preview = { key: 'pr-7', ephemeral: true, expires_at };
  const { json } = await ask('POST', '/store/environments', preview);
  const { app_id } = json.result.environments[0];
  const events = async () =>
    (
      await ground.ask('GET', flagship('/log?event=environment_expiring,environment_removed'))
    ).json.result.map(({ event }: { event: string }) => event);
  expect(await ground.expireEnvironments()).toBe(ground.clock.ms + 86_400_000);
  expect(await events()).toEqual([]);
  ground.clock.ms += 86_400_000;
  expect(await ground.expireEnvironments()).toBe(Date.parse(expires_at));
  await ground.expireEnvironments();
  expect(await events()).toEqual(['environment_expiring']);
  ground.clock.ms = Date.parse(expires_at);
  expect(await ground.expireEnvironments()).toBe(null);
  expect(await events()).toEqual(['environment_removed', 'environment_expiring']);
  expect((await ask('GET', '/store')).json.result.environments).toEqual([environment('production')]);
  expect((await ground.ask('GET', `/apps/${app_id}`)).status).toBe(404);
});

test('a repeat under the same Idempotency-Key makes no second project', async () => {
  const headers = { 'idempotency-key': 'k1' };
  const first = await ground.ask('POST', PROJECTS, { body: { name: 'once' }, headers });
  const second = await ground.ask('POST', PROJECTS, { body: { name: 'once' }, headers });
  expect(second.json).toEqual(first.json);
  expect(second.headers.get('idempotency-replayed')).toBe('true');
});
