import { describe, expect, test } from 'vitest';
import { FLAG, type Ground, groundForEach } from '../testing/scenario.ts';

const ground = groundForEach((ground) => ground.ask('POST', '/apps/shop/flags', { body: FLAG }));

const at = (name: string) => `/apps/shop/contexts/${encodeURIComponent(name)}`;
const save = (name: string, context: unknown) => ground.ask('PUT', at(name), { body: { context } });

describe('the saved contexts of an app', () => {
  test('are put, read, listed and deleted, and leave no entry', async () => {
    const saved = await save('Ada, pro/EU', { targetingKey: 'ada', plan: 'pro' });
    expect(saved.json.result).toEqual({
      name: 'Ada, pro/EU',
      context: { targetingKey: 'ada', plan: 'pro' },
      updated_at: new Date(ground.clock.ms).toISOString(),
      updated_by: 'ada',
    });
    expect((await ground.ask('GET', at('Ada, pro/EU'))).json.result).toEqual(saved.json.result);
    await save('Bob', {});
    const list = await ground.ask('GET', '/apps/shop/contexts');
    expect(list.json.result.map(({ name }: { name: string }) => name)).toEqual(['Ada, pro/EU', 'Bob']);
    expect((await ground.ask('DELETE', at('Bob'))).json.result).toEqual({ name: 'Bob' });
    for (const method of ['GET', 'DELETE']) expect((await ground.ask(method, at('Bob'))).status).toBe(404);
    expect(await ground.changelog()).toHaveLength(1);
  });

  test('keep an attribute named __proto__', async () => {
    await ground.ask('PUT', at('odd'), { body: '{"context":{"__proto__":1}}' });
    expect((await ground.ask('GET', at('odd'))).text).toContain('"context":{"__proto__":1}');
  });

  test('are refused with what was expected', async () => {
    const of = async (asked: ReturnType<Ground['ask']>) => {
      const { status, json } = await asked;
      return [status, json.errors[0].message];
    };
    expect(await of(save('a', 'ada'))).toEqual([400, 'context is "ada"; expected an object of attributes']);
    expect(await of(save('a', { x: 'x'.repeat(16 * 1024) }))).toEqual([
      413,
      'The context is over 16 KiB, the most that a saved one may have.',
    ]);
    expect(await of(save(' a', {}))).toEqual([
      400,
      'The name is " a"; expected 1 to 64 characters, without a space at either end.',
    ]);
    expect((await save('x'.repeat(65), {})).status).toBe(400);
    expect((await ground.ask('PUT', '/apps/gone/contexts/a', { body: { context: {} } })).status).toBe(404);
  });
});

describe('a dry run', () => {
  const NEW = '/apps/shop/flags/new-checkout';
  const on = { variant: 'on', value: true, reason: 'TARGETING_MATCH' };

  test('names the saved contexts that would get another answer, and no others', async () => {
    await save('pro', { targetingKey: 'ada', plan: 'pro' });
    await save('free', { targetingKey: 'zed', plan: 'free' });
    const { json } = await ground.ask('PATCH', `${NEW}?dry_run=1`, {
      body: { rules: [{ ...FLAG.rules[0], serve_variation: 'off' }] },
    });
    expect(json.result.answers).toEqual([
      {
        context: 'pro',
        flag: 'new-checkout',
        before: on,
        after: { variant: 'off', value: false, reason: 'TARGETING_MATCH' },
      },
    ]);
  });

  test('looks at flags that depend on what changes, that are new and that go', async () => {
    await save('pro', { targetingKey: 'ada', plan: 'pro' });
    const conditions = [{ operator: 'serves', flag: 'new-checkout', value: ['on'] }];
    await ground.ask('POST', '/apps/shop/flags', {
      body: { ...FLAG, key: 'behind', rules: [{ priority: 1, conditions, serve_variation: 'on' }] },
    });
    const off = await ground.ask('PATCH', `${NEW}?dry_run=1`, { body: { enabled: false } });
    expect(off.json.result.answers).toEqual([
      {
        context: 'pro',
        flag: 'behind',
        before: on,
        after: { variant: 'off', value: false, reason: 'DEFAULT' },
      },
      {
        context: 'pro',
        flag: 'new-checkout',
        before: on,
        after: { variant: 'off', value: false, reason: 'DISABLED' },
      },
    ]);
    const created = await ground.ask('POST', '/apps/shop/flags?dry_run=1', { body: { ...FLAG, key: 'c' } });
    expect(created.json.result.answers).toEqual([{ context: 'pro', flag: 'c', before: null, after: on }]);
    const gone = await ground.ask('DELETE', '/apps/shop/flags/behind?dry_run=1');
    expect(gone.json.result.answers).toEqual([{ context: 'pro', flag: 'behind', before: on, after: null }]);
  });

  test('leaves out a value that is long, and tells it from another all the same', async () => {
    await save('ada', { targetingKey: 'ada' });
    const long = (end: string) => `${'x'.repeat(2_000)}${end}`;
    const body = {
      key: 'long',
      enabled: true,
      variations: { v: long('a') },
      default_variation: 'v',
      rules: [],
    };
    await ground.ask('POST', '/apps/shop/flags', { body });
    const { json } = await ground.ask('PATCH', '/apps/shop/flags/long?dry_run=1', {
      body: { variations: { v: long('b') } },
    });
    const shown = { variant: 'v', reason: 'STATIC' };
    expect(json.result.answers).toMatchObject([{ context: 'ada', flag: 'long' }]);
    expect(Object.keys(json.result.answers[0].after)).toEqual(Object.keys(shown));
  });
});
