import { describe, expect, test } from 'vitest';
import { FLAG, groundForEach } from '../testing/scenario.ts';

const ground = groundForEach((ground) => ground.ask('POST', '/apps/shop/flags', { body: FLAG }));

const rule = (priority: number | string) => `/apps/shop/flags/new-checkout/rules/${priority}`;
const at = (version: number) => ({ 'if-match': `"${version}"` });

describe('PATCH a rule', () => {
  test('changes that rule alone', async () => {
    const patched = await ground.ask('PATCH', rule(2), {
      body: { rollout: { percentage: 25 } },
      headers: at(1),
    });
    expect(patched.status).toBe(200);
    expect(patched.headers.get('etag')).toBe('"2"');
    expect(patched.json.result.rules[1].rollout).toEqual({ percentage: 25 });
    const [, entry] = await ground.changelog();
    expect(entry?.diff).toEqual({ 'rules.2.rollout.percentage': { from: 5, to: 25 } });
    expect(await ground.outbox()).toHaveLength(2);
  });

  test('needs If-Match, so that two ramps do not overwrite each other', async () => {
    const without = await ground.ask('PATCH', rule(2), { body: { rollout: { percentage: 25 } } });
    expect(without.status).toBe(428);
    expect(without.json.errors[0].code).toBe(1012);
    const any = await ground.ask('PATCH', rule(2), { body: {}, headers: { 'if-match': '*' } });
    expect(any.status).toBe(428);
    const stale = await ground.ask('PATCH', rule(2), {
      body: { rollout: { percentage: 25 } },
      headers: at(7),
    });
    expect([stale.status, stale.json.errors[0].version]).toEqual([412, 1]);
    expect(await ground.changelog()).toHaveLength(1);
  });

  test('points into the body, and names the priorities there are', async () => {
    const refused = await ground.ask('PATCH', rule(2), {
      body: { rollout: { percentage: 101 } },
      headers: at(1),
    });
    expect([refused.status, refused.json.errors[0].pointer]).toEqual([400, '/rollout/percentage']);
    const gone = await ground.ask('PATCH', rule(9), { body: {}, headers: at(1) });
    expect([gone.status, gone.json.errors[0].message]).toEqual([
      404,
      'The flag "new-checkout" has no rule of priority 9; it has 1, 2',
    ]);
    expect((await ground.ask('PATCH', rule('x'), { body: {}, headers: at(1) })).status).toBe(404);
  });
});

describe('PUT the split of a rule', () => {
  test('a dry run says what would move and changes nothing', async () => {
    const dry = await ground.ask('PUT', `${rule(2)}/split?dry_run=1`, {
      body: { weights: { on: 1, off: 1 } },
      headers: at(1),
    });
    expect(dry.status).toBe(200);
    // Five per cent had `on` before; the other ninety-five went on to the default.
    expect(dry.json.result).toMatchObject({
      moved: 95,
      split: {
        allocations: [
          { variation: 'on', ranges: [[0, 50]] },
          { variation: 'off', ranges: [[50, 100]] },
        ],
      },
    });
    expect(await ground.changelog()).toHaveLength(1);
    expect(await ground.outbox()).toHaveLength(1);
  });

  test('moves the least share: 25/25/25/25 to 40/20/20/20 moves 15 %', async () => {
    const ranges = (from: number, to: number) => [[from, to]];
    await ground.ask('POST', '/apps/shop/flags', {
      body: {
        key: 'four',
        enabled: true,
        variations: { a: 'a', b: 'b', c: 'c', d: 'd' },
        default_variation: 'a',
        rules: [
          {
            priority: 1,
            conditions: [],
            split: {
              allocations: [
                { variation: 'a', ranges: ranges(0, 25) },
                { variation: 'b', ranges: ranges(25, 50) },
                { variation: 'c', ranges: ranges(50, 75) },
                { variation: 'd', ranges: ranges(75, 100) },
              ],
            },
          },
        ],
      },
    });
    const put = await ground.ask('PUT', '/apps/shop/flags/four/rules/1/split', {
      body: { weights: { a: 40, b: 20, c: 20, d: 20 } },
      headers: at(1),
    });
    expect(put.json.result.moved).toBe(15);
    expect(put.json.result).toMatchObject({ key: 'four', version: 2 });
    expect(put.json.result.rules[0].serve_variation).toBe('a');
    expect(put.headers.get('etag')).toBe('"2"');
    expect((await ground.changelog()).at(-1)).toMatchObject({ flag_key: 'four', event: 'update' });
  });

  test('refuses a name that is no variation, and no weights at all', async () => {
    const split = (weights: unknown) =>
      ground.ask('PUT', `${rule(2)}/split`, { body: { weights }, headers: at(1) });
    expect((await split({ maybe: 1 })).json.errors).toEqual([
      {
        code: 1001,
        message: 'weights names "maybe", which is not in variations; expected one of on, off',
        pointer: '/weights/maybe',
      },
    ]);
    expect((await split({ on: 0 })).status).toBe(400);
    const without = await ground.ask('PUT', `${rule(2)}/split`, { body: { weights: { on: 1 } } });
    expect(without.status).toBe(428);
    expect(await ground.changelog()).toHaveLength(1);
  });
});
