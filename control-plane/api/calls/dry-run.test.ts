import { describe, expect, test } from 'vitest';
import { FLAG, groundForEach } from '../testing/scenario.ts';

const ground = groundForEach((ground) => ground.ask('POST', '/apps/shop/flags', { body: FLAG }));

const NEW = '/apps/shop/flags/new-checkout';
const at = (version: number) => ({ 'if-match': `"${version}"` });
const NOBODY = { share: 0, cohorts: [], by: [] };

interface Documented {
  readonly operationId: string;
  readonly parameters: readonly { readonly name: string }[];
}

/** One call of each kind that can be tried, that would change something. */
const WRITES: Readonly<Record<string, readonly [method: string, path: string, body?: unknown]>> = {
  createFlag: ['POST', '/apps/shop/flags', { ...FLAG, key: 'other' }],
  replaceFlag: ['PUT', NEW, { ...FLAG, enabled: false }],
  patchFlag: ['PATCH', NEW, { enabled: false }],
  deleteFlag: ['DELETE', NEW],
  patchRule: ['PATCH', `${NEW}/rules/2`, { rollout: { percentage: 50 } }],
  reweightRule: ['PUT', `${NEW}/rules/2/split`, { weights: { on: 1, off: 1 } }],
  changeFlags: ['POST', '/apps/shop/changes', { changes: [{ op: 'delete', key: 'new-checkout' }] }],
  restoreFlag: ['POST', `${NEW}/restore`, { changelog_id: '1' }],
};

