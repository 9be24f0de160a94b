import type { FiledReport } from '@halyard/caches';
import { createMemoryCache } from '@halyard/caches/memory';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Stores } from '../store/port.ts';
import { openSqliteStores } from '../store/sqlite/index.ts';
import { quiet } from '../store/testing/quiet-log.ts';
import { collectReports, takeReport } from './collect.ts';

const NOON = Date.parse('2026-05-04T12:00:00Z');
const write = { actor: { name: 'ada', token_id: 't1' }, at: '2026-05-04T11:00:00.000Z', comment: null };
const report = (seq: number, more: Partial<FiledReport> = {}): FiledReport => ({
  app: 'shop',
  reporter: 'edge-1',
  epoch: 1,
  seq,
  at: new Date(NOON).toISOString(),
  counts: [['beta', 'on', 'STATIC', 'evaluated', 2]],
  ...more,
});

let stores: Stores;
const cache = createMemoryCache({ now: () => NOON });
let term: AbortController;
let running: Promise<void>;
beforeEach(async () => {
  stores = await openSqliteStores(':memory:', { now: () => NOON, log: quiet });
  await stores.accounts.ensureAccount('acme', write.at);
  await stores.accounts.createApp('acme', { id: 'shop', name: 'shop', client_side_default: true }, write);
  term = new AbortController();
  running = collectReports({ cache, stores, account: 'acme', now: () => NOON, log: quiet }, term.signal);
});
afterEach(async () => {
  term.abort();
  await running;
  await stores.close();
});

const file = (one: FiledReport | string): Promise<void> | undefined =>
  cache.report?.('acme', 'id', typeof one === 'string' ? one : JSON.stringify(one));
const counted = async (): Promise<readonly (readonly [string, number, number])[]> => {
  const rows = await stores.app('acme', 'shop').tallies.of(['beta'], '2026-01-01');
  return rows.flatMap(({ day, hours }) =>
    hours.flatMap((n, hour) => (n === 0 ? [] : [[day, hour, n] as const])),
  );
};

test('a report is counted when it is filed, once, and what no edge wrote is passed over', async () => {
  await file(report(1));
  await file(report(1));
  await file('nonsense');
  await file(report(1, { app: 'gone' }));
  await file(report(2));
  expect(await counted()).toEqual([['2026-05-04', 12, 4]]);
});

test('an edge whose clock is a day off is counted about now, one that was cut off when it counted', async () => {
  await file(report(1, { at: '2026-05-05T12:00:00.000Z' }));
  await file(report(2, { at: '2026-05-03T12:00:00.000Z' }));
  await file(report(3, { at: '2026-05-04T11:02:00.000Z' }));
  expect(await counted()).toEqual([
    ['2026-05-04', 11, 2],
    ['2026-05-04', 12, 4],
  ]);
});

test('a database that is away refuses the report, which counts once when it comes again', async () => {
  await file(report(1));
  const { app } = stores;
  stores = {
    ...stores,
    app: (...place) => ({
      ...app(...place),
      tallies: { ...app(...place).tallies, add: () => Promise.reject(new Error('away')) },
    }),
  };
  term.abort();
  await running;
  term = new AbortController();
  running = collectReports({ cache, stores, account: 'acme', now: () => NOON, log: quiet }, term.signal);
  await expect(file(report(2))).rejects.toThrow('away');
  stores = { ...stores, app };
  term.abort();
  await running;
  term = new AbortController();
  running = collectReports({ cache, stores, account: 'acme', now: () => NOON, log: quiet }, term.signal);
  await file(report(2));
  expect(await counted()).toEqual([['2026-05-04', 12, 4]]);
});

test('an object that is told one report now and then drops what is old', async () => {
  const { tallies } = stores.app('acme', 'shop');
  await takeReport(tallies, JSON.stringify(report(1)), { now: NOON, random: 0.5 });
  await takeReport(tallies, 'nonsense', { now: NOON + 500 * 86_400_000, random: 0.5 });
  expect(await counted()).toEqual([['2026-05-04', 12, 2]]);
  await takeReport(tallies, 'nonsense', { now: NOON + 500 * 86_400_000, random: 0 });
  expect(await counted()).toEqual([]);
});
