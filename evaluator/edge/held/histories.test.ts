import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accountSpace, appSpace, type FlagCache, newEpoch, type Snapshot } from '@halyard/caches';
import { createMemoryCache } from '@halyard/caches/memory';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createEdge, type Edge } from '../index.ts';
import { ACCOUNT, APP, fillCache, HISTORY, NOON, onFlag, revision } from '../testing/suites/world.ts';
import { silent, startWorld } from '../testing/world.ts';
import { openDisk } from './disk.ts';

const SPACE = appSpace(ACCOUNT, APP);
const log = { warn: () => undefined };

let directory: string;
const edges: Edge[] = [];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'halyard-histories-'));
});
afterEach(async () => {
  for (const edge of edges.splice(0)) await edge.close();
  await rm(directory, { recursive: true });
});

const started = async (cache: FlagCache, now = NOON): Promise<Edge> => {
  const edge = createEdge({
    cache,
    account: ACCOUNT,
    id: `edge-${edges.length}`,
    now: () => now,
    log: silent,
    disk: await openDisk(directory, { log }),
  });
  edges.push(edge);
  await edge.start();
  return edge;
};
const asked = async (edge: Edge) => {
  const response = await edge.app.request('/ofrep/v1/evaluate/flags/kill-switch', {
    method: 'POST',
    headers: { authorization: 'Bearer evaluate' },
  });
  // What the edge answers here is looked at by the test that reads it.
  const { value } = (await response.json()) as { readonly value?: unknown };
  const { headers } = response;
  return { value, version: headers.get('halyard-version'), stale: headers.get('halyard-stale') };
};
const thrown = onFlag('kill-switch', { default_variation: 'off' });

/** A cache as it was before the kill switch was thrown. */
const oldDump = async (): Promise<FlagCache> => {
  const cache = createMemoryCache({ now: () => NOON });
  await fillCache(cache, { 'kill-switch': onFlag('kill-switch') });
  return cache;
};
/** An edge that saw the switch thrown, and kept that on its disk. */
const sawItThrown = async (): Promise<void> => {
  const cache = await oldDump();
  const edge = await started(cache);
  expect((await asked(edge)).value).toBe(true);
  for (const version of [2, 3]) {
    const changes = [{ key: 'kill-switch', value: JSON.stringify(thrown) }];
    await cache.publish(SPACE, { version, changes, history: HISTORY });
  }
  expect(await asked(edge)).toEqual({ value: false, version: '3', stale: null });
  await edge.close();
};

describe('an edge that restarts beside a cache from an old dump', () => {
  test('keeps the kill switch thrown, and says that it is stale until the cache has caught up', async () => {
    await sawItThrown();
    const cache = await oldDump();
    const edge = await started(cache, NOON + 30_000);
    expect(await asked(edge)).toEqual({ value: false, version: '3', stale: '30' });
    for (const version of [2, 3, 4]) {
      const changes = [{ key: 'kill-switch', value: JSON.stringify(thrown) }];
      await cache.publish(SPACE, { version, changes, history: HISTORY });
    }
    expect(await asked(edge)).toEqual({ value: false, version: '4', stale: null });
  });

  test('takes the lower version of a newer epoch, as a restored backup has it', async () => {
    await sawItThrown();
    const cache = createMemoryCache({ now: () => NOON });
    const newer = { ...HISTORY, epoch: newEpoch(0, HISTORY.epoch) };
    await fillCache(cache, { 'kill-switch': onFlag('kill-switch') }, ACCOUNT, newer);
    expect(await asked(await started(cache))).toEqual({ value: true, version: '1', stale: null });
  });

  test('keeps its tokens and apps too', async () => {
    await sawItThrown();
    const cache = await oldDump();
    const kept = (await cache.load(accountSpace(ACCOUNT))) as Snapshot;
    const lost = createMemoryCache({ now: () => NOON });
    await lost.replace(accountSpace(ACCOUNT), { ...kept, version: 0, entries: new Map() });
    await lost.replace(SPACE, (await cache.load(SPACE)) as Snapshot);
    expect((await asked(await started(lost))).value).toBe(false);
  });

  test('reads the file and the cache of a release before histories, which the highest version decides', async () => {
    const disk = await openDisk(directory, { log });
    const cache = await oldDump();
    for (const space of [accountSpace(ACCOUNT), SPACE]) {
      const { history: _, ...loaded } = (await cache.load(space)) as Snapshot;
      const entries = space === SPACE ? new Map([['kill-switch', JSON.stringify(thrown)]]) : loaded.entries;
      await disk.save(space, { ...loaded, version: 3, entries }, NOON);
    }
    const before = createMemoryCache({ now: () => NOON });
    for (const space of [accountSpace(ACCOUNT), SPACE]) {
      const { history: _, ...loaded } = (await cache.load(space)) as Snapshot;
      await before.replace(space, loaded);
    }
    expect(await asked(await started(before))).toEqual({ value: false, version: '3', stale: '0' });
    // A head that says its history is newer than one that says none.
    const edge = await started(cache);
    expect(await asked(edge)).toEqual({ value: true, version: '1', stale: null });
  });
});

describe('after a restored backup, the same number with another content', () => {
  test('is never answered with 304, nor is a stream resumed on it', async () => {
    const world = await startWorld({ a: onFlag('a') });
    edges.push(world.edge);
    await world.commit({ a: onFlag('a', { description: 'undone' }) });
    const etags = {
      config: (await world.get('/apps/shop/config')).headers.get('etag') ?? '',
      bulk: (await world.evaluate('', {})).headers.get('etag') ?? '',
    };
    expect(etags.config).toBe(`"${revision(2)}"`);
    expect((await world.get('/apps/shop/config', { 'if-none-match': etags.config })).status).toBe(304);
    const newer = { ...HISTORY, epoch: newEpoch(0, HISTORY.epoch) };
    const entries = new Map([['a', JSON.stringify(onFlag('a', { default_variation: 'off' }))]]);
    await world.cache.replace(SPACE, { version: 2, history: newer, entries });
    expect((await world.get('/apps/shop/config', { 'if-none-match': etags.config })).status).toBe(200);
    expect((await world.evaluate('', {}, { 'if-none-match': etags.bulk })).status).toBe(200);
    const stream = await world.get('/apps/shop/stream', { 'last-event-id': revision(2) });
    const { value } = (await stream.body?.getReader().read()) ?? {};
    expect(new TextDecoder().decode(value)).toContain(`event: snapshot\nid: ${newer.epoch}.2\n`);
  });

  test('a page told of a version by one edge is not answered the same number of before by another', async () => {
    const world = await startWorld({ a: onFlag('a') }, { limits: { catchUpMs: 10 } });
    edges.push(world.edge);
    await world.commit({});
    const newer = newEpoch(0, HISTORY.epoch);
    const told = (epoch: string) => world.evaluate(`?flagConfigEtag=${epoch}.2`, {});
    expect((await told(HISTORY.epoch)).status).toBe(200);
    expect((await told(newer)).status).toBe(503);
  });
});
