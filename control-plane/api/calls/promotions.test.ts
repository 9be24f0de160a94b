import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { ACCOUNT, FLAG, flagship, type Ground, openGround } from '../testing/scenario.ts';

let ground: Ground;
const opened: Ground[] = [];
const apps: Record<string, string> = {};
beforeEach(async () => {
  ground = await openGround();
  opened.push(ground);
  const environments = ['development', 'staging', 'production'].map((key) => ({ key }));
  const { json } = await ground.ask('POST', flagship('/projects'), { body: { name: 'store', environments } });
  for (const { key, app_id } of json.result.environments) apps[key] = app_id;
});
afterAll(async () => {
  for (const each of opened) await each.close();
});

const project = (method: string, path: string, body?: unknown, token?: string) =>
  ground.ask(method, flagship(`/projects/store${path}`), {
    ...(body === undefined ? {} : { body }),
    ...(token === undefined ? {} : { token }),
  });
const flags = (environment: string, method: string, path = '', body?: unknown) =>
  ground.ask(method, `/apps/${apps[environment]}/flags${path}`, body === undefined ? {} : { body });
const flagIn = async (environment: string, key: string = FLAG.key) =>
  (await flags(environment, 'GET', `/${key}`)).json?.result;
const patch = (environment: string, body: object, key: string = FLAG.key) =>
  flags(environment, 'PATCH', `/${key}`, body);

const compare = async (from: string, to: string, key: string = FLAG.key) =>
  (await project('GET', `/compare?from=${from}&to=${to}&key=${key}`)).json.result[0];
const promote = (from: string, to: string, more: object = {}) =>
  project('POST', '/promote', { from, to, keys: [FLAG.key], ...more });

const everywhere = () => project('POST', '/flags', { ...FLAG, description: 'The new checkout' });

describe('a flag in every environment', () => {
  test('is made lowest rank first, disabled in production, each linked to the one below', async () => {
    const made = await everywhere();
    expect([made.status, made.json.result]).toEqual([
      201,
      {
        key: FLAG.key,
        environments: ['development', 'staging', 'production'].map((environment) => ({
          environment,
          app_id: apps[environment],
          outcome: 'created',
          version: 1,
        })),
      },
    ]);
    const enabled = [];
    for (const environment of Object.keys(apps)) enabled.push((await flagIn(environment)).enabled);
    expect(enabled).toEqual([true, true, false]);
    const [development] = await ground.changelog(apps['development']);
    const [staging] = await ground.changelog(apps['staging']);
    expect([development?.source, staging?.source]).toEqual([
      undefined,
      { app_id: apps['development'], flag_version: 1, entry_hash: development?.hash },
    ]);
  });

  test('is closed where there is a gap, and deleted where it is', async () => {
    await flags('staging', 'POST', '', { ...FLAG, description: 'Ours' });
    const outcomes = async (asked: Promise<{ json: { result: { environments: { outcome: string }[] } } }>) =>
      (await asked).json.result.environments.map(({ outcome }) => outcome);
    expect(await outcomes(everywhere())).toEqual(['created', 'exists', 'created']);
    expect((await flagIn('staging')).description).toBe('Ours');
    await flags('development', 'DELETE', `/${FLAG.key}`);
    const remove = () => project('DELETE', `/flags/${FLAG.key}`);
    expect(await outcomes(remove())).toEqual(['absent', 'deleted', 'deleted']);
    expect((await remove()).status).toBe(404);
  });

  test('an environment that fails is told of, and holds up no other', async () => {
    await project('PATCH', '/environments/staging', { comment_required: true });
    const { json } = await everywhere();
    expect(json.result.environments).toEqual([
      { environment: 'development', app_id: apps['development'], outcome: 'created', version: 1 },
      {
        environment: 'staging',
        app_id: apps['staging'],
        outcome: 'failed',
        errors: [{ code: 1001, pointer: '/comment', message: expect.stringMatching(/^comment is missing/) }],
      },
      { environment: 'production', app_id: apps['production'], outcome: 'created', version: 1 },
    ]);
  });
});

