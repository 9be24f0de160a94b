import type { FiledReport } from '../../port.ts';
import { ACCOUNT, APP, at, by, type Suite, settle } from './fixture.ts';

type Counts = FiledReport['counts'];

const report = (seq: number, counts: Counts, more: Partial<FiledReport> = {}): FiledReport => ({
  app: APP,
  reporter: 'pod-1',
  epoch: 1,
  seq,
  at: at(seq),
  counts,
  ...more,
});

const on = (n: number, flag = 'beta'): Counts[number] => [flag, 'on', 'SPLIT', 'evaluated', n];
const hours = (...counted: readonly (readonly [hour: number, n: number])[]): readonly number[] => {
  const all = Array<number>(24).fill(0);
  for (const [hour, n] of counted) all[hour] = n;
  return all;
};
const day = (n: number): string => new Date(Date.UTC(2026, 0, 2) + n * 86_400_000).toISOString();

export const talliesContract = ({ check, expect }: Suite): void => {
  check('counts are added up by flag, variation, reason, kind and hour', async ({ stores, other }) => {
    const { tallies } = await settle(stores);
    await tallies.add([
      report(1, [on(2), ['beta', null, 'ERROR', 'delivered', 1]]),
      report(2, [on(3), on(1, 'gamma')]),
    ]);
    await tallies.add([report(3, [on(5)], { at: at(3_600 * 7) })]);
    const read = other.app(ACCOUNT, APP).tallies;
    const rows = await read.of(['beta'], '2026-01-02');
    expect([...rows].sort((a, b) => (a.kind < b.kind ? 1 : -1))).toEqual([
      {
        flag: 'beta',
        day: '2026-01-02',
        variation: 'on',
        reason: 'SPLIT',
        kind: 'evaluated',
        hours: hours([0, 5], [7, 5]),
      },
      {
        flag: 'beta',
        day: '2026-01-02',
        variation: null,
        reason: 'ERROR',
        kind: 'delivered',
        hours: hours([0, 1]),
      },
    ]);
    expect(await read.of(['beta', 'gamma'], '2026-01-03')).toEqual([]);
    expect((await read.of(['beta', 'gamma'], '2026-01-02')).length).toBe(3);
    expect(await read.completeUntil()).toBe(at(3_600 * 7));
  });

  check(
    'a report counts once, however often it comes, and one that was overtaken never',
    async ({ stores }) => {
      const { tallies } = await settle(stores);
      const counted = async (): Promise<number | undefined> =>
        (await tallies.of(['beta'], '2026-01-02'))[0]?.hours[0];
      await tallies.add([report(1, [on(1)]), report(1, [on(1)])]);
      await tallies.add([report(1, [on(1)])]);
      expect(await counted()).toBe(1);
      await tallies.add([report(3, [on(10)]), report(2, [on(100)])]);
      expect(await counted()).toBe(11);
      await tallies.add([report(1, [on(1_000)], { epoch: 2 }), report(4, [on(1)], { epoch: 1 })]);
      expect(await counted()).toBe(1_011);
      await tallies.add([report(1, [on(2)], { reporter: 'pod-2' })]);
      expect(await counted()).toBe(1_013);
    },
  );

  check('two processes that add at once lose nothing', async ({ stores, other }) => {
    const { tallies } = await settle(stores);
    const there = other.app(ACCOUNT, APP).tallies;
    await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        (n % 2 === 0 ? tallies : there).add([report(1, [on(1)], { reporter: `pod-${n}` })]),
      ),
    );
    expect((await tallies.of(['beta'], '2026-01-02'))[0]?.hours[0]).toBe(20);
  });

  check('the last use of each variation is kept, evaluated and delivered apart', async ({ stores }) => {
    const { tallies } = await settle(stores);
    await tallies.add([report(5, [on(1), ['beta', 'off', 'SPLIT', 'delivered', 1]])]);
    await tallies.add([report(3, [on(1), on(1, 'gamma')], { reporter: 'slow' })]);
    const uses = await tallies.uses('beta');
    expect(uses.find(({ variation }) => variation === 'on')).toEqual({
      flag: 'beta',
      variation: 'on',
      evaluated_at: at(5),
      delivered_at: null,
    });
    expect(uses.find(({ variation }) => variation === 'off')?.delivered_at).toBe(at(5));
    expect((await tallies.uses()).length).toBe(3);
  });

  check('hours become a day after 30 days, and days go after 400', async ({ stores }) => {
    const { tallies } = await settle(stores);
    await tallies.add([
      report(1, [on(1)], { at: day(0) }),
      report(2, [on(2)], { at: day(0).replace('T00', 'T05') }),
      report(3, [on(4)], { at: day(40) }),
    ]);
    await tallies.compact(Date.parse(day(41)));
    expect((await tallies.of(['beta'], '2026-01-01')).map((row) => row.hours)).toEqual([[3], hours([0, 4])]);
    // What comes late for such a day is still counted.
    await tallies.add([report(1, [on(5)], { at: day(0), reporter: 'late' })]);
    expect((await tallies.of(['beta'], '2026-01-01'))[0]?.hours).toEqual([8]);
    await tallies.compact(Date.parse(day(401)));
    expect((await tallies.of(['beta'], '2026-01-01')).map((row) => row.day)).toEqual(['2026-02-11']);
    expect(await tallies.completeUntil()).toBe(null);
    await tallies.compact(Date.parse(day(500)));
    expect([await tallies.of(['beta'], '2026-01-01'), await tallies.uses()]).toEqual([[], []]);
  });

  check('what a reporter makes up is bounded, and what was known goes on counting', async ({ stores }) => {
    const { tallies } = await settle(stores);
    const made = Array.from({ length: 700 }, (_, n): Counts[number] => [
      'beta',
      `v${n}`,
      'SPLIT',
      'evaluated',
      1,
    ]);
    await tallies.add([report(1, made)]);
    await tallies.add([report(2, [['beta', 'v0', 'SPLIT', 'evaluated', 1]])]);
    const rows = await tallies.of(['beta'], '2026-01-02');
    expect(rows.length).toBe(512);
    expect(rows.find(({ variation }) => variation === 'v0')?.hours[0]).toBe(2);
  });

  check('tallies go with their app, and leave no trace in its history', async ({ stores }) => {
    const app = await settle(stores);
    await app.tallies.add([report(1, [on(1)])]);
    expect((await app.head())?.entries).toBe(0);
    await stores.accounts.deleteApp(ACCOUNT, APP, by('ann', 2));
    await app.tallies.add([report(2, [on(1)])]);
    expect([await app.tallies.of(['beta'], '2026-01-01'), await app.tallies.uses()]).toEqual([[], []]);
  });
};
