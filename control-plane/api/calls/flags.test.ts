import { describe, expect, test } from 'vitest';
import { FLAG, groundForEach } from '../testing/scenario.ts';

const ground = groundForEach();

const flags = '/apps/shop/flags';
const flag = `${flags}/new-checkout`;

const ID = expect.stringMatching(/^r_[a-z0-9]{6}$/);
const NOBODY = { share: 0, cohorts: [], by: [] };

const VIEW = {
  key: 'new-checkout',
  enabled: true,
  variations: { on: true, off: false },
  default_variation: 'off',
  rules: FLAG.rules.map((rule) => ({ ...rule, id: ID })),
  client_side: true,
  bucketing: { hash: 'murmur3', salt: 'acme/new-checkout' },
  type: 'boolean',
  version: 1,
  created_at: '2026-11-24T09:00:00.000Z',
  updated_at: '2026-11-24T09:00:00.000Z',
  updated_by: 'ada',
  exposure: { share: 100, cohorts: [], by: [ID, ID] },
};

/** What was committed, as the pairs a reader of the audit trail looks for. */
const log = async () =>
  (await ground.changelog()).map(({ event, flag_key, version, actor, comment, diff }) => ({
    event,
    flag_key,
    version,
    actor: actor.name,
    comment,
    diff,
  }));

describe('POST flags', () => {
  test('creates a flag, with its entry and its outbox row', async () => {
    const made = await ground.ask('POST', flags, {
      body: { ...FLAG, type: 'string' },
      headers: { 'x-halyard-comment': 'because' },
    });
    expect(made.status).toBe(201);
    expect(made.json).toEqual({ success: true, errors: [], messages: [], result: VIEW });
    expect(made.headers.get('etag')).toBe('"1"');
    expect(await log()).toEqual([
      {
        event: 'create',
        flag_key: 'new-checkout',
        version: 1,
        actor: 'ada',
        comment: 'because',
        diff: undefined,
      },
    ]);
    expect(await ground.outbox()).toEqual([{ version: 1, keys: ['new-checkout'] }]);
  });

  test('takes the app’s default for client_side, and the bucketing of the request', async () => {
    const app = await ground.ask('POST', '/apps', { body: { name: 'api', client_side_default: false } });
    const bucketing = { hash: 'flagship', salt: 'cf:new-checkout' };
    const made = await ground.ask('POST', `/apps/${app.json.result.id}/flags`, {
      body: { ...FLAG, bucketing },
    });
    expect(made.json.result).toMatchObject({ client_side: false, bucketing });
  });

  test('refuses a key that exists', async () => {
    await ground.ask('POST', flags, { body: FLAG });
    const again = await ground.ask('POST', flags, { body: FLAG });
    expect(again.status).toBe(409);
    expect(again.json).toEqual({
      success: false,
      errors: [
        {
          code: 1006,
          message: 'There is a flag "new-checkout" in this app already; expected another key',
          pointer: '/key',
        },
      ],
      messages: [],
      result: null,
    });
    expect(await log()).toHaveLength(1);
    expect(await ground.outbox()).toHaveLength(1);
  });

  test('reports everything that is wrong with a body, each with its place, and stores nothing', async () => {
    const deep = { logical_operator: 'AND', clauses: [{ attribute: 'a', operator: 'exists' }] };
    let condition: unknown = deep;
    for (let depth = 0; depth < 5; depth++) condition = { logical_operator: 'AND', clauses: [condition] };
    const refused = await ground.ask('POST', flags, {
      body: {
        ...FLAG,
        enabeld: true,
        default_variation: 'maybe',
        rules: [
          {
            priority: 1,
            conditions: [condition],
            serve_variation: 'gone',
            rollout: { percentage: 101 },
          },
        ],
      },
    });
    expect(refused.status).toBe(400);
    expect(refused.json.errors.map((error: { pointer: string }) => error.pointer).sort()).toEqual([
      '/default_variation',
      '/enabeld',
      '/rules/0/conditions/0/clauses/0/clauses/0/clauses/0/clauses/0/clauses/0',
      '/rules/0/rollout/percentage',
      '/rules/0/serve_variation',
    ]);
    expect(refused.json.errors.every((error: { code: number }) => error.code === 1001)).toBe(true);
    expect(refused.text).toContain('did you mean \\"enabled\\"?');
    expect(refused.text).toContain('rules[0].rollout.percentage is 101; expected a number from 0 to 100');
    expect(await log()).toEqual([]);
    expect(await ground.outbox()).toEqual([]);
  });

  test('answers 404 for an app that is not there', async () => {
    const made = await ground.ask('POST', '/apps/nowhere/flags', { body: FLAG });
    expect(made.status).toBe(404);
    expect(made.json.errors).toEqual([{ code: 1004, message: 'There is no app "nowhere" in this account.' }]);
  });
});

