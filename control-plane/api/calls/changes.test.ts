import { describe, expect, test } from 'vitest';
import { FLAG, groundForEach } from '../testing/scenario.ts';

const ground = groundForEach(async (ground) => {
  await ground.ask('POST', '/apps/shop/flags', { body: FLAG });
  await ground.ask('POST', '/apps/shop/flags', { body: { ...FLAG, key: 'other' } });
});

const changes = (body: unknown, headers?: Record<string, string>) =>
  ground.ask('POST', '/apps/shop/changes', { body, ...(headers === undefined ? {} : { headers }) });

describe('POST changes', () => {
  const uses = (key: string) => ({
    ...FLAG,
    key: `uses-${key}`,
    rules: [
      {
        id: 'r1',
        priority: 1,
        conditions: [{ operator: 'in_segment', value: [key] }],
        serve_variation: 'on',
      },
    ],
  });

  test('takes segments beside flags, in one commit that is judged by its end', async () => {
    const both = await changes({
      changes: [
        { op: 'put', key: 'uses-beta', flag: uses('beta') },
        { op: 'put', kind: 'segment', key: 'beta', segment: { include: ['ada'] } },
      ],
    });
    expect(both.status).toBe(200);
    expect(both.json.result).toMatchObject({
      app_version: 3,
      flags: [{ key: 'uses-beta', version: 1 }],
      segments: [{ key: 'beta', version: 1, include: ['ada'] }],
    });
    const patched = await changes({
      changes: [
        { op: 'patch', kind: 'segment', key: 'beta', segment: { exclude: ['bob'] }, version: 1 },
        { op: 'patch', kind: 'flag', key: 'uses-beta', flag: { enabled: false } },
      ],
    });
    expect(patched.json.result.segments).toMatchObject([{ version: 2, exclude: ['bob'] }]);
    const entries = (await ground.ask('GET', '/apps/shop/changelog?commit=4')).json.result;
    expect(entries.map(({ kind = 'flag' }: { kind?: string }) => kind)).toEqual(['flag', 'segment']);
    const gone = await changes({
      changes: [
        { op: 'delete', kind: 'segment', key: 'beta' },
        { op: 'delete', key: 'uses-beta' },
      ],
    });
    expect([gone.status, gone.json.result.segments]).toEqual([200, []]);
  });

  test.each<[string, number, readonly object[], string, string]>([
    [
      'a segment that is not there',
      400,
      [{ op: 'put', key: 'uses-none', flag: uses('none') }],
      '/changes/0/flag/rules/0/conditions/0/value/0',
      'rules[0].conditions[0].value[0] is "none"; expected a segment of this app',
    ],
    [
      'a segment that another uses',
      400,
      [
        { op: 'put', kind: 'segment', key: 'a', segment: {} },
        {
          op: 'put',
          kind: 'segment',
          key: 'b',
          segment: { conditions: [{ operator: 'in_segment', value: ['nobody'] }] },
        },
      ],
      '/changes/1/segment/conditions/0/value/0',
      'conditions[0].value[0] is "nobody"; expected a segment of this app',
    ],
    [
      'a missing segment',
      404,
      [{ op: 'delete', kind: 'segment', key: 'missing' }],
      '/changes/0/key',
      'There is no segment "missing" in this app',
    ],
    [
      'a flag in a change of a segment',
      400,
      [{ op: 'put', kind: 'segment', key: 'a', segment: {}, flag: {} }],
      '/changes/0/flag',
      'changes[0].flag is an object; expected none in a change of a segment',
    ],
  ])('names the place of %s, and writes nothing', async (_, status, list, pointer, message) => {
    const refused = await changes({ changes: list });
    expect(refused.status).toBe(status);
    expect(refused.json.errors).toContainEqual(expect.objectContaining({ pointer, message }));
    expect((await ground.ask('GET', '/apps/shop/changelog?limit=1')).json.result[0].app_version).toBe(2);
  });

  test('puts, patches and deletes in one commit', async () => {
    const done = await changes({
      comment: 'Black Friday',
      changes: [
        { op: 'put', key: 'fresh', flag: FLAG },
        { op: 'patch', key: 'new-checkout', flag: { enabled: false }, version: 1 },
        { op: 'delete', key: 'other' },
      ],
    });
    expect(done.status).toBe(200);
    expect(done.json.result.app_version).toBe(3);
    expect(
      done.json.result.flags.map(({ key, version, enabled }: Record<string, unknown>) => [
        key,
        version,
        enabled,
      ]),
    ).toEqual([
      ['fresh', 1, true],
      ['new-checkout', 2, false],
    ]);
    expect(
      (await ground.changelog())
        .slice(2)
        .map(({ event, flag_key, app_version, comment }) => [event, flag_key, app_version, comment]),
    ).toEqual([
      ['create', 'fresh', 3, 'Black Friday'],
      ['update', 'new-checkout', 3, 'Black Friday'],
      ['delete', 'other', 3, 'Black Friday'],
    ]);
    expect((await ground.outbox()).at(-1)).toEqual({ version: 3, keys: ['fresh', 'new-checkout', 'other'] });
  });

  test('is all or nothing: a missing key is 404 with its pointer', async () => {
    const refused = await changes({
      changes: [
        { op: 'patch', key: 'new-checkout', flag: { enabled: false } },
        { op: 'delete', key: 'gone' },
      ],
    });
    expect(refused.status).toBe(404);
    expect(refused.json.errors).toEqual([
      { code: 1004, message: 'There is no flag "gone" in this app', pointer: '/changes/1/key' },
    ]);
    expect(await ground.changelog()).toHaveLength(2);
    expect(await ground.outbox()).toHaveLength(2);
  });

  test('is 412 with a pointer when a version is not the current one', async () => {
    const refused = await changes({
      changes: [{ op: 'patch', key: 'other', flag: { enabled: false }, version: 4 }],
    });
    expect(refused.status).toBe(412);
    expect(refused.json.errors[0]).toMatchObject({ pointer: '/changes/0/version', version: 1 });
  });

  test('version 0 puts a flag that must not exist, and never over one that does', async () => {
    const { bucketing } = (await ground.ask('GET', '/apps/shop/flags/other')).json.result;
    await ground.ask('DELETE', '/apps/shop/flags/other');
    const put = () =>
      changes({
        changes: [{ op: 'put', key: 'other', flag: { ...FLAG, key: 'other', bucketing }, version: 0 }],
      });
    const done = await put();
    expect([done.status, done.json.result.flags[0].version, done.json.result.flags[0].bucketing]).toEqual([
      200,
      3,
      bucketing,
    ]);
    const refused = await put();
    expect([refused.status, refused.json.errors[0]]).toMatchObject([
      412,
      { pointer: '/changes/0/version', version: 3 },
    ]);
    const gone = await changes({ changes: [{ op: 'delete', key: 'nobody', version: 0 }] });
    expect(gone.status).toBe(404);
  });

  test('refuses the same key twice, and more than 500', async () => {
    const twice = await changes({
      changes: [
        { op: 'delete', key: 'other' },
        { op: 'delete', key: 'other' },
      ],
    });
    expect([twice.status, twice.json.errors[0].pointer]).toEqual([400, '/changes/1/key']);
    const many = await changes({
      changes: Array.from({ length: 501 }, (_, index) => ({ op: 'delete', key: `k${index}` })),
    });
    expect([many.status, many.json.errors[0].pointer]).toEqual([400, '/changes']);
  });

  test('names an unknown field and the nearest known one', async () => {
    const refused = await changes({ changes: [{ op: 'delete', key: 'other' }], coment: 'x' });
    expect(refused.json.errors).toEqual([
      {
        code: 1001,
        message: '"coment" is not a field of the body; did you mean "comment"?',
        pointer: '/coment',
      },
    ]);
  });
});

