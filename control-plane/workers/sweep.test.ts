import { expect, test } from 'vitest';
import { sweepApps } from './sweep.ts';

/** An object's storage, and an account of so many apps whose names sort as they are numbered. */
const account = (count: number) => {
  const values = new Map<string, unknown>();
  let alarm: number | null = null;
  let now = 1_000_000;
  const brought: string[] = [];
  const failing = new Set<string>();
  const warnings: string[] = [];
  const sweep = () =>
    sweepApps({
      account: async () => void brought.push('account'),
      apps: async () =>
        Array.from({ length: count }, (_, n) => ({ account: 'acme', app: `app-${1_000 + n}` })).reverse(),
      bring: async ({ app }) => {
        brought.push(app);
        if (failing.has(app)) throw new Error('away');
      },
      storage: {
        get: async <T>(key: string) => values.get(key) as T | undefined,
        put: async (key, value) => void values.set(key, value),
        delete: async (key) => values.delete(key),
        getAlarm: async () => alarm,
        setAlarm: async (at) => {
          alarm = at;
        },
      },
      now: () => now,
      log: { warn: (_, message) => warnings.push(message) },
    });
  return {
    brought,
    failing,
    warnings,
    alarm: () => alarm,
    async pass(ms: number) {
      now += ms;
      alarm = null;
      await sweep();
    },
  };
};

const MINUTES = 60_000;

test('all apps have their turn, some at a time, and then again', async () => {
  const { brought, pass } = account(150);
  await pass(0);
  expect([brought.length, brought[0], brought[1], brought.at(-1)]).toEqual([
    101,
    'account',
    'app-1000',
    'app-1099',
  ]);
  await pass(5 * MINUTES);
  expect([brought.length, brought[102], brought.at(-1)]).toEqual([152, 'app-1100', 'app-1149']);
  await pass(5 * MINUTES);
  expect([brought.length, brought[153]]).toEqual([253, 'app-1000']);
});

test('an alarm for a commit in between sweeps nothing, and the next sweep stays due', async () => {
  const { brought, pass, alarm } = account(1);
  await pass(0);
  await pass(MINUTES);
  expect(brought).toEqual(['account', 'app-1000']);
  expect(alarm()).toBe(1_000_000 + 6 * MINUTES);
});

test('an app that cannot be asked costs the others nothing', async () => {
  const { brought, failing, warnings, pass } = account(3);
  failing.add('app-1001');
  await pass(0);
  expect(brought).toEqual(['account', 'app-1000', 'app-1001', 'app-1002']);
  expect(warnings).toEqual(['The flag cache could not be compared; it will be later.']);
});
