import { accountSpace, appKey, appSpace } from '@halyard/caches';
import { afterEach, describe, expect, test } from 'vitest';
import { ACCOUNT, APP, onFlag, planFlag } from '../testing/suites/world.ts';
import { type ProcessWorld, startWorld } from '../testing/world.ts';

let world: ProcessWorld;
afterEach(() => world.edge.close());

const until = async (condition: () => Promise<boolean>): Promise<void> => {
  const deadline = performance.now() + 10_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error('Waited 10 s in vain.');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

describe('a standalone edge', () => {
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
    expect(text).toContain('halyard_edge_evaluation_seconds_count{asked="one"} 2');
    expect(text).toContain('halyard_edge_evaluation_seconds_count{asked="all"} 1');
    expect(text).toContain('halyard_edge_config_version{app="shop"} 1');
    expect(text).toContain('halyard_edge_compiled_misses_total 1');
    expect(text).toContain('halyard_edge_compiled_hits_total 2');
  });

  test('hides metrics from tokens below read', async () => {
    world = await startWorld({}, { standalone: true });
    expect((await world.get('/metrics')).status).toBe(403);
    expect((await world.get('/metrics', { authorization: '' })).status).toBe(401);
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
        await world.request(`/apps/${app}/ofrep/v1/evaluate/flags/${key}`, {
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
      await world.request(`/apps/app-${i}/ofrep/v1/evaluate/flags/f`, {
        method: 'POST',
        headers: { authorization: 'Bearer every' },
      });
    }
    expect(await world.edge.metrics()).toContain('halyard_edge_compiled_apps 2');
  });
});
