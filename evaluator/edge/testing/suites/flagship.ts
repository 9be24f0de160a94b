import { afterEach, describe, expect, test } from 'vitest';
import { type Home, onFlag, planFlag, type World } from './world.ts';

export const flagshipSuite = (home: Home): void => {
  describe(home.name, () => {
    let world: World;
    afterEach(() => world.close());
    describe('a standalone edge', () => {
      test('says that it lives and that it can serve', async () => {
        world = await home.start({ a: onFlag('a') }, { standalone: true });
        expect((await world.get('/healthz')).status).toBe(200);
        const ready = await world.get('/readyz');
        expect(ready.status).toBe(200);
        expect(await ready.json()).toEqual({
          status: 'ready',
          cache: 'connected',
          account_version: 1,
          stale_seconds: null,
        });
      });

      test("answers Flagship's evaluation call, every parameter as text, a repeated one as a list", async () => {
        world = await home.start(
          {
            plan: planFlag('plan', { metadata: { team: 'growth' } }),
            tagged: planFlag('tagged', {
              rules: [
                {
                  priority: 1,
                  conditions: [{ attribute: 'tag', operator: 'has', value: 'b' }],
                  serve_variation: 'gold',
                },
              ],
            }),
          },
          { standalone: true },
        );
        const base = '/client/v4/accounts/default/flagship/apps/shop/evaluate';
        const plan = await world.get(`${base}?flagKey=plan&targetingKey=u&plan=gold`);
        expect(plan.status).toBe(200);
        expect(await plan.json()).toEqual({
          flagKey: 'plan',
          value: 'G',
          variant: 'gold',
          reason: 'TARGETING_MATCH',
          metadata: { team: 'growth', flagSetId: 'shop' },
        });
        expect(await (await world.get(`${base}?flagKey=tagged&tag=a&tag=b`)).json()).toMatchObject({
          value: 'G',
        });
        expect(await (await world.get(`${base}?flagKey=tagged&tag=b`)).json()).toMatchObject({ value: 'P' });
      });

      test('answers it by POST for a context of any JSON, and names what is wrong with a body', async () => {
        world = await home.start(
          {
            tagged: planFlag('tagged', {
              rules: [
                {
                  priority: 1,
                  conditions: [{ attribute: 'tag', operator: 'has', value: 7 }],
                  serve_variation: 'gold',
                },
              ],
            }),
          },
          { standalone: true },
        );
        const post = async (body: unknown, query = '') => {
          const path = `/client/v4/accounts/default/flagship/apps/shop/evaluate${query}`;
          const response = await world.request(path, {
            method: 'POST',
            headers: { authorization: 'Bearer evaluate', 'content-type': 'application/json' },
            body: typeof body === 'string' ? body : JSON.stringify(body),
          });
          return [response.status, await response.json()];
        };
        expect(await post({ flagKey: 'tagged', context: { tag: [7] } })).toMatchObject([
          200,
          { flagKey: 'tagged', value: 'G', reason: 'TARGETING_MATCH' },
        ]);
        expect(await post({ flagKey: 'tagged' })).toMatchObject([200, { value: 'P', reason: 'DEFAULT' }]);
        for (const [body, message] of [
          ['{', 'The body is not JSON; expected {"context": {…}}.'],
          [{ context: {} }, 'flagKey is missing or not a string; expected the key of a flag.'],
          [{ flagKey: 'tagged', context: [] }, 'context is an array; expected an object of attributes.'],
          [{ flagKey: 'tagged', contxt: {} }, 'contxt is not known here; expected flagKey and context.'],
        ] as const) {
          expect(await post(body)).toMatchObject([400, { errors: [{ code: 1001, message }] }]);
        }
        const message = '"plan" is not a query parameter of this call; expected none.';
        expect(await post({ flagKey: 'tagged' }, '?plan=pro')).toMatchObject([
          400,
          { errors: [{ code: 1001, message }] },
        ]);
      });

      test.each([
        ['default', 'shop', 'flagKey=missing', 404, 1004, 'There is no flag missing.'],
        [
          'default',
          'shop',
          'flag=plan',
          400,
          1001,
          'flagKey is missing; expected ?flagKey={the key of a flag}.',
        ],
        ['another', 'shop', 'flagKey=plan', 403, 1003, 'This token belongs to another account.'],
        ['default', 'nowhere', 'flagKey=plan', 403, 1003, 'This token is not for the app nowhere.'],
      ])(
        'answers errors of that call in the envelope (%s, %s, %s)',
        async (account, app, query, status, code, message) => {
          world = await home.start({ plan: planFlag('plan') }, { standalone: true });
          const response = await world.get(
            `/client/v4/accounts/${account}/flagship/apps/${app}/evaluate?${query}`,
          );
          expect(response.status).toBe(status);
          expect(await response.json()).toEqual({
            success: false,
            errors: [{ code, message }],
            messages: [],
            result: null,
          });
        },
      );

      test('answers 422 for a flag that cannot be understood', async () => {
        world = await home.start({ bad: '{' }, { standalone: true });
        const response = await world.get(
          '/client/v4/accounts/default/flagship/apps/shop/evaluate?flagKey=bad',
        );
        expect(response.status).toBe(422);
      });
    });
  });
};
