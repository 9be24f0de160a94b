import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FLAG, type Ground, openGround } from '../testing/scenario.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await openGround();
});
afterAll(() => ground.close());

let count = 0;
const segment = (fields: object = {}) => {
  count += 1;
  return { key: `segment-${count}`, include: ['ada'], ...fields };
};
const inSegment = (...keys: string[]) => ({ operator: 'in_segment', value: keys });
const flagOn = (key: string, ...conditions: object[]) => ({
  ...FLAG,
  key,
  rules: [{ id: 'r1', priority: 1, conditions, serve_variation: 'on' }],
});
const create = async (fields: object = {}): Promise<string> => {
  const made = await ground.ask('POST', '/apps/shop/segments', { body: segment(fields) });
  expect(made.text).toContain('"success":true');
  return made.json.result.key;
};
const at = (key: string, rest = ''): string => `/apps/shop/segments/${encodeURIComponent(key)}${rest}`;
const messages = (asked: { json: { errors: { message: string }[] } }) =>
  asked.json.errors.map(({ message }) => message);

describe('a segment', () => {
  it('is created, read, replaced, patched and deleted as flags are', async () => {
    const made = await ground.ask('POST', '/apps/shop/segments', {
      body: { key: 'beta', include: ['ada', 7, '7'] },
      headers: { 'x-halyard-comment': 'why' },
    });
    expect(made.status).toBe(201);
    expect(made.headers.get('etag')).toBe('"1"');
    expect(made.json.result).toEqual({
      key: 'beta',
      include: ['ada', 7],
      exclude: [],
      conditions: [],
      version: 1,
      created_at: expect.any(String),
      updated_at: expect.any(String),
      updated_by: 'ada',
    });
    expect((await ground.ask('POST', '/apps/shop/segments', { body: { key: 'beta' } })).status).toBe(409);
    const read = await ground.ask('GET', at('beta'));
    expect(read.json.result).toEqual(made.json.result);
    expect((await ground.ask('GET', at('beta'), { headers: { 'if-none-match': '"1"' } })).status).toBe(304);

    const { version: _, ...whole } = read.json.result;
    const replaced = await ground.ask('PUT', at('beta'), {
      body: { ...whole, key: 'ignored', description: 'who tries things' },
      headers: { 'if-match': '"1"' },
    });
    expect(replaced.json.result).toMatchObject({ key: 'beta', version: 2, description: 'who tries things' });
    const stale = await ground.ask('PUT', at('beta'), { body: whole, headers: { 'if-match': '"1"' } });
    expect([stale.status, stale.json.errors[0].version]).toEqual([412, 2]);

    const patched = await ground.ask('PATCH', at('beta'), {
      body: { description: null, exclude: ['bob'], attribute: 'org' },
    });
    expect(patched.json.result).toMatchObject({ version: 3, exclude: ['bob'], attribute: 'org' });
    expect(patched.json.result).not.toHaveProperty('description');
    const same = await ground.ask('PATCH', at('beta'), { body: { exclude: ['bob'] } });
    expect(same.json.result.version).toBe(3);

    expect((await ground.ask('DELETE', at('beta'))).json.result).toEqual({ key: 'beta' });
    expect((await ground.ask('GET', at('beta'))).status).toBe(404);
    expect((await ground.ask('DELETE', at('beta'))).status).toBe(404);

    const history = await ground.ask('GET', at('beta', '/changelog'));
    expect(
      history.json.result.map(({ event, version }: { event: string; version: number }) => [event, version]),
    ).toEqual([
      ['delete', 4],
      ['update', 3],
      ['update', 2],
      ['create', 1],
    ]);
    expect(history.json.result[3]).toMatchObject({
      kind: 'segment',
      segment_key: 'beta',
      affects: [],
      comment: 'why',
    });
    expect(history.json.result[3]).not.toHaveProperty('flag_key');

    const back = await ground.ask('POST', at('beta', '/restore'), {
      body: { changelog_id: history.json.result[1].id },
    });
    expect(back.json.result).toMatchObject({ version: 5, exclude: ['bob'] });
  });

  it('is listed by key, found by a piece of key or description, a page at a time', async () => {
    await create({ key: 'list-a', description: 'People in ÅRHUS' });
    await create({ key: 'list-b' });
    const found = await ground.ask('GET', '/apps/shop/segments?q=LIST-');
    expect(found.json.result.map(({ key }: { key: string }) => key)).toEqual(['list-a', 'list-b']);
    const described = await ground.ask('GET', '/apps/shop/segments?q=people');
    expect(described.json.result).toHaveLength(1);
    const first = await ground.ask('GET', '/apps/shop/segments?q=list-&limit=1');
    expect(first.json.result_info.count).toBe(1);
    const second = await ground.ask(
      'GET',
      `/apps/shop/segments?q=list-&limit=1&cursor=${encodeURIComponent(first.json.result_info.cursor)}`,
    );
    expect(second.json.result[0].key).toBe('list-b');
    expect(second.json.result_info.cursor).toBe(null);
    expect((await ground.ask('GET', '/apps/nowhere/segments')).status).toBe(404);
  });

  it('gets the members that two people add at once, all of them', async () => {
    const key = await create({ include: ['ada'] });
    const added = await Promise.all(
      ['ben', 'cy', 'dee', 'eve'].map((name) =>
        ground.ask('POST', at(key, '/members'), { body: { add: [name, 'ada'], remove: [] } }),
      ),
    );
    expect(added.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    const gone = await ground.ask('POST', at(key, '/members'), { body: { remove: ['ada', 'nobody'] } });
    expect([...gone.json.result.include].sort()).toEqual(['ben', 'cy', 'dee', 'eve']);
    expect(gone.headers.get('etag')).toBe('"6"');
    const nothing = await ground.ask('POST', at(key, '/members'), { body: { add: ['ben'] } });
    expect(nothing.json.result.version).toBe(6);
    const missing = await ground.ask('POST', at('missing', '/members'), { body: { add: ['x'] } });
    expect([missing.status, messages(missing)]).toEqual([404, ['There is no segment "missing" in this app']]);
  });

  it('is never given more members than it may have', async () => {
    const many = (from: number) => Array.from({ length: 1_000 }, (_, n) => `m${from + n}`);
    const key = await create({ include: Array.from({ length: 4_500 }, (_, n) => n) });
    const full = await ground.ask('POST', at(key, '/members'), { body: { add: many(0) } });
    expect([full.status, full.json.errors[0].code, messages(full)]).toEqual([
      400,
      1001,
      ['include and exclude have 5500 members together; expected at most 5000'],
    ]);
    const [first] = (await ground.ask('GET', at(key))).json.result.include;
    expect(first).toBe(0);
  });

  it('in use is not deleted; everybody who uses it is named', async () => {
    const key = await create();
    const outer = await create({ conditions: [inSegment(key)] });
    const flags = [
      flagOn(`uses-${key}`, inSegment(key)),
      { ...flagOn(`off-${key}`, inSegment(outer)), enabled: false },
    ];
    for (const body of flags)
      expect((await ground.ask('POST', '/apps/shop/flags', { body })).status).toBe(201);
    const refused = await ground.ask('DELETE', at(key));
    expect([refused.status, refused.json.errors[0].code, messages(refused)]).toEqual([
      409,
      1006,
      [
        `The segment "${key}" is used by the flag "uses-${key}" in rule r1; expected one that nothing uses`,
        `The segment "${key}" is used by the segment "${outer}"; expected one that nothing uses`,
      ],
    ]);
    expect((await ground.ask('GET', at(key, '/uses'))).json.result).toEqual({
      flags: [
        { key: `off-${key}`, rules: ['r1'] },
        { key: `uses-${key}`, rules: ['r1'] },
      ],
      segments: [outer],
    });
    await ground.ask('POST', at(key, '/members'), { body: { add: ['zoe'] } });
    const through = await ground.ask('GET', `/apps/shop/flags/off-${key}/changelog?through=1`);
    expect(
      through.json.result.map(
        (entry: { segment_key?: string; flag_key?: string }) => entry.segment_key ?? entry.flag_key,
      ),
    ).toEqual([key, `off-${key}`]);
    expect(through.json.result[0].affects).toEqual([
      { flag: `off-${key}`, rules: ['r1'] },
      { flag: `uses-${key}`, rules: ['r1'] },
    ]);
    const own = await ground.ask('GET', `/apps/shop/flags/off-${key}/changelog`);
    expect(own.json.result).toHaveLength(1);
    const app = await ground.ask('GET', '/apps/shop/changelog?limit=1');
    expect(app.json.result[0]).toMatchObject({ kind: 'segment', segment_key: key });
  });

  it('is tried with ?dry_run=1, which says whom it reaches and writes nothing', async () => {
    const key = await create();
    const body = flagOn(`tries-${key}`, inSegment(key));
    expect((await ground.ask('POST', '/apps/shop/flags', { body })).status).toBe(201);
    const tried = await ground.ask('POST', at(key, '/members?dry_run=1'), { body: { add: ['zoe'] } });
    expect(tried.json.result.diff).toEqual({ 'include.1': { to: 'zoe' } });
    expect(tried.json.result.affects).toMatchObject([{ flag: `tries-${key}`, rules: ['r1'] }]);
    expect(tried.headers.get('etag')).toBe('"1"');
    const same = await ground.ask('PATCH', at(key, '?dry_run=1'), { body: {} });
    expect([same.json.result.diff, same.headers.get('etag')]).toEqual([{}, '"1"']);
    const fresh = await ground.ask('POST', '/apps/shop/segments?dry_run=1', { body: { key: 'not-yet' } });
    expect([fresh.status, fresh.headers.get('etag')]).toEqual([200, null]);
    expect((await ground.ask('GET', at(key))).json.result.version).toBe(1);
  });

  it('is written once under an Idempotency-Key', async () => {
    const headers = { 'idempotency-key': 'seg-1' };
    const body = { key: 'once' };
    const first = await ground.ask('POST', '/apps/shop/segments', { body, headers });
    const again = await ground.ask('POST', '/apps/shop/segments', { body, headers });
    expect([first.status, again.status, again.text]).toEqual([201, 201, first.text]);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
  });

  it('goes by a key with dots, colons and bars', async () => {
    const key = 'team:eu.west|1';
    await create({ key });
    expect((await ground.ask('GET', at(key))).json.result.key).toBe(key);
    const patched = await ground.ask('PATCH', at(key), { body: { exclude: ['x'] } });
    expect(patched.json.result.version).toBe(2);
    expect((await ground.ask('GET', at(key, '/changelog'))).json.result).toHaveLength(2);
    expect((await ground.ask('DELETE', at(key))).status).toBe(200);
  });

  it.each<[string, object, number, string]>([
    [
      'a circle of three',
      { key: 'c1', conditions: [inSegment('c3')] },
      400,
      'segment c1 → segment c3 → segment c2 → segment c1 is a circle; expected none',
    ],
    [
      '5,001 members',
      { include: Array.from({ length: 5_001 }, (_, n) => n) },
      400,
      'include and exclude have 5001 members together; expected at most 5000',
    ],
    [
      '257 KiB',
      { description: 'x'.repeat(257 * 1024) },
      400,
      'bytes serialized; expected at most 262144 (256 KiB)',
    ],
    [
      'in_segment with an attribute',
      { conditions: [{ attribute: 'a', ...inSegment('c2') }] },
      400,
      'attribute',
    ],
    [
      'serves',
      { conditions: [{ flag: 'f', operator: 'serves', value: ['on'] }] },
      400,
      'conditions[0].operator is "serves"; expected another operator',
    ],
    [
      'a segment that is not there',
      { conditions: [inSegment('nobody')] },
      400,
      'conditions[0].value[0] is "nobody"; expected a segment of this app',
    ],
    [
      'depth 5',
      { key: 'd5', conditions: [inSegment('d4')] },
      400,
      'The segment "d5" reaches segments 5 deep (d5 → d4 → d3 → d2 → d1); expected at most 4',
    ],
  ])('is refused with %s, and nothing is stored', async (_, fields, status, sentence) => {
    const store = async (key: string, used: readonly string[]) => {
      const body = { key, conditions: used.length === 0 ? [] : [inSegment(...used)] };
      await ground.ask('PUT', at(key), { body }).then(async ({ status: found }) => {
        if (found === 404) await ground.ask('POST', '/apps/shop/segments', { body });
      });
    };
    for (const key of ['c1', 'd1']) await store(key, []);
    for (const [key, used] of [
      ['c2', 'c1'],
      ['c3', 'c2'],
      ['d2', 'd1'],
      ['d3', 'd2'],
      ['d4', 'd3'],
    ] as const) {
      await store(key, [used]);
    }
    const before = (await ground.ask('GET', '/apps/shop/changelog?limit=1')).json.result[0].id;
    const body = segment(fields);
    const known = body.key === 'c1';
    const refused = known
      ? await ground.ask('PUT', at('c1'), { body })
      : await ground.ask('POST', '/apps/shop/segments', { body });
    expect([refused.status, refused.json.errors[0].code]).toEqual([status, 1001]);
    expect(messages(refused).join('\n')).toContain(sentence);
    expect((await ground.ask('GET', '/apps/shop/changelog?limit=1')).json.result[0].id).toBe(before);
  });

  it('takes read to see and write to change', async () => {
    const { secret } = await ground.mint({ permission: 'read' });
    const key = await create();
    expect((await ground.ask('GET', at(key, '/uses'), { token: secret })).status).toBe(200);
    for (const [method, rest] of [
      ['PUT', ''],
      ['PATCH', ''],
      ['DELETE', ''],
      ['POST', '/members'],
      ['POST', '/restore'],
    ] as const) {
      const refused = await ground.ask(method, at(key, rest), { token: secret, body: {} });
      expect([method, refused.status]).toEqual([method, 403]);
    }
  });

  it('is one of at most 1,000 in an app', async () => {
    const made = await ground.ask('POST', '/apps', { body: { name: 'Full' } });
    const full = `/apps/${made.json.result.id}`;
    for (const half of ['a', 'b']) {
      const changes = Array.from({ length: 500 }, (_, n) => ({
        op: 'put',
        kind: 'segment',
        key: `${half}${n}`,
        segment: {},
      }));
      expect((await ground.ask('POST', `${full}/changes`, { body: { changes } })).status).toBe(200);
    }
    const refused = await ground.ask('POST', `${full}/segments`, { body: { key: 'one-more' } });
    expect([refused.status, refused.json.errors[0].code, messages(refused)]).toEqual([
      409,
      1007,
      [
        'The app would have 1001 segments; an app holds at most 1000. Delete segments that are no longer used.',
      ],
    ]);
    expect((await ground.ask('DELETE', `${full}/segments/a1`)).status).toBe(200);
    expect((await ground.ask('POST', `${full}/segments`, { body: { key: 'one-more' } })).status).toBe(201);
  });
});
