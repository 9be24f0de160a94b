import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FiledReport } from '@halyard/caches';
import { afterAll, expect, test } from 'vitest';
import { openSqliteStores } from '../store/sqlite/index.ts';
import { quiet } from '../store/testing/quiet-log.ts';

const DAY_MS = 86_400_000;
const START = Date.parse('2026-01-01T00:00:00Z');
/** A fiftieth of a thousand, each with four answers in every hour. */
const FLAGS = 20;
const directory = mkdtempSync(join(tmpdir(), 'halyard-growth-'));
afterAll(() => rmSync(directory, { recursive: true }));

const counts = Array.from({ length: FLAGS }, (_, n) => `team-${n % 7}.new-checkout-flow-${n}`).flatMap(
  (flag): FiledReport['counts'][number][] => [
    [flag, 'enabled', 'SPLIT', 'evaluated', 1_234_567],
    [flag, 'disabled', 'SPLIT', 'evaluated', 7_654_321],
    [flag, 'enabled', 'SPLIT', 'delivered', 123_456],
    [flag, 'disabled', 'SPLIT', 'delivered', 654_321],
  ],
);

test('a thousand busy flags take less than 5 MB a day, and a year of them no more than their days', {
  timeout: 120_000,
}, async () => {
  const path = join(directory, 'year.db');
  const stores = await openSqliteStores(`file:${path}`, { now: () => START, log: quiet });
  const write = { actor: { name: 'ada', token_id: 't1' }, at: new Date(START).toISOString(), comment: null };
  await stores.accounts.ensureAccount('acme', write.at);
  await stores.accounts.createApp('acme', { id: 'shop', name: 'shop', client_side_default: true }, write);
  const { tallies } = stores.app('acme', 'shop');
  let seq = 0;
  const addDay = async (day: number, hours: readonly number[]): Promise<void> => {
    const reports = hours.map((hour): FiledReport => {
      seq += 1;
      const at = new Date(START + day * DAY_MS + hour * 3_600_000).toISOString();
      return { app: 'shop', reporter: 'edge-1', epoch: 1, seq, at, counts };
    });
    await tallies.add(reports);
  };
  const everyHour = Array.from({ length: 24 }, (_, hour) => hour);
  // A day that is no longer told apart by the hour looks the same however many of its hours were counted.
  for (let day = 0; day < 335; day += 1) await addDay(day, [12]);
  await tallies.compact(START + 365 * DAY_MS);
  for (let day = 335; day < 365; day += 1) await addDay(day, everyHour);
  const rows = await tallies.of([counts[0]?.[0] ?? ''], '2026-01-01');
  expect(rows).toHaveLength(365 * 4);
  expect(rows.at(-1)?.hours).toHaveLength(24);
  await stores.close();
  const megabytes = (1_000 / FLAGS) * (statSync(path).size / 1_000_000);
  const daily = megabytes / 365;
  console.log(`a thousand busy flags: ${megabytes.toFixed(0)} MB a year, ${daily.toFixed(2)} MB a day`);
  expect(daily).toBeLessThan(5);
});