describe('a dry run', () => {
  test('is there for every write of flags and segments', async () => {
    const { paths } = (await ground.ask('GET', '/openapi.json')).json;
    const calls = Object.entries<Record<string, Documented>>(paths).flatMap(([path, methods]) =>
      Object.entries(methods)
        .filter(
          ([method]) => method !== 'get' && /\{app_id\}\/(?:flags|segments|changes|import)\b/.test(path),
        )
        .map(([, call]) => call),
    );
    const tried = calls.filter(({ parameters }) => parameters.some(({ name }) => name === 'dry_run'));
    expect(tried).toEqual(calls);
    const ids = calls.map(({ operationId }) => operationId);
    expect(ids.filter((id) => !/Segment|Members|import/.test(id)).sort()).toEqual(Object.keys(WRITES).sort());
  });

  test.for(Object.keys(WRITES))('of %s needs only `read` and writes nothing', async (id) => {
    const [method, path, body] = WRITES[id] ?? ['', ''];
    await ground.ask('PATCH', NEW, { body: { description: 'later' } });
    const { secret: token } = await ground.mint({ permission: 'read' });
    const headers = { ...at(2), 'idempotency-key': 'once' };
    const options = { headers, ...(body === undefined ? {} : { body }) };
    const before = await ground.ask('GET', '/apps/shop/flags');
    const dry = await ground.ask(method, `${path}?dry_run=1`, { token, ...options });
    expect(dry.status).toBe(200);
    expect(dry.json.result).toMatchObject({ affects: [], tests: [], exposure: { before: {}, after: {} } });
    expect(Object.keys(dry.json.result.diff)).not.toEqual([]);
    expect((await ground.ask('GET', '/apps/shop/flags')).json).toEqual(before.json);
    expect(await ground.changelog()).toHaveLength(2);
    expect(await ground.outbox()).toHaveLength(2);

    expect((await ground.ask(method, `${path}?dry_run=0`, { token, ...options })).status).toBe(403);
    expect((await ground.ask(method, path, { token, ...options })).status).toBe(403);
    // The key of the dry run is free.
    const done = await ground.ask(method, path, options);
    expect([200, 201]).toContain(done.status);
    expect(done.headers.get('idempotency-replayed')).toBe(null);
    expect(await ground.changelog()).toHaveLength(3);
  });

  test('with anything but 0 and 1 is refused', async () => {
    for (const value of ['true', '2', '']) {
      const refused = await ground.ask('PATCH', `${NEW}?dry_run=${value}`, { body: { enabled: false } });
      expect([refused.status, refused.json.errors]).toEqual([
        400,
        [{ code: 1001, message: `dry_run is "${value}"; expected 1 or 0` }],
      ]);
    }
    const real = await ground.ask('PATCH', `${NEW}?dry_run=0`, { body: { enabled: false } });
    expect(real.json.result).toMatchObject({ enabled: false, version: 2 });
  });

  test('says what a change of a flag does, and on which version it was tried', async () => {
    const { headers, json } = await ground.ask('PATCH', `${NEW}/rules/2?dry_run=1`, {
      body: { rollout: { percentage: 25 }, conditions: [] },
      headers: at(1),
    });
    const [, rule] = (await ground.ask('GET', NEW)).json.result.rules;
    const [pro] = (await ground.ask('GET', NEW)).json.result.rules;
    expect(headers.get('etag')).toBe('"1"');
    expect(json.result).toEqual({
      diff: { 'rules.2.rollout.percentage': { from: 5, to: 25 } },
      affects: [],
      exposure: {
        before: { share: 100, cohorts: [], by: [pro.id, rule.id] },
        after: { share: 100, cohorts: [], by: [pro.id, rule.id] },
      },
      tests: [],
      answers: [],
    });
  });

  test('that changes nothing says so', async () => {
    const { json } = await ground.ask('PATCH', `${NEW}?dry_run=1`, { body: { enabled: true } });
    expect(json.result.diff).toEqual({});
    expect(json.result.exposure.before).toEqual(json.result.exposure.after);
  });

  test('is refused as the write is', async () => {
    const stale = await ground.ask('PATCH', `${NEW}?dry_run=1`, { body: { enabled: false }, headers: at(9) });
    expect([stale.status, stale.json.errors[0].version]).toEqual([412, 1]);
    const bad = await ground.ask('PATCH', `${NEW}?dry_run=1`, { body: { default_variation: 'x' } });
    expect(bad.status).toBe(400);
    expect((await ground.ask('DELETE', '/apps/shop/flags/gone?dry_run=1')).status).toBe(404);
  });

  test('names the flags that depend on the flag with their rules, each judged by itself', async () => {
    const patched = await ground.ask('POST', '/apps/shop/flags', {
      body: {
        ...FLAG,
        key: 'dependent',
        rules: [
          {
            id: 'follows',
            priority: 1,
            conditions: [{ operator: 'serves', flag: 'new-checkout', value: ['on'] }],
            serve_variation: 'on',
            rollout: { percentage: 10 },
          },
        ],
      },
    });
    expect(patched.status).toBe(201);
    const { json } = await ground.ask('PATCH', `${NEW}?dry_run=1`, { body: { enabled: false } });
    const tenth = { share: 10, cohorts: [], by: ['follows'] };
    expect(json.result.affects).toEqual([
      { flag: 'dependent', rules: ['follows'], exposure: { before: tenth, after: tenth } },
    ]);
    expect(json.result.exposure.after).toEqual(NOBODY);
  });

  test('lists failing tests with what was expected and got, where the write would be refused too', async () => {
    await ground.ask('PATCH', NEW, {
      body: { tests: [{ name: 'pro users', context: { plan: 'pro' }, expect: { variant: 'on' } }] },
    });
    const { status, json } = await ground.ask('PATCH', `${NEW}?dry_run=1`, { body: { enabled: false } });
    expect(status).toBe(200);
    expect(json.result.tests).toEqual([
      {
        flag: 'new-checkout',
        name: 'pro users',
        expected: { variant: 'on' },
        got: { variant: 'off', value: false, reason: 'DISABLED' },
        message:
          'Test "pro users" of the flag new-checkout expected variant "on", but got variant "off", reason DISABLED',
      },
    ]);
  });

  test('of several changes names each, and the exposure of the one that grows most', async () => {
    await ground.ask('POST', '/apps/shop/flags', { body: { ...FLAG, key: 'b', enabled: false } });
    const { json } = await ground.ask('POST', '/apps/shop/changes?dry_run=1', {
      body: {
        changes: [
          { op: 'patch', key: 'new-checkout', flag: { enabled: false } },
          { op: 'patch', key: 'b', flag: { enabled: true } },
          { op: 'put', key: 'c', flag: { ...FLAG, key: 'c', rules: [] } },
        ],
      },
    });
    const { diff, exposure, exposures } = json.result;
    expect(diff.b).toEqual({ enabled: { from: false, to: true } });
    expect(Object.keys(diff)).toEqual(['new-checkout', 'b', 'c']);
    expect([exposures['new-checkout'].after.share, exposures.c.after.share]).toEqual([0, 0]);
    expect(exposure).toEqual(exposures.b);
    expect([exposure.before.share, exposure.after.share]).toEqual([0, 100]);
  });
});

test('a rule that nobody can get to is told of on every write, and on none that has no such rule', async () => {
  const rules = [FLAG.rules[0], { ...FLAG.rules[0], priority: 2, serve_variation: 'off' }];
  const hint = {
    message:
      'In the flag new-checkout, rule 2 can never be reached: rule 1 already serves everybody it is for',
  };
  const dry = await ground.ask('PATCH', `${NEW}?dry_run=1`, { body: { rules } });
  expect(dry.json.messages).toEqual([hint]);
  const patched = await ground.ask('PATCH', NEW, { body: { rules } });
  expect(patched.json.messages).toEqual([hint]);
  const put = await ground.ask('PUT', NEW, {
    body: { ...FLAG, rules: [...rules, FLAG.rules[1]].slice(0, 2) },
  });
  expect(put.json.messages).toEqual([hint]);
  const batch = await ground.ask('POST', '/apps/shop/changes', {
    body: { changes: [{ op: 'put', key: 'other', flag: { ...FLAG, key: 'other', rules } }] },
  });
  expect(batch.json.messages).toEqual([{ message: hint.message.replace('new-checkout', 'other') }]);
  const read = await ground.ask('GET', NEW);
  expect(read.json.messages).toEqual([]);
  const mended = await ground.ask('PATCH', NEW, { body: { rules: FLAG.rules } });
  expect(mended.json.messages).toEqual([]);
});