describe('comparing', () => {
  test('tells who changed what since both were the same, and swaps with the direction', async () => {
    await everywhere();
    expect(await compare('development', 'staging')).toEqual({
      kind: 'flag',
      key: FLAG.key,
      status: 'same',
      diff: {},
    });
    await patch('development', { enabled: false, client_side: false });
    expect((await compare('development', 'staging')).status).toBe('same');
    await patch('development', { description: 'Theirs' });
    const behind = await compare('development', 'staging');
    expect([behind.status, behind.diff]).toEqual([
      'behind',
      { description: { from: 'Theirs', to: 'The new checkout', side: 'from' } },
    ]);
    const ahead = await compare('staging', 'development');
    expect([ahead.status, ahead.diff]).toEqual([
      'ahead',
      { description: { from: 'The new checkout', to: 'Theirs', side: 'to' } },
    ]);
    await patch('staging', { description: 'Ours' });
    expect((await compare('development', 'staging')).status).toBe('diverged');
    await patch('staging', { description: 'Theirs' });
    expect((await compare('development', 'staging')).status).toBe('same');
  });

  test('names what only one of them has, flags before segments', async () => {
    await everywhere();
    await flags('staging', 'POST', '', { ...FLAG, key: 'banner' });
    await ground.ask('POST', `/apps/${apps['development']}/segments`, {
      body: { key: 'beta', include: ['ada'] },
    });
    const { json } = await project('GET', '/compare?from=development&to=staging');
    expect(json.result.map(({ kind, key, status }: Record<string, string>) => [kind, key, status])).toEqual([
      ['flag', 'banner', 'only_to'],
      ['flag', FLAG.key, 'same'],
      ['segment', 'beta', 'only_from'],
    ]);
  });

  test.for([
    ['/compare?from=development', 400],
    ['/compare?from=development&to=moon', 404],
    ['/compare?from=development&to=Staging', 400],
  ] as const)('%s is %d', async ([path, status]) => {
    expect((await project('GET', path)).status).toBe(status);
  });
});

