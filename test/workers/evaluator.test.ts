import { appSpace } from '@halyard/caches';
import { ACCOUNT, APP, bulkOf, edgeSuites, onFlag, planFlag } from '@halyard/edge/suites';
import { afterAll, describe, expect, test } from 'vitest';
import { openWorkerHome } from './worker-home.ts';

const home = await openWorkerHome();
afterAll(() => home.close());

edgeSuites(home);

test('an app of 100,000 flags is answered from, and follows a toggle', { timeout: 120_000 }, async () => {
  const world = await home.start({});
  const entries = new Map<string, string>();
  for (let i = 0; i < 100_000; i += 1) {
    const key = `flag-${i}`;
    entries.set(key, JSON.stringify(planFlag(key, { description: `What the flag ${i} is for` })));
  }
  await world.cache.replace(appSpace(ACCOUNT, APP), { version: 2, entries });
  const began = performance.now();
  const value = async (key: string): Promise<unknown> =>
    (await world.evaluate(`/${key}`, { plan: 'gold' })).json();
  expect(await value('flag-99999')).toMatchObject({ value: 'G', variant: 'gold' });
  console.log(`the first answer after ${Math.round(performance.now() - began)} ms`);
  await world.commit({ 'flag-7': planFlag('flag-7', { enabled: false }) });
  expect(await value('flag-7')).toMatchObject({ value: 'P', reason: 'DISABLED' });
});

test('a large answer is compressed once', async () => {
  const flags = Array.from({ length: 100 }, (_, i) => `flag-${i}`);
  const world = await home.start(Object.fromEntries(flags.map((key) => [key, onFlag(key)])));
  const response = await world.evaluate('', {}, { 'accept-encoding': 'gzip' });
  expect(response.headers.get('content-encoding')).toBe('gzip');
  expect((await bulkOf(response)).flags.map(({ key }) => key)).toEqual(flags);
});

describe('a cold isolate', () => {
  test('answers each of many first requests', async () => {
    const world = await home.start({ flag: onFlag('flag') });
    const answers = await Promise.all(Array.from({ length: 50 }, () => world.evaluate('/flag', {})));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  });

  test('answers though the first requests were given up', async () => {
    const world = await home.start({ flag: onFlag('flag') });
    const leaving = new AbortController();
    const given = Array.from({ length: 10 }, () =>
      world.request('/ofrep/v1/evaluate/flags', {
        method: 'POST',
        headers: { authorization: 'Bearer evaluate' },
        signal: leaving.signal,
      }),
    );
    const settled = Promise.allSettled(given);
    leaving.abort();
    expect((await world.evaluate('/flag', {})).status).toBe(200);
    await settled;
  });
});