describe('GET flags', () => {
  test('pages by key with both cursors, and filters', async () => {
    for (const key of ['a', 'b', 'c']) {
      await ground.ask('POST', flags, { body: { ...FLAG, key, tags: [`t-${key}`], enabled: key !== 'b' } });
    }
    const first = await ground.ask('GET', `${flags}?limit=2`);
    expect(first.json.result.map((one: { key: string }) => one.key)).toEqual(['a', 'b']);
    const { cursor } = first.json.result_info;
    expect(first.json.result_info).toEqual({ count: 2, cursor, cursors: { after: cursor } });
    expect(cursor).toEqual(expect.any(String));
    const second = await ground.ask('GET', `${flags}?limit=2&cursor=${encodeURIComponent(cursor)}`);
    expect(second.json.result.map((one: { key: string }) => one.key)).toEqual(['c']);
    expect(second.json.result_info).toEqual({ count: 1, cursor: null, cursors: { after: null } });
    const keys = async (query: string) =>
      (await ground.ask('GET', `${flags}?${query}`)).json.result.map((one: { key: string }) => one.key);
    expect(await keys('tag=t-c')).toEqual(['c']);
    expect(await keys('state=disabled')).toEqual(['b']);
    expect(await keys('q=A')).toEqual(['a']);
    expect(await keys('q=C%20t-')).toEqual(['c']);
    expect(await keys('tag=t-a&tag=t-c')).toEqual([]);
    expect(await keys('tag=t-a&tag=')).toEqual(['a']);
    expect(await keys('type=boolean&by=DA&state=enabled')).toEqual(['a', 'c']);
    expect(await keys('type=json')).toEqual([]);
    expect(await keys('sort=updated&limit=2')).toEqual(['a', 'b']);
  });

  test.for(['0', '201', 'x', '1.5', ''])('refuses a limit of "%s"', async (limit) => {
    const refused = await ground.ask('GET', `${flags}?limit=${limit}`);
    expect(refused.status).toBe(400);
    expect(refused.json.errors).toEqual([
      { code: 1001, message: `limit is ${JSON.stringify(limit)}; expected a whole number from 1 to 200` },
    ]);
  });

  test('says of each flag how far it reaches', async () => {
    const rule = { id: 'vips', priority: 1, serve_variation: 'on' };
    const conditions = [{ attribute: 'targetingKey', operator: 'in', value: ['ada', 'ben'] }];
    const tenth = { ...FLAG.rules[1], id: 'tenth', rollout: { percentage: 10 } };
    for (const [key, rules] of [
      ['a', [{ ...rule, conditions }]],
      ['b', [{ ...rule, conditions }, tenth]],
    ] as const) {
      await ground.ask('POST', flags, { body: { ...FLAG, key, rules } });
    }
    const { result } = (await ground.ask('GET', flags)).json;
    const cohorts = [{ rule: 'vips', attribute: 'targetingKey', size: 2 }];
    expect(result.map(({ exposure }: { exposure: object }) => exposure)).toEqual([
      { share: 0, cohorts, by: [] },
      { share: 10, cohorts, by: ['tenth'] },
    ]);
  });

  test('refuses a cursor it never gave', async () => {
    expect((await ground.ask('GET', `${flags}?cursor=%21%21`)).status).toBe(400);
    expect((await ground.ask('GET', `${flags}?q=%00`)).status).toBe(400);
    expect((await ground.ask('GET', `${flags}?tag=a&tag=%00`)).status).toBe(400);
  });

  test('is empty for an app without flags and 404 for none', async () => {
    expect((await ground.ask('GET', flags)).json.result).toEqual([]);
    expect((await ground.ask('GET', '/apps/nowhere/flags')).status).toBe(404);
  });
});

describe('GET a flag', () => {
  test('answers it with its version as the tag, and 304 to who has it', async () => {
    await ground.ask('POST', flags, { body: FLAG });
    const got = await ground.ask('GET', flag);
    expect([got.status, got.json.result, got.headers.get('etag')]).toEqual([200, VIEW, '"1"']);
    const again = await ground.ask('GET', flag, { headers: { 'if-none-match': '"1"' } });
    expect([again.status, again.text, again.headers.get('etag')]).toEqual([304, '', '"1"']);
  });

  test('tells a flag that is not there from an app that is not there', async () => {
    expect((await ground.ask('GET', `${flags}/gone`)).json.errors[0].message).toBe(
      'There is no flag "gone" in this app',
    );
    expect((await ground.ask('GET', '/apps/nowhere/flags/gone')).json.errors[0].message).toBe(
      'There is no app "nowhere" in this account.',
    );
    for (const odd of ['%00', 'a%0Ab', '%F0%9F']) {
      expect((await ground.ask('GET', `${flags}/${odd}`)).status).toBe(404);
    }
  });
});