describe('promoting', () => {
  test('carries the definition in one commit, leaves the state alone, and links the chains', async () => {
    await everywhere();
    const [rule, everybody] = (await flagIn('development')).rules;
    await patch('staging', { rules: [rule, { ...everybody, rollout: { percentage: 60 } }] });
    await patch('development', { description: 'Theirs', enabled: false });
    const promoted = await promote('development', 'staging');
    expect([promoted.status, promoted.json.result]).toEqual([
      200,
      {
        app_version: 3,
        items: [
          {
            kind: 'flag',
            key: FLAG.key,
            status: 'behind',
            because: 'asked',
            diff: { description: { from: 'The new checkout', to: 'Theirs' } },
            exposure: expect.objectContaining({ before: expect.anything(), after: expect.anything() }),
          },
        ],
        conflicts: [],
      },
    ]);
    const flag = await flagIn('staging');
    expect([flag.description, flag.enabled, flag.rules[1].rollout]).toEqual([
      'Theirs',
      true,
      { percentage: 60 },
    ]);
    const entry = (await ground.changelog(apps['staging'])).at(-1);
    const source = (await ground.changelog(apps['development'])).at(-1);
    expect(entry?.source).toEqual({ app_id: apps['development'], flag_version: 2, entry_hash: source?.hash });
    expect((await compare('development', 'staging')).status).toBe('same');
    expect((await promote('development', 'staging')).json.result.app_version).toBe(3);
    expect(await ground.changelog(apps['production'])).toHaveLength(1);
  });

  test('merges what both changed in different places, and the target stays ahead by its own', async () => {
    await everywhere();
    await patch('development', { description: 'Theirs' });
    await patch('staging', { owner: 'ada' });
    expect((await compare('development', 'staging')).status).toBe('behind');
    await promote('development', 'staging');
    const { description, owner } = await flagIn('staging');
    expect([description, owner]).toEqual(['Theirs', 'ada']);
    expect((await compare('development', 'staging')).status).toBe('ahead');
    expect((await promote('development', 'staging')).json.result.items[0]).toMatchObject({
      status: 'ahead',
      diff: {},
    });
    await promote('staging', 'development');
    expect((await compare('development', 'staging')).status).toBe('same');
  });

  test('refuses what both changed in the same place, or takes the source’s definition', async () => {
    await everywhere();
    await patch('development', { description: 'Theirs' });
    await patch('staging', { description: 'Ours', owner: 'ada' });
    const refused = await promote('development', 'staging');
    expect([refused.status, refused.json.errors]).toEqual([
      409,
      [
        {
          code: 1006,
          message: `The flag ${FLAG.key} was changed at description both in development and in staging; change one of them, or send "conflicts": "source" to take the definition of development.`,
        },
      ],
    ]);
    const conflict = { kind: 'flag', key: FLAG.key, path: 'description', from: 'Theirs', to: 'Ours' };
    const tried = await promote('development', 'staging', { dry_run: true });
    expect([tried.status, tried.json.result.conflicts, tried.json.result.app_version]).toEqual([
      200,
      [conflict],
      2,
    ]);
    const taken = await promote('development', 'staging', { conflicts: 'source' });
    expect([taken.status, taken.json.result.conflicts]).toEqual([200, [conflict]]);
    const { description, owner } = await flagIn('staging');
    expect([description, owner]).toEqual(['Theirs', undefined]);
    expect((await compare('development', 'staging')).status).toBe('same');
  });

  test('carries state only if asked', async () => {
    await everywhere();
    await patch('development', { enabled: false });
    expect((await promote('development', 'staging')).json.result.app_version).toBe(1);
    await promote('development', 'staging', { parts: ['definition', 'state'] });
    expect((await flagIn('staging')).enabled).toBe(false);
  });

  test('brings the segments and flags that are needed and missing, and names those that are others', async () => {
    const below = (environment: string, path: string, body: object) =>
      ground.ask('POST', `/apps/${apps[environment]}/${path}`, { body });
    await below('development', 'segments', { key: 'beta', include: ['ada'] });
    await below('development', 'segments', { key: 'staff', include: ['ben'] });
    await below('staging', 'segments', { key: 'staff', include: ['cleo'] });
    await below('development', 'flags', { ...FLAG, key: 'base' });
    await below('development', 'flags', {
      ...FLAG,
      prerequisites: [{ flag: 'base', variations: ['on'] }],
      rules: [
        {
          priority: 1,
          conditions: [{ operator: 'in_segment', value: ['beta', 'staff'] }],
          serve_variation: 'on',
        },
      ],
    });
    const tried = await promote('development', 'staging', { dry_run: true });
    const { json } = await promote('development', 'staging');
    expect(tried.json.result.items).toEqual(json.result.items);
    expect(
      json.result.items.map(({ kind, key, because }: Record<string, string>) => [kind, key, because]),
    ).toEqual([
      ['flag', FLAG.key, 'asked'],
      ['flag', 'base', 'missing'],
      ['segment', 'beta', 'missing'],
      ['segment', 'staff', 'stays'],
    ]);
    expect(json.result.app_version).toBe(2);
    expect([(await flagIn('staging')).enabled, (await flagIn('staging', 'base')).enabled]).toEqual([
      false,
      false,
    ]);
    const staff = await ground.ask('GET', `/apps/${apps['staging']}/segments/staff`);
    expect(staff.json.result.include).toEqual(['cleo']);
    const rest = (await project('GET', '/compare?from=development&to=staging')).json.result;
    expect(rest.map(({ key, status }: Record<string, string>) => [key, status])).toEqual([
      ['base', 'same'],
      [FLAG.key, 'same'],
      ['beta', 'same'],
      ['staff', 'diverged'],
    ]);
  });

  test('a flag that is new to production arrives there although its tests fail while it is off', async () => {
    const tests = [{ name: 'pro', context: { plan: 'pro' }, expect: { variant: 'on' } }];
    await flags('development', 'POST', '', { ...FLAG, tests });
    const promoted = await promote('development', 'production');
    expect([promoted.status, promoted.json.messages]).toEqual([
      200,
      [{ message: expect.stringMatching(/^Test "pro" of the flag new-checkout expected variant "on"/) }],
    ]);
    const refused = await patch('production', { enabled: true, rules: [] });
    expect([refused.status, refused.json.errors[0].code]).toEqual([400, 1015]);
    expect((await patch('production', { enabled: true })).status).toBe(200);
    expect((await patch('production', { enabled: false })).status).toBe(200);
  });

  test('promotes every flag with a tag, and is held to the versions that were expected', async () => {
    await flags('development', 'POST', '', { ...FLAG, tags: ['web'] });
    await flags('development', 'POST', '', { ...FLAG, key: 'banner', tags: ['web'] });
    await flags('development', 'POST', '', { ...FLAG, key: 'other' });
    const tagged = { from: 'development', to: 'staging', tag: 'web' };
    const moved = await project('POST', '/promote', { ...tagged, expect: { banner: 3 } });
    expect([moved.status, moved.json.errors]).toEqual([
      412,
      [
        {
          code: 1008,
          pointer: '/expect/banner',
          message: 'The flag "banner" is at version 0 in staging; expect names 3.',
          version: 0,
        },
      ],
    ]);
    const promoted = await project('POST', '/promote', { ...tagged, expect: { banner: 0 } });
    expect(promoted.json.result.items.map(({ key }: { key: string }) => key)).toEqual(['banner', FLAG.key]);
    expect((await project('POST', '/promote', { ...tagged, tag: 'none' })).status).toBe(404);
  });

  test('needs write on the target, and asks for a comment where the environment does', async () => {
    await everywhere();
    await patch('development', { description: 'Theirs' });
    const body = { from: 'development', to: 'staging', keys: [FLAG.key] };
    const reader = (await ground.mint({ permission: 'read', name: 'reader' })).secret;
    expect((await project('POST', '/promote', body, reader)).status).toBe(403);
    expect((await project('POST', '/promote', { ...body, dry_run: true }, reader)).status).toBe(200);
    const half = (await ground.mint({ permission: 'write', app_ids: [apps['staging'] ?? ''] })).secret;
    expect((await project('POST', '/promote', body, half)).status).toBe(403);
    await project('PATCH', '/environments/staging', { comment_required: true });
    expect((await project('POST', '/promote', body)).json.errors[0].pointer).toBe('/comment');
    expect((await project('POST', '/promote', { ...body, comment: 'launch' })).status).toBe(200);
    expect((await ground.changelog(apps['staging'])).at(-1)?.comment).toBe('launch');
  });

  test.for([
    [{ keys: undefined }, '/keys', 'keys and tag are missing; expected one of them'],
    [{ tag: 'web' }, '/keys', 'keys and tag are both there; expected one of them'],
    [{ keys: ['a', 'a'] }, '/keys/1', 'keys[1] is there twice; expected each key once'],
    [{ to: 'development' }, '/to', 'to is "development", as from is; expected another environment'],
    [{ parts: ['state'] }, '/parts', expect.stringMatching(/expected \["definition"\] or/)],
    [{ conflicts: 'target' }, '/conflicts', 'conflicts is "target"; expected "refuse" or "source"'],
  ] as const)('refuses %j', async ([more, pointer, message]) => {
    const refused = await promote('development', 'staging', more);
    expect([refused.status, refused.json.errors]).toEqual([400, [{ code: 1001, pointer, message }]]);
  });

  test('refuses keys that the source does not have, and environments that are not there', async () => {
    expect((await promote('development', 'staging')).json.errors).toEqual([
      { code: 1004, pointer: '/keys/0', message: `There is no flag "${FLAG.key}" in development.` },
    ]);
    expect((await promote('development', 'moon')).json.errors[0]).toMatchObject({
      code: 1004,
      pointer: '/to',
    });
  });

  test('two at once make one commit, and the other finds nothing left to do', async () => {
    await everywhere();
    await patch('development', { description: 'Theirs' });
    const both = await Promise.all([promote('development', 'staging'), promote('development', 'staging')]);
    expect(both.map(({ status, json }) => [status, json.result.app_version])).toEqual([
      [200, 2],
      [200, 2],
    ]);
    expect(await ground.changelog(apps['staging'])).toHaveLength(2);
  });
});

