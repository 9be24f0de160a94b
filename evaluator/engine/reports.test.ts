import { describe, expect, test } from 'vitest';
import { Reports } from './reports.ts';
import { Tally } from './tally.ts';

const NOON = Date.parse('2026-05-04T12:00:00Z');

const world = () => {
  const clock = { time: NOON };
  const tally = new Tally();
  const reports = new Reports(tally, { reporter: 'pod-1', now: () => clock.time });
  const deliver = (times = 1, flag = 'beta'): void => {
    const slot = tally.slotOf(flag, 'on', 'STATIC');
    for (let each = 0; each < times; each += 1) tally.delivered([slot]);
  };
  const count = (n: number) => [['beta', 'on', 'STATIC', 'delivered', n]];
  return { clock, tally, reports, deliver, count };
};

describe('reports', () => {
  test('tell nothing while there is nothing to tell', () => {
    expect(world().reports.next()).toBe(null);
  });

  test('are numbered from 1 and begin where the one before ended', () => {
    const { clock, reports, deliver, count } = world();
    deliver(2);
    clock.time += 30_000;
    expect(reports.next()).toEqual({
      reporter: 'pod-1',
      epoch: NOON,
      seq: 1,
      since: '2026-05-04T12:00:00.000Z',
      counts: count(2),
    });
    expect(reports.taken()).toBe(false);
    deliver();
    clock.time += 30_000;
    expect(reports.next()).toMatchObject({ seq: 2, since: '2026-05-04T12:00:30.000Z', counts: count(1) });
  });

  test('give one that was perhaps taken again as it was, whatever was counted since', () => {
    const { reports, deliver, count } = world();
    deliver();
    const first = reports.next();
    deliver(5);
    expect(reports.next()).toBe(first);
    reports.taken();
    expect(reports.next()).toMatchObject({ seq: 2, counts: count(5) });
  });

  test('merge one that was surely not taken into the next, under its number', () => {
    const { clock, reports, deliver, count } = world();
    deliver();
    reports.next();
    reports.refused();
    deliver(2);
    clock.time += 30_000;
    expect(reports.next()).toMatchObject({ seq: 1, since: '2026-05-04T12:00:00.000Z', counts: count(3) });
  });

  test.each(['perhaps', 'surely not'])('drop what was %s taken after ten minutes, and say so once', (how) => {
    const { clock, reports, deliver, count } = world();
    deliver(7);
    reports.next();
    if (how === 'surely not') reports.refused();
    clock.time += 10 * 60_000 + 1;
    deliver();
    const next = reports.next();
    expect(next).toMatchObject({ seq: how === 'perhaps' ? 2 : 1, counts: count(1), gap: true });
    reports.taken();
    deliver();
    expect(reports.next()).not.toHaveProperty('gap');
  });

  test('say that one was lost for ever', () => {
    const { reports, deliver } = world();
    deliver();
    reports.next();
    reports.lost();
    deliver();
    expect(reports.next()).toMatchObject({ seq: 2, gap: true });
  });

  test('are divided before they grow too long', () => {
    const { reports, deliver } = world();
    for (let n = 0; n < 2_000; n += 1) deliver(1, `${'k'.repeat(120)}-${n}`);
    let told = 0;
    for (let more = true; more; more = reports.taken()) {
      const report = reports.next();
      expect(JSON.stringify(report).length).toBeLessThan(81_000);
      told += report?.counts.length ?? 0;
    }
    expect(told).toBe(2_000);
  });
});
