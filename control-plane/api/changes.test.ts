import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { FLAG, type Ground, openGround } from './scenario.ts';

let ground: Ground;
const opened: Ground[] = [];
beforeEach(async () => {
  ground = await openGround();
  opened.push(ground);
  await ground.ask('POST', '/apps/shop/flags', { body: FLAG });
  await ground.ask('POST', '/apps/shop/flags', { body: { ...FLAG, key: 'other' } });
});
afterAll(async () => {
  for (const each of opened) await each.close();
});

const changes = (body: unknown, headers?: Record<string, string>) =>
  ground.ask('POST', '/apps/shop/changes', { body, ...(headers === undefined ? {} : { headers }) });

describe('POST changes', () => {
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
