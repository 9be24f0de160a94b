import type { FiledReport } from '@halyard/caches';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { FLAG, type Ground, openGround, START } from '../testing/scenario.ts';

type Counts = FiledReport['counts'];
const HOUR = 3_600_000;

let ground: Ground;
const opened: Ground[] = [];
beforeEach(async () => {
  ground = await openGround();
  opened.push(ground);
  await ground.ask('POST', '/apps/shop/flags', { body: FLAG });
});
afterAll(async () => {
  for (const each of opened) await each.close();
});

let seq = 0;
/** An edge's report, so many hours ago. */
const report = (counts: Counts, hoursAgo = 0): Promise<void> => {
  seq += 1;
  ground.clock.ms -= hoursAgo * HOUR;
  const at = new Date(ground.clock.ms).toISOString();
  const filed: FiledReport = { app: ground.app, reporter: 'edge-1', epoch: 1, seq, at, counts };
  return ground.report(JSON.stringify(filed)).finally(() => {
    ground.clock.ms += hoursAgo * HOUR;
  });
};
const key = FLAG.key;
const numbers = async (query = '') =>
  (await ground.ask('GET', `/apps/shop/flags/${key}/numbers${query}`)).json.result;
const all = async (query = '') => (await ground.ask('GET', `/apps/shop/numbers${query}`)).json.result.flags;

describe('the numbers of a flag', () => {
  test('are its evaluations by variation and reason, over a day by the hour', async () => {
    await report([
      [key, 'on', 'TARGETING_MATCH', 'evaluated', 3],
      [key, 'off', 'DEFAULT', 'evaluated', 5],
      [key, 'off', 'DEFAULT', 'delivered', 2],
      [key, null, 'ERROR', 'evaluated', 1],
    ]);
    await report([[key, 'on', 'TARGETING_MATCH', 'evaluated', 4]], 1);
    const answer = await numbers();
    expect(answer).toMatchObject({
      complete_until: new Date(START - HOUR).toISOString(),
      from: new Date(START - 23 * HOUR).toISOString(),
      step_seconds: 3_600,
    });
    const rows = answer.rows.map(({ series, ...row }: { series: number[] }) => [row, series.slice(-2)]);
    expect(rows).toEqual([
      [{ variation: 'on', reason: 'TARGETING_MATCH', kind: 'evaluated', total: 7 }, [4, 3]],
      [{ variation: 'off', reason: 'DEFAULT', kind: 'evaluated', total: 5 }, [0, 5]],
      [{ variation: 'off', reason: 'DEFAULT', kind: 'delivered', total: 2 }, [0, 2]],
      [{ variation: null, reason: 'ERROR', kind: 'evaluated', total: 1 }, [0, 1]],
    ]);
    expect((await numbers('?last=30d')).rows[0].series).toHaveLength(30);
    expect((await numbers('?last=1h')).rows[0]).toMatchObject({ total: 7, series: [4, 3] });
  });

  test('are none of a flag that was never evaluated', async () => {
    expect(await numbers()).toMatchObject({ complete_until: null, rows: [] });
  });

  test('are refused for another span, and for a flag or an app that is not there', async () => {
    const odd = await ground.ask('GET', `/apps/shop/flags/${key}/numbers?last=year`);
    expect([odd.status, odd.json.errors[0].message]).toEqual([
      400,
      'last is "year"; expected one of 1h, 24h, 30d',
    ]);
    expect((await ground.ask('GET', '/apps/shop/flags/gone/numbers')).status).toBe(404);
    expect((await ground.ask('GET', '/apps/gone/numbers')).status).toBe(404);
  });
});

describe('the numbers of an app', () => {
  test('say of each flag when it was last evaluated, how often, with what shares, and how it stands', async () => {
    await ground.ask('POST', '/apps/shop/flags', { body: { ...FLAG, key: 'a-new-one' } });
    await report([
      [key, 'on', 'TARGETING_MATCH', 'evaluated', 1],
      [key, 'off', 'DEFAULT', 'evaluated', 2],
      [key, 'off', 'DEFAULT', 'delivered', 9],
    ]);
    const at = new Date(START).toISOString();
    expect(await all()).toEqual([
      {
        key: 'a-new-one',
        status: 'new',
        last_used_at: null,
        last_evaluated_at: null,
        last_delivered_at: null,
        evaluated: 0,
        delivered: 0,
        shares: [],
      },
      {
        key,
        status: 'active',
        last_used_at: at,
        last_evaluated_at: at,
        last_delivered_at: at,
        evaluated: 3,
        delivered: 9,
        shares: [
          { variation: 'off', percent: 66.67 },
          { variation: 'on', percent: 33.33 },
        ],
      },
    ]);
    expect(await all(`?keys=${key},gone`)).toMatchObject([{ key }]);
    expect(await all('?status=new')).toMatchObject([{ key: 'a-new-one' }]);
    ground.clock.ms += 8 * 24 * HOUR;
    expect(await all('?status=quiet')).toMatchObject([{ key: 'a-new-one' }, { key, evaluated: 0 }]);
    await report([[key, 'on', 'TARGETING_MATCH', 'delivered', 1]]);
    await report([[key, 'on', 'TARGETING_MATCH', 'evaluated', 1]]);
    expect(await all(`?keys=${key}`)).toMatchObject([
      { status: 'settled', shares: [{ variation: 'on', percent: 100 }] },
    ]);
  });

  test('are refused for a status that is none, and for too many keys', async () => {
    const odd = await ground.ask('GET', '/apps/shop/numbers?status=stale');
    expect([odd.status, odd.json.errors[0].message]).toEqual([
      400,
      'status is "stale"; expected one of new, active, settled, quiet',
    ]);
    const many = Array.from({ length: 201 }, (_, n) => `k${n}`).join(',');
    expect((await ground.ask('GET', `/apps/shop/numbers?keys=${many}`)).status).toBe(400);
  });
});