describe('PUT a flag', () => {
  test('replaces it whole, keeps extensions that are left out, and writes the diff', async () => {
    await ground.ask('POST', flags, {
      body: { ...FLAG, description: 'old', metadata: { team: 'pay' }, tags: ['x'], off_variation: 'on' },
    });
    ground.clock.ms += 60_000;
    const put = await ground.ask('PUT', flag, {
      body: { ...FLAG, key: 'another', enabled: false, bucketing: { hash: 'flagship', salt: 'x' } },
    });
    expect(put.status).toBe(200);
    expect(put.json.result).toEqual({
      ...VIEW,
      enabled: false,
      exposure: NOBODY,
      tags: ['x'],
      off_variation: 'on',
      version: 2,
      updated_at: '2026-11-24T09:01:00.000Z',
    });
    expect(put.headers.get('etag')).toBe('"2"');
    expect((await log())[1]).toMatchObject({
      event: 'update',
      version: 2,
      diff: {
        enabled: { from: true, to: false },
        description: { from: 'old' },
        metadata: { from: { team: 'pay' } },
      },
    });
    expect(await ground.outbox()).toEqual([
      { version: 1, keys: ['new-checkout'] },
      { version: 2, keys: ['new-checkout'] },
    ]);
  });

  test('an answer sent back changes nothing and leaves no entry', async () => {
    await ground.ask('POST', flags, { body: FLAG });
    const { json } = await ground.ask('GET', flag);
    const put = await ground.ask('PUT', flag, { body: json.result });
    expect([put.status, put.json.result]).toEqual([200, VIEW]);
    expect(await log()).toHaveLength(1);
    expect(await ground.outbox()).toHaveLength(1);
  });

  test('is 412 with the current version when If-Match names another', async () => {
    await ground.ask('POST', flags, { body: FLAG });
    const stale = await ground.ask('PUT', flag, {
      body: { ...FLAG, enabled: false },
      headers: { 'if-match': '"9"' },
    });
    expect(stale.status).toBe(412);
    expect(stale.json.errors).toEqual([
      {
        code: 1008,
        message: 'The flag "new-checkout" is at version 1; If-Match names 9',
        version: 1,
      },
    ]);
    expect(await log()).toHaveLength(1);
    for (const matching of ['"1"', 'W/"1"', '*']) {
      const put = await ground.ask('PUT', flag, { body: FLAG, headers: { 'if-match': matching } });
      expect(put.status, matching).toBe(200);
    }
    const odd = await ground.ask('PUT', flag, { body: FLAG, headers: { 'if-match': '"x"' } });
    expect([odd.status, odd.json.errors[0].message]).toEqual([
      400,
      'If-Match is "\\"x\\""; expected one flag version in quotes, as If-Match: "7".',
    ]);
  });

  test('is 404 for a key that is not there', async () => {
    const put = await ground.ask('PUT', flag, { body: FLAG });
    expect(put.status).toBe(404);
    expect(await ground.outbox()).toEqual([]);
  });
});

describe('PATCH a flag', () => {
  test('merges, removes by null, and keeps the rest', async () => {
    await ground.ask('POST', flags, { body: { ...FLAG, description: 'old' } });
    const patched = await ground.ask('PATCH', flag, { body: { enabled: false, description: null } });
    expect(patched.status).toBe(200);
    expect(patched.json.result).toEqual({ ...VIEW, enabled: false, exposure: NOBODY, version: 2 });
    expect((await log())[1]?.diff).toEqual({
      enabled: { from: true, to: false },
      description: { from: 'old' },
    });
  });

  test('refuses what it would make of the flag', async () => {
    await ground.ask('POST', flags, { body: FLAG });
    const refused = await ground.ask('PATCH', flag, { body: { default_variation: 'maybe' } });
    expect([refused.status, refused.json.errors[0].pointer]).toEqual([400, '/default_variation']);
    expect((await ground.ask('PATCH', flag, { body: [] })).status).toBe(400);
    expect(await log()).toHaveLength(1);
  });
});

describe('DELETE a flag', () => {
  test('answers its key, keeps its changelog, and counts versions on', async () => {
    await ground.ask('POST', flags, { body: FLAG });
    const gone = await ground.ask('DELETE', flag, { headers: { 'x-halyard-comment': 'done' } });
    expect([gone.status, gone.json.result]).toEqual([200, { key: 'new-checkout' }]);
    expect((await ground.ask('GET', flag)).status).toBe(404);
    expect((await ground.ask('DELETE', flag)).status).toBe(404);
    const kept = await ground.ask('GET', `${flag}/changelog`);
    expect(kept.json.result[0]).toMatchObject({
      event: 'delete',
      comment: 'done',
      after: { key: 'new-checkout', enabled: true },
    });
    const again = await ground.ask('POST', flags, { body: FLAG });
    expect(again.json.result.version).toBe(3);
    expect(await ground.outbox()).toEqual([1, 2, 3].map((version) => ({ version, keys: ['new-checkout'] })));
  });

  test('is 412 with another version, and nothing is deleted', async () => {
    await ground.ask('POST', flags, { body: FLAG });
    expect((await ground.ask('DELETE', flag, { headers: { 'if-match': '"2"' } })).status).toBe(412);
    expect((await ground.ask('GET', flag)).status).toBe(200);
  });
});
