import { readFileSync } from 'node:fs';
import type { Home, World } from '@halyard/edge/suites';
import { afterAll, describe, expect, test } from 'vitest';
import { processHome } from '../../evaluator/edge/testing/world.ts';
import type { Vectors } from '../conformance/answers.ts';
import { openWorkerHome } from './worker-home.ts';

const { account, groups }: Vectors = JSON.parse(
  readFileSync(new URL('../conformance/evaluation.json', import.meta.url), 'utf8'),
);

const workerHome = await openWorkerHome();
afterAll(() => workerHome.close());

interface Group {
  readonly flag: { readonly key: string };
  readonly cases: Vectors['groups'][number]['cases'];
}

/** Groups whose flags have different keys, so that one app can hold them. */
const apps = (): readonly (readonly Group[])[] => {
  const made: Map<string, Group>[] = [];
  for (const { flag, cases } of groups) {
    // Every flag of the vectors has a key.
    const group = { flag: flag as Group['flag'], cases };
    const free = made.find((app) => !app.has(group.flag.key));
    if (free === undefined) made.push(new Map([[group.flag.key, group]]));
    else free.set(group.flag.key, group);
  }
  return made.map((app) => [...app.values()]);
};

const answers = async (world: World, app: readonly Group[]): Promise<unknown[]> => {
  const given: unknown[] = [];
  for (const { flag, cases } of app) {
    const asked = cases.map(async ({ context }) => (await world.evaluate(`/${flag.key}`, context)).json());
    given.push(...(await Promise.all(asked)));
  }
  return given;
};

describe.each<Home>([processHome, workerHome])('an edge $name', (home) => {
  test('gives every answer of the vectors', async () => {
    let asked = 0;
    for (const app of apps()) {
      const flags = Object.fromEntries(app.map(({ flag }) => [flag.key, flag]));
      const world = await home.start(flags, { account });
      const expected = app.flatMap(({ cases }) => cases.map((one) => one.expect));
      expect(await answers(world, app)).toMatchObject(expected);
      asked += expected.length;
      await world.close();
    }
    expect(asked).toBe(groups.flatMap(({ cases }) => cases).length);
  });
});
