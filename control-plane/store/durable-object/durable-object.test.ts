import { Miniflare } from 'miniflare';
import { afterAll, describe, expect, test } from 'vitest';
import { Problem } from '../../model/problem.ts';
import { bundleWorker } from '../../workers/testing/bundle.ts';
import { quiet } from '../testing/quiet-log.ts';
import { openDurableObjectStores } from './index.ts';

const SUITE = new URL('../testing/contract-worker.ts', import.meta.url);

const workerd = new Miniflare({
  modules: true,
  script: await bundleWorker(SUITE),
  compatibilityDate: '2026-07-01',
  durableObjects: { GROUND: { className: 'Ground', useSQLite: true } },
});
const ask = async (path: string): Promise<string> =>
  (await workerd.dispatchFetch(`http://halyard.test/${path}`)).text();
const titles: readonly string[] = JSON.parse(await ask('titles'));

afterAll(() => workerd.dispose());

describe('in workerd', () => {
  test.each(titles.map((title, index) => [title, index] as const))('%s', async (_, index) => {
    expect(await ask(String(index))).toBe('passed');
  });
});

test('an object whose storage is full says that it cannot be used now', async () => {
  const full = {
    sql: {
      exec: () => {
        throw new Error('database or disk is full: SQLITE_FULL');
      },
    },
    transaction: <T>(closure: () => Promise<T>) => closure(),
  };
  const opening = openDurableObjectStores(full, { now: Date.now, log: quiet });
  await expect(opening).rejects.toThrow(
    new Problem(
      'unavailable',
      {
        message: 'The database cannot be used (database or disk is full: SQLITE_FULL).',
      },
      1,
    ),
  );
});
