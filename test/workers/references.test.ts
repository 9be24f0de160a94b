import { readFileSync } from 'node:fs';
import type { Home } from '@halyard/edge/suites';
import { afterAll, describe, expect, test } from 'vitest';
import { processHome } from '../../evaluator/edge/testing/world.ts';
import type { Expected, References } from '../conformance/references.ts';
import { openWorkerHome } from './worker-home.ts';

const { account, apps }: References = JSON.parse(
  readFileSync(new URL('../conformance/references.json', import.meta.url), 'utf8'),
);

const workerHome = await openWorkerHome();
afterAll(() => workerHome.close());

/** As OFREP says it, which has neither value nor variant where the flag leaves the value to the caller. */
const answered = (key: string, { error, ...served }: Expected): object =>
  error === undefined ? { key, ...served } : { key, errorCode: error };

describe.each<Home>([processHome, workerHome])('an edge $name', (home) => {
  test('gives every answer of the vectors of references, of one flag and among all', async () => {
    let asked = 0;
    for (const { flags, segments, cases } of apps) {
      const entries = Object.fromEntries([
        ...flags.map((flag) => [flag.key, flag]),
        ...segments.map((segment) => [`segment/${segment.key}`, segment]),
      ]);
      const world = await home.start(entries, { account });
      const answers = cases.map(async ({ flag, context }) => {
        const answer = await world.evaluate(`/${encodeURIComponent(flag)}`, context);
        const one: object & { readonly metadata?: unknown; readonly errorDetails?: unknown } = JSON.parse(
          await answer.text(),
        );
        const all: unknown = await (await world.evaluate('', context)).json();
        return { flag, one, all };
      });
      for (const [index, { flag, one, all }] of (await Promise.all(answers)).entries()) {
        const { metadata: _, errorDetails: __, ...said } = one;
        const { context, expect: expected = {} } = cases[index] ?? {};
        expect(said, `${flag} ${JSON.stringify(context)}`).toEqual(answered(flag, expected));
        expect(all).toMatchObject({ flags: expect.arrayContaining([one]) });
        asked += 1;
      }
      await world.close();
    }
    expect(asked).toBe(706);
  });
});
