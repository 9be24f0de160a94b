import { edgeSuites, onFlag } from '@halyard/edge/suites';
import { afterAll, describe, expect, test } from 'vitest';
import { openWorkerHome } from './worker-home.ts';

const home = await openWorkerHome();
afterAll(() => home.close());

edgeSuites(home);

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