describe('the matrix', () => {
  test('has every flag in every environment, with what it serves and how it drifted', async () => {
    await everywhere();
    await patch('development', { description: 'Theirs' });
    await flags('development', 'POST', '', { ...FLAG, key: 'banner', enabled: false, rules: [] });
    const { json } = await project('GET', '/flags');
    const cell = { version: 1, enabled: true, serves: 'on 100 %', exposure: 100, drift: null };
    expect(json.result.map(({ key }: { key: string }) => key)).toEqual(['banner', FLAG.key]);
    expect(json.result[0].environments).toEqual({
      development: { ...cell, enabled: false, serves: 'off', exposure: 0 },
      staging: null,
      production: null,
    });
    expect(json.result[1].environments).toMatchObject({
      development: { version: 2, enabled: true, drift: null },
      staging: { version: 1, enabled: true, drift: 'behind' },
      production: { version: 1, enabled: false, serves: 'off', drift: 'same' },
    });
  });

  test('is searched, filtered by state, and read in pages', async () => {
    for (const key of ['a', 'b', 'c']) await project('POST', '/flags', { ...FLAG, key, tags: [key] });
    await patch('staging', { description: 'Ours' }, 'b');
    await flags('production', 'DELETE', '/c');
    const keys = async (query: string) => {
      const { json } = await project('GET', `/flags?${query}`);
      return [json.result.map(({ key }: { key: string }) => key), json.result_info.cursor];
    };
    expect(await keys('state=drifted')).toEqual([['b'], null]);
    expect(await keys('state=missing')).toEqual([['c'], null]);
    expect(await keys('tag=a')).toEqual([['a'], null]);
    expect(await keys('q=OURS')).toEqual([['b'], null]);
    const [first, cursor] = await keys('limit=2');
    expect([first, typeof cursor]).toEqual([['a', 'b'], 'string']);
    expect(await keys(`limit=2&cursor=${cursor}`)).toEqual([['c'], null]);
    const stale = await project('GET', '/flags?state=stale');
    expect([stale.status, stale.json.errors[0].message]).toEqual([
      400,
      'state is "stale"; expected "drifted" or "missing"',
    ]);
  });
});