describe('POST restore', () => {
  const restore = (id: string, headers?: Record<string, string>) =>
    ground.ask('POST', '/apps/shop/flags/new-checkout/restore', {
      body: { changelog_id: id },
      ...(headers === undefined ? {} : { headers }),
    });

  test('writes an earlier state again, as a new change', async () => {
    await ground.ask('PATCH', '/apps/shop/flags/new-checkout', { body: { enabled: false } });
    const [first] = await ground.changelog();
    const restored = await restore(first?.id ?? '', { 'x-halyard-comment': 'it was better' });
    expect([restored.status, restored.json.result.enabled, restored.json.result.version]).toEqual([
      200,
      true,
      3,
    ]);
    expect((await ground.changelog()).at(-1)).toMatchObject({
      event: 'update',
      comment: 'it was better',
      diff: { enabled: { from: false, to: true } },
    });
    expect(await ground.outbox()).toHaveLength(4);
  });

  test('brings a deleted flag back', async () => {
    await ground.ask('DELETE', '/apps/shop/flags/new-checkout');
    const [first] = await ground.changelog();
    const restored = await restore(first?.id ?? '');
    expect(restored.json.result).toMatchObject({ key: 'new-checkout', version: 3 });
    expect((await ground.changelog()).at(-1)).toMatchObject({ event: 'create', version: 3 });
  });

  test('is 404 for an entry that is not there or is another flag’s', async () => {
    for (const id of ['999', 'nonsense', (await ground.changelog())[1]?.id ?? '']) {
      const gone = await restore(id);
      expect([gone.status, gone.json.errors[0].pointer], id).toEqual([404, '/changelog_id']);
    }
    expect(await ground.changelog()).toHaveLength(2);
  });
});
