import { appKey } from '@halyard/caches';
import { createMemoryCache } from '@halyard/caches/memory';
import { afterEach, describe, expect, test } from 'vitest';
import { createEdge, type Grant } from '../index.ts';
import { ACCOUNT, NOON, onFlag } from '../testing/suites/world.ts';
import { cuttable, type ProcessWorld, silent, startWorld } from '../testing/world.ts';

let world: ProcessWorld;
afterEach(() => world.edge.close());

const adminGrant: Grant = {
  account: ACCOUNT,
  token_id: 't-admin',
  name: 'admin',
  permission: 'admin',
  app_ids: null,
  allowed_origins: null,
  expires_at: null,
};

describe('a token that only the control plane knows', () => {
  test('is asked for, and never remembered', async () => {
    const known = new Set(['admin']);
    let asked = 0;
    world = await startWorld(
      { flag: onFlag('flag') },
      {
        authenticate: async (secret) => {
          asked += 1;
          return known.has(secret) ? adminGrant : null;
        },
      },
    );
    const headers = { authorization: 'Bearer admin' };
    const evaluate = (): Promise<Response> | Response =>
      world.request('/apps/shop/ofrep/v1/evaluate/flags/flag', { method: 'POST', headers });
    expect((await evaluate()).status).toBe(200);
    expect((await world.get('/apps/shop/config', headers)).status).toBe(200);
    expect(asked).toBe(2);
    known.clear();
    expect((await evaluate()).status).toBe(401);
    expect((await world.evaluate('/flag', {})).status).toBe(200);
    expect(asked).toBe(3);
  });

  test('is not counted as a guess once it has expired, and told so', async () => {
    world = await startWorld({ flag: onFlag('flag') }, { authenticate: async () => 'expired' });
    for (let n = 0; n < 60; n += 1) {
      const response = await world.evaluate('/flag', {}, { authorization: 'Bearer yesterday' });
      expect(response.status).toBe(401);
      expect(await response.json()).toMatchObject({ errorDetails: 'This token has expired.' });
    }
    expect(await world.edge.metrics()).toContain('halyard_edge_failed_attempts_total 0');
  });

  test('is 503 when it cannot be asked for', async () => {
    world = await startWorld(
      { flag: onFlag('flag') },
      { authenticate: () => Promise.reject(new Error('database is down')) },
    );
    expect((await world.evaluate('/flag', {}, { authorization: 'Bearer admin' })).status).toBe(503);
    expect((await world.evaluate('/flag', {})).status).toBe(200);
  });

  test('of another account is forbidden', async () => {
    world = await startWorld(
      { flag: onFlag('flag') },
      { authenticate: async () => ({ ...adminGrant, account: 'another' }) },
    );
    expect((await world.evaluate('/flag', {}, { authorization: 'Bearer admin' })).status).toBe(403);
  });
});

describe('an edge that has nothing yet', () => {
  test('answers 503, never that a token is unknown', async () => {
    world = await startWorld({ flag: onFlag('flag') });
    const cache = createMemoryCache({ now: () => NOON });
    const edge = createEdge({
      cache,
      account: ACCOUNT,
      id: 'empty',
      now: () => NOON,
      log: silent,
      limits: { loadMs: 10 },
    });
    void edge.start();
    const response = await edge.app.request('/ofrep/v1/evaluate/flags/flag', {
      method: 'POST',
      headers: { authorization: 'Bearer evaluate' },
    });
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('1');
    expect(edge.ready()).toBe(false);
    await edge.close();
  });

  test('of an app answers 503, never that the app does not exist', async () => {
    world = await startWorld({ flag: onFlag('flag') }, { limits: { loadMs: 10 } });
    const response = await world.get('/apps/blog/config', { authorization: 'Bearer every' });
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({
      errorCode: 'GENERAL',
      errorDetails: 'The app blog cannot be loaded now: the flag cache does not have it.',
    });
    await world.cache.replace('app/default/blog', { version: 0, entries: new Map() });
    expect((await world.get('/apps/blog/config', { authorization: 'Bearer every' })).status).toBe(200);
  });

  test('of an app waits a moment for a configuration that is on its way', async () => {
    world = await startWorld({ flag: onFlag('flag') });
    const waiting = world.get('/apps/blog/config', { authorization: 'Bearer every' });
    await new Promise((resolve) => setTimeout(resolve, 5));
    await world.cache.replace('app/default/blog', { version: 0, entries: new Map() });
    expect((await waiting).status).toBe(200);
  });

  test('of an app created just now waits a moment for its name', async () => {
    world = await startWorld({ flag: onFlag('flag') });
    const waiting = world.get('/apps/fresh/config', { authorization: 'Bearer every' });
    await world.cache.replace('app/default/fresh', { version: 0, entries: new Map() });
    await world.accountCommit([{ key: appKey('fresh'), value: '{"id":"fresh","name":"fresh"}' }]);
    expect((await waiting).status).toBe(200);
  });

  test('is cut off before its first word and says so', async () => {
    world = await startWorld({ flag: onFlag('flag') });
    const cache = cuttable(createMemoryCache({ now: () => NOON }));
    cache.cut();
    const edge = createEdge({
      cache,
      account: ACCOUNT,
      id: 'cut',
      now: () => NOON,
      log: silent,
      standalone: true,
    });
    void edge.start();
    const response = await edge.app.request('/readyz');
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ status: 'not ready', cache: 'cut off' });
    await edge.close();
  });
});