describe('a copy of an environment', () => {
  test('has all of it in one commit, disabled, and the buckets stay', async () => {
    await flags('development', 'POST', '', {
      ...FLAG,
      metadata: { team: 'web' },
      bucketing: { hash: 'murmur3', salt: 'own' },
    });
    await ground.ask('POST', `/apps/${apps['development']}/segments`, {
      body: { key: 'beta', include: ['ada'] },
    });
    const added = await project('POST', '/environments', {
      key: 'pr-7',
      ephemeral: true,
      from: 'development',
    });
    expect(added.status).toBe(201);
    apps['pr-7'] = added.json.result.environments.find(({ key }: { key: string }) => key === 'pr-7').app_id;
    const flag = await flagIn('pr-7');
    expect([flag.enabled, flag.bucketing.salt, flag.metadata]).toEqual([false, 'own', { team: 'web' }]);
    const outbox = await ground.outbox(apps['pr-7']);
    expect(outbox).toEqual([{ version: 1, keys: [FLAG.key, 'segment/beta'] }]);
    const all = (await project('GET', '/compare?from=development&to=pr-7')).json.result;
    expect(all.map(({ status }: { status: string }) => status)).toEqual(['same', 'same']);
    await patch('pr-7', { description: 'Tried' });
    expect((await compare('pr-7', 'development')).status).toBe('behind');
    const live = await project('POST', '/environments', { key: 'twin', from: 'development', state: true });
    apps['twin'] = live.json.result.environments.find(({ key }: { key: string }) => key === 'twin').app_id;
    expect((await flagIn('twin')).enabled).toBe(true);
  });

  test.for([
    [{ key: 'x', from: 'moon' }, 404, '/from'],
    [{ key: 'x', from: 'development', app_id: 'shop' }, 400, '/from'],
    [{ key: 'x', state: true }, 400, '/state'],
  ] as const)('%j is refused, and nothing is left', async ([body, status, pointer]) => {
    const refused = await project('POST', '/environments', body);
    expect([refused.status, refused.json.errors[0].pointer]).toEqual([status, pointer]);
    expect((await ground.stores.accounts.apps(ACCOUNT)).map(({ name }) => name)).not.toContain('store-x');
  });
});
