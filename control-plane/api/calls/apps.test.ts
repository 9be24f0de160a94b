import { describe, expect, test } from 'vitest';
import { ACCOUNT, FLAG, groundForEach } from '../testing/scenario.ts';

const ground = groundForEach();

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
    tests: 'warn',
    created_at: '2026-11-24T09:00:00.000Z',
    updated_at: '2026-11-24T09:00:00.000Z',
    updated_by: 'ada',
    project: null,
    environment: null,
  });
  expect(await accountOutbox()).toContain(`app/${id}`);
  expect((await ground.stores.accounts.accountLog(ACCOUNT, { limit: 1 })).items[0]).toMatchObject({
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

describe('PATCH', () => {
  const patch = (body: unknown, token = ground.admin) => ground.ask('PATCH', '/apps/shop', { body, token });
  const log = async () => (await ground.stores.accounts.accountLog(ACCOUNT, { limit: 1 })).items[0];

  test('changes what it names, says so in the account’s log with the reason, and lets edges know', async () => {
    ground.clock.ms += 60_000;
    const changed = await ground.ask('PATCH', '/apps/shop', {
      body: { tests: 'block', client_side_default: false },
      headers: { 'x-halyard-comment': 'before the sale' },
    });
    expect([changed.status, changed.json.result]).toEqual([
      200,
      {
        id: 'shop',
        name: 'Shop',
        client_side_default: false,
        tests: 'block',
        created_at: '2026-11-24T09:00:00.000Z',
        updated_at: '2026-11-24T09:01:00.000Z',
        updated_by: 'ada',
        project: null,
        environment: null,
      },
    ]);
    expect((await ground.ask('GET', '/apps/shop')).json.result).toEqual(changed.json.result);
    expect((await ground.ask('GET', '/apps')).json.result).toEqual([changed.json.result]);
    expect(await log()).toMatchObject({
      event: 'app_changed',
      actor: { name: 'ada' },
      comment: 'before the sale',
      detail: {
        app: 'shop',
        name: 'Shop',
        diff: {
          client_side_default: { from: true, to: false },
          tests: { from: 'warn', to: 'block' },
        },
      },
    });
    const made = await ground.ask('POST', '/apps/shop/flags', { body: FLAG });
    expect(made.json.result.client_side).toBe(false);
  });

  test('with a name alone renames, and with nothing new changes and notes nothing', async () => {
    expect((await patch({ name: 'store' })).json.result.name).toBe('store');
    const noted = await log();
    expect(noted).toMatchObject({ event: 'app_renamed', detail: { from: 'Shop', to: 'store' } });
    for (const body of [{}, { name: 'store', tests: 'warn' }]) expect((await patch(body)).status).toBe(200);
    expect(await log()).toEqual(noted);
    await ground.ask('POST', '/apps', { body: { name: 'taken' } });
    const refused = await patch({ name: 'taken', tests: 'block' });
    expect([refused.status, refused.json.errors[0].pointer]).toEqual([409, '/name']);
    expect((await ground.ask('GET', '/apps/shop')).json.result.tests).toBe('warn');
    expect((await ground.ask('PATCH', '/apps/nowhere', { body: { tests: 'warn' } })).status).toBe(404);
  });

  test('of tests takes admin, and the rest write', async () => {
    const { secret } = await ground.mint({ permission: 'write', name: 'writer' });
    const refused = await patch({ name: 'store', tests: 'block' }, secret);
    expect([refused.status, refused.json.errors]).toEqual([
      403,
      [
        {
          code: 1003,
          pointer: '/tests',
          message: 'The token\'s permission is "write"; changing tests needs "admin".',
        },
      ],
    ]);
    expect((await ground.ask('GET', '/apps/shop')).json.result).toMatchObject({
      name: 'Shop',
      tests: 'warn',
    });
    expect((await patch({ name: 'store', client_side_default: false }, secret)).status).toBe(200);
  });

  test('refuses what is no setting, all of it at once', async () => {
    const refused = await patch({ tests: 'strict', client_side_default: 'no', name: '', test: 'warn' });
    expect(refused.status).toBe(400);
    expect(
      refused.json.errors.map(({ pointer, message }: { pointer: string; message: string }) => [
        pointer,
        message,
      ]),
    ).toEqual([
      ['/name', 'name is ""; expected a name of 1 to 64 letters, digits, _ and -'],
      ['/client_side_default', 'client_side_default is "no"; expected true or false'],
      ['/tests', 'tests is "strict"; expected warn or block'],
      ['/test', '"test" is not a field of an app; did you mean "tests"?'],
    ]);
    expect((await patch({ tests: null })).json.errors[0].message).toBe(
      'tests is null; expected warn or block',
    );
    expect((await patch([])).status).toBe(400);
  });

  test('lets failing tests of flags refuse writes of every kind with 1015, or come as messages', async () => {
    const tests = [{ name: 'pro users', context: { plan: 'pro' }, expect: { variant: 'on' } }];
    const message =
      'Test "pro users" of the flag new-checkout expected variant "on", but got variant "off", reason STATIC';
    await ground.ask('POST', '/apps/shop/flags', { body: { ...FLAG, tests } });
    const empty = (query = '') =>
      ground.ask('PATCH', `/apps/shop/flags/new-checkout${query}`, { body: { rules: [] } });
    expect((await patch({ tests: 'block' })).status).toBe(200);
    const refused = await empty();
    expect([refused.status, refused.json.errors]).toEqual([400, [{ code: 1015, message }]]);
    const batch = await ground.ask('POST', '/apps/shop/changes', {
      body: { changes: [{ op: 'patch', key: 'new-checkout', flag: { rules: [] } }] },
    });
    expect([batch.status, batch.json.errors[0].code]).toEqual([400, 1015]);
    const imported = await ground.ask('POST', '/apps/shop/import', {
      body: JSON.stringify({ ...FLAG, tests, rules: [] }),
      headers: { 'content-type': 'application/x-ndjson' },
    });
    expect([imported.status, imported.json.errors[0].code]).toEqual([400, 1015]);
    expect((await empty('?dry_run=1')).json.result.tests).toHaveLength(1);
    expect((await ground.ask('GET', '/apps/shop/flags/new-checkout')).json.result.version).toBe(1);
    await ground.ask('POST', '/apps/shop/flags', {
      body: {
        ...FLAG,
        key: 'depends',
        prerequisites: [{ flag: 'new-checkout', variations: ['on'] }],
        tests: [{ ...tests[0], expect: { variant: 'on', value: true } }],
      },
    });
    // A kill switch is never held up, not by a flag that depends on it either.
    const off = await ground.ask('PATCH', '/apps/shop/flags/new-checkout', { body: { enabled: false } });
    expect([off.status, off.json.messages.length]).toEqual([200, 2]);
    expect(
      (await ground.ask('PATCH', '/apps/shop/flags/new-checkout', { body: { enabled: true } })).status,
    ).toBe(200);
    expect((await patch({ tests: 'warn' })).status).toBe(200);
    const warned = await empty();
    expect([warned.status, warned.json.messages]).toEqual([
      200,
      [
        { message },
        { message: expect.stringContaining('the flag depends expected variant "on", value true') },
      ],
    ]);
  });

  test('is made once under one Idempotency-Key', async () => {
    const once = () =>
      ground.ask('PATCH', '/apps/shop', {
        body: { tests: 'block' },
        headers: { 'idempotency-key': 'a' },
      });
    const first = await once();
    await patch({ tests: 'warn' });
    const again = await once();
    expect([again.text, again.headers.get('idempotency-replayed')]).toEqual([first.text, 'true']);
    expect((await ground.ask('GET', '/apps/shop')).json.result.tests).toBe('warn');
  });
});

test('DELETE removes an app with its flags, and the account’s log keeps the last hash', async () => {
  await ground.ask('POST', '/apps/shop/flags', { body: FLAG });
  const [entry] = await ground.changelog();
  const gone = await ground.ask('DELETE', '/apps/shop');
  expect([gone.status, gone.json.result]).toEqual([200, { id: 'shop' }]);
  expect((await ground.ask('GET', '/apps/shop/flags')).status).toBe(404);
  expect(await accountOutbox()).toContain('app/shop gone');
  const [last] = (await ground.stores.accounts.accountLog(ACCOUNT, { limit: 1 })).items;
  expect(last?.event).toBe('app_deleted');
  expect(Object.values(last?.detail ?? {})).toContain(entry?.hash);
  expect((await ground.ask('DELETE', '/apps/shop')).status).toBe(404);
});

describe('the history of a deleted app', () => {
  const DAY_MS = 86_400_000;
  const history = () => ground.ask('GET', '/apps/shop/changelog');
  const made = async () => {
    await ground.ask('POST', '/apps/shop/flags', { body: FLAG });
    await ground.ask('PATCH', '/apps/shop/flags/new-checkout', { body: { enabled: false } });
    return history();
  };
  const logged = async () =>
    (await ground.stores.accounts.accountLog(ACCOUNT, { limit: 100 })).items
      .filter(({ detail }) => detail['app'] === 'shop')
      .map(({ event }) => event);

  test('is readable for 400 days, by a token for every app, and then it is gone', async () => {
    const before = await made();
    expect(before.json.result).toHaveLength(2);
    expect((await ground.ask('DELETE', '/apps/shop')).status).toBe(200);
    const reader = (await ground.mint({ permission: 'read' })).secret;
    const after = await ground.ask('GET', '/apps/shop/changelog', { token: reader });
    expect([after.status, after.json.result]).toEqual([200, before.json.result]);
    const ofFlag = await ground.ask('GET', '/apps/shop/flags/new-checkout/changelog?limit=1');
    expect(ofFlag.json.result).toEqual(before.json.result.slice(0, 1));

    ground.clock.ms += 400 * DAY_MS - 1;
    await ground.forgetDeleted();
    expect((await history()).json.result).toEqual(before.json.result);
    ground.clock.ms += 1;
    await ground.forgetDeleted();
    expect((await history()).status).toBe(404);
    expect(await logged()).toEqual(['app_forgotten', 'app_deleted', 'app_created']);
    await ground.forgetDeleted();
    expect(await logged()).toEqual(['app_forgotten', 'app_deleted', 'app_created']);
  });

  test('is all that is left: every other call says that there is no such app', async () => {
    await made();
    await ground.ask('DELETE', '/apps/shop');
    for (const [method, path, body] of [
      ['GET', '/apps/shop'],
      ['GET', '/apps/shop/flags'],
      ['GET', '/apps/shop/flags/new-checkout'],
      ['GET', '/apps/shop/evaluate?flagKey=new-checkout'],
      ['GET', '/apps/shop/export'],
      ['POST', '/apps/shop/flags', FLAG],
      ['PATCH', '/apps/shop/flags/new-checkout', { enabled: true }],
      ['POST', '/apps/shop/flags/new-checkout/restore', { changelog_id: '1' }],
      ['PUT', '/apps/shop', { name: 'x' }],
      ['PATCH', '/apps/shop', { tests: 'block' }],
      ['DELETE', '/apps/shop'],
    ] as const) {
      const { status } = await ground.ask(method, path, body === undefined ? {} : { body });
      expect([method, path, status]).toEqual([method, path, 404]);
    }
    expect((await ground.ask('GET', '/apps')).json.result).toEqual([]);
    expect((await history()).json.result).toHaveLength(2);
    expect((await ground.ask('POST', '/apps', { body: { name: 'Shop' } })).status).toBe(201);
  });

  test('goes with the app where it is not wanted', async () => {
    await made();
    expect((await ground.ask('DELETE', '/apps/shop?keep_history=0')).status).toBe(200);
    expect((await history()).status).toBe(404);
    const [last] = (await ground.stores.accounts.accountLog(ACCOUNT, { limit: 1 })).items;
    expect(last).toMatchObject({ event: 'app_deleted', detail: { entries: 2, kept_until: null } });
    const refused = await ground.ask('DELETE', '/apps/other?keep_history=perhaps');
    expect(refused.json.errors[0].message).toContain('keep_history is "perhaps"; expected 1 or 0');
  });
});

test('GET accounts answers the one the token is for', async () => {
  await ground.stores.accounts.ensureAccount('other', '2026-01-01T00:00:00.000Z');
  const accounts = await ground.ask('GET', '/client/v4/accounts');
  expect(accounts.json.result.map((account: { id: string }) => account.id)).toEqual([ACCOUNT]);
});

test('the cloudflare package asks for accounts page by page, until one is empty: page 2 was refused', async () => {
  const page = async (query: string) => {
    const { status, json } = await ground.ask('GET', `/client/v4/accounts?${query}`);
    expect([query, status]).toEqual([query, 200]);
    return [json.result.map((account: { id: string }) => account.id), json.result_info];
  };
  const info = { cursor: null, cursors: { after: null }, per_page: 100, total_count: 1 };
  expect(await page('direction=desc')).toEqual([[ACCOUNT], { ...info, count: 1, page: 1 }]);
  expect(await page('direction=desc&page=2')).toEqual([[], { ...info, count: 0, page: 2 }]);
  expect(await page('per_page=5&page=1')).toEqual([[ACCOUNT], { ...info, count: 1, page: 1, per_page: 5 }]);
  expect(await page(`name=${ACCOUNT}`)).toEqual([[ACCOUNT], { ...info, count: 1, page: 1 }]);
  expect(await page('name=another')).toEqual([[], { ...info, count: 0, page: 1, total_count: 0 }]);
  const refused = await ground.ask('GET', '/client/v4/accounts?page=0&per_page=x&direction=up');
  expect([refused.status, refused.json.errors.map(({ message }: { message: string }) => message)]).toEqual([
    400,
    [
      'page is "0"; expected a whole number from 1',
      'per_page is "x"; expected a whole number from 1 to 200',
      'direction is "up"; expected asc or desc',
    ],
  ]);
});
