import { accountSpace, appKey, appSpace } from '@halyard/caches';
import { afterEach, describe, expect, test } from 'vitest';
import { ACCOUNT, APP, onFlag, planFlag, startWorld, type World } from './edge.fixture.ts';

let world: World;
afterEach(() => world.edge.close());

const until = async (condition: () => Promise<boolean>): Promise<void> => {
  const deadline = performance.now() + 10_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error('Waited 10 s in vain.');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

describe('a standalone edge', () => {
  test('says that it lives and that it can serve', async () => {
    world = await startWorld({ a: onFlag('a') }, { standalone: true });
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

  test('shows metrics to who may read', async () => {
    world = await startWorld(
      { a: onFlag('a'), plan: planFlag('plan') },
      { standalone: true, metricsFor: 'anyone' },
    );
    await world.evaluate('/a', {});
    await world.evaluate('', { plan: 'gold' });
    await world.evaluate('/missing', {});
    const text = await (await world.get('/metrics')).text();
    expect(text).toContain('halyard_edge_evaluations_total{app="shop",reason="STATIC"} 2');
    expect(text).toContain('halyard_edge_evaluations_total{app="shop",reason="TARGETING_MATCH"} 1');
    expect(text).toContain('halyard_edge_evaluations_total{app="shop",reason="FLAG_NOT_FOUND"} 1');
    expect(text).toContain('halyard_edge_config_version{app="shop"} 1');
    expect(text).toContain('halyard_edge_compiled_misses_total 1');
    expect(text).toContain('halyard_edge_compiled_hits_total 2');
  });

  test('hides metrics from tokens below read', async () => {
    world = await startWorld({}, { standalone: true });
    expect((await world.get('/metrics')).status).toBe(403);
    expect((await world.get('/metrics', { authorization: '' })).status).toBe(401);
  });

  test("answers Flagship's evaluation call, every parameter as text, a repeated one as a list", async () => {
    world = await startWorld(
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
      metadata: { team: 'growth' },
    });
    expect(await (await world.get(`${base}?flagKey=tagged&tag=a&tag=b`)).json()).toMatchObject({
      value: 'G',
    });
    expect(await (await world.get(`${base}?flagKey=tagged&tag=b`)).json()).toMatchObject({ value: 'P' });
  });

  test.each([
    ['default', 'shop', 'flagKey=missing', 404, 1004, 'There is no flag missing.'],
    ['default', 'shop', 'flag=plan', 400, 1001, 'flagKey is missing; expected ?flagKey={the key of a flag}.'],
    ['another', 'shop', 'flagKey=plan', 403, 1003, 'This token belongs to another account.'],
    ['default', 'nowhere', 'flagKey=plan', 403, 1003, 'This token is not for the app nowhere.'],
  ])(
    'answers errors of that call in the envelope (%s, %s, %s)',
    async (account, app, query, status, code, message) => {
      world = await startWorld({ plan: planFlag('plan') }, { standalone: true });
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
    world = await startWorld({ bad: '{' }, { standalone: true });
    const response = await world.get('/client/v4/accounts/default/flagship/apps/shop/evaluate?flagKey=bad');
    expect(response.status).toBe(422);
  });
});

describe('beside a control plane', () => {
  test('leaves health, metrics and the management paths to it', async () => {
    world = await startWorld({ a: onFlag('a') });
    for (const path of [
      '/healthz',
      '/readyz',
      '/metrics',
      '/client/v4/accounts/default/flagship/apps/shop/evaluate?flagKey=a',
    ]) {
      expect((await world.get(path)).status).toBe(404);
    }
  });
});

describe('receipts', () => {
  const applied = async (): Promise<number | null | undefined> =>
    (await world.cache.edges(appSpace(ACCOUNT, APP)))[0]?.appliedVersion;

  test('tell what was applied soon after each commit, and at start', async () => {
    world = await startWorld({ a: onFlag('a') });
    await until(async () => (await applied()) === 1);
    await world.commit({ a: null });
    await until(async () => (await applied()) === 2);
    const account = await world.cache.edges(accountSpace(ACCOUNT));
    expect(account).toMatchObject([{ edge: 'edge-1', appliedVersion: 1 }]);
  });

  test('end with the edge', async () => {
    world = await startWorld({ a: onFlag('a') });
    await until(async () => (await applied()) === 1);
    await world.edge.close();
    expect(await world.cache.edges(appSpace(ACCOUNT, APP))).toEqual([]);
  });
});

describe('the compiled form', () => {
  test('is given up for others, and made again when asked for', async () => {
    world = await startWorld({ a: onFlag('a') }, { limits: { compiledApps: 1 } });
    await world.cache.replace(appSpace(ACCOUNT, 'blog'), {
      version: 3,
      entries: new Map([['b', JSON.stringify(onFlag('b'))]]),
    });
    const ask = async (app: string, key: string): Promise<number> =>
      (
        await world.edge.app.request(`/apps/${app}/ofrep/v1/evaluate/flags/${key}`, {
          method: 'POST',
          headers: { authorization: 'Bearer every' },
        })
      ).status;
    for (let i = 0; i < 3; i += 1) {
      expect(await ask('shop', 'a')).toBe(200);
      expect(await ask('blog', 'b')).toBe(200);
    }
    await world.commit({ c: onFlag('c') });
    expect(await ask('shop', 'c')).toBe(200);
    const metrics = await world.edge.metrics();
    expect(metrics).toContain('halyard_edge_compiled_apps 1');
    expect(metrics).toContain('halyard_edge_compiled_misses_total 7');
  });

  test('of an app larger than all the room is kept all the same', async () => {
    world = await startWorld({ a: onFlag('a') }, { limits: { compiledBytes: 10 } });
    await world.evaluate('/a', {});
    await world.evaluate('/a', {});
    expect(await world.edge.metrics()).toContain('halyard_edge_compiled_misses_total 1');
  });

  test('is bounded by bytes', async () => {
    world = await startWorld({ a: onFlag('a') }, { limits: { compiledBytes: 10_000, prefetchApps: 0 } });
    for (let i = 0; i < 4; i += 1) {
      await world.accountCommit([{ key: appKey(`app-${i}`), value: `{"id":"app-${i}","name":"app-${i}"}` }]);
      await world.cache.replace(appSpace(ACCOUNT, `app-${i}`), {
        version: 0,
        entries: new Map([['f', JSON.stringify(onFlag('f', { description: 'x'.repeat(4_000) }))]]),
      });
      await world.edge.app.request(`/apps/app-${i}/ofrep/v1/evaluate/flags/f`, {
        method: 'POST',
        headers: { authorization: 'Bearer every' },
      });
    }
    expect(await world.edge.metrics()).toContain('halyard_edge_compiled_apps 2');
  });
});
