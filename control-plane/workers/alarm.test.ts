import { expect, test } from 'vitest';
import { orAgain } from './alarm.ts';

const rings = async (work: () => Promise<void>) => {
  const alarms: number[] = [];
  const logged: string[] = [];
  await orAgain(
    work,
    { setAlarm: async (at) => void alarms.push(at) },
    { now: () => 1_000, log: { error: (_, message) => logged.push(message) } },
  );
  return { alarms, logged };
};

test('an alarm that fails comes again, and says so', async () => {
  expect(await rings(() => Promise.reject(new Error('the database is of a newer release')))).toEqual({
    alarms: [61_000],
    logged: ['An alarm failed; it comes again in a minute.'],
  });
});

test('an alarm that has done its work leaves the next one to it', async () => {
  expect(await rings(async () => {})).toEqual({ alarms: [], logged: [] });
});
