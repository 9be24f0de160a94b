import { expect, test } from 'vitest';
import type { TallyRow } from '../store/port.ts';
import { dayOf, seriesIn, windowOf } from './series.ts';

const NOW = Date.parse('2026-05-04T12:34:56Z');
const row = (
  day: string,
  hours: Readonly<Record<number, number>> | number,
  more: Partial<TallyRow> = {},
): TallyRow => ({
  flag: 'beta',
  day,
  variation: 'on',
  reason: 'SPLIT',
  kind: 'evaluated',
  hours: typeof hours === 'number' ? [hours] : Array.from({ length: 24 }, (_, hour) => hours[hour] ?? 0),
  ...more,
});

test('the last hour is this one and the one before', () => {
  const window = windowOf('1h', NOW);
  expect([new Date(window.from).toISOString(), window.steps]).toEqual(['2026-05-04T11:00:00.000Z', 2]);
  const [counted] = seriesIn([row('2026-05-04', { 10: 1, 11: 2, 12: 4, 13: 8 })], window);
  expect(counted).toMatchObject({ total: 6, series: [2, 4] });
});

test('a day is the present hour and the 23 before, over midnight', () => {
  const window = windowOf('24h', NOW);
  expect(dayOf(window)).toBe('2026-05-03');
  const [counted] = seriesIn(
    [row('2026-05-03', { 12: 100, 13: 1 }), row('2026-05-04', { 0: 2, 12: 4 })],
    window,
  );
  expect(counted?.total).toBe(7);
  expect([counted?.series[0], counted?.series[11], counted?.series[23]]).toEqual([1, 2, 4]);
});

test('thirty days are told apart by the day, also those whose hours are not', () => {
  const window = windowOf('30d', NOW);
  expect(dayOf(window)).toBe('2026-04-05');
  const rows = [
    row('2026-04-05', 7),
    row('2026-05-04', { 1: 1, 12: 2 }),
    row('2026-05-04', { 1: 9 }, { variation: null }),
  ];
  expect(
    seriesIn(rows, window).map(({ variation, total, series }) => [variation, total, series[0], series[29]]),
  ).toEqual([
    ['on', 10, 7, 3],
    [null, 9, 0, 9],
  ]);
});
