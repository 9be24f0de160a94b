import { accountSpace, appSpace, CacheUnavailable, type Position } from '@halyard/caches';
import { afterAll, beforeEach, expect, test, vi } from 'vitest';
import { ACCOUNT, FLAG, flagship, type Ground, onNode, openGround } from '../testing/scenario.ts';

let ground: Ground;
const opened: Ground[] = [];
beforeEach(async () => {
  ground = await openGround();
  opened.push(ground);
});
afterAll(async () => {
  for (const each of opened) await each.close();
});

const applied = (edge: string, version: number) =>
  ground.cache.beat(edge, new Map([[appSpace(ACCOUNT, 'shop'), { version }]]));
const propagation = async () => (await ground.ask('GET', '/apps/shop/propagation')).json.result;

onNode('tells what each live edge has, and how long it took by our clock', async () => {
  expect(await propagation()).toEqual({ version: 0, edges: [] });
  await applied('edge-a', 0);
  await propagation();
  await ground.ask('POST', '/apps/shop/flags', { body: FLAG });
  ground.clock.ms += 40;
  await applied('edge-a', 1);
  await ground.cache.beat('edge-idle', new Map());
  expect(await propagation()).toEqual({
    version: 1,
    edges: [
      { id: 'edge-a', applied_version: 1, lag_ms: 40, last_seen: '2026-11-24T09:00:00.040Z' },
      { id: 'edge-idle', applied_version: null, lag_ms: 0, last_seen: '2026-11-24T09:00:00.040Z' },
    ],
  });
  await ground.ask('PATCH', '/apps/shop/flags/new-checkout', { body: { enabled: false } });
  ground.clock.ms += 900;
  expect((await propagation()).edges[0]).toMatchObject({ applied_version: 1, lag_ms: 900 });
  await applied('edge-a', 2);
  expect((await propagation()).edges[0]).toMatchObject({ applied_version: 2, lag_ms: 900 });
  expect((await ground.ask('GET', '/apps/nowhere/propagation')).status).toBe(404);
});

onNode(
  'an edge that starts a quarter of an hour after a commit did not take a quarter of an hour to get it',
  async () => {
    await ground.ask('POST', '/apps/shop/flags', { body: FLAG });
    ground.clock.ms += 926_633;
    await applied('started-later', 1);
    expect((await propagation()).edges).toMatchObject([
      { id: 'started-later', applied_version: 1, lag_ms: 0 },
    ]);
  },
);

onNode('an edge that is cut off is not counted as gone: it may still serve what it had', async () => {
  await ground.ask('POST', '/apps/shop/flags', { body: FLAG });
  await applied('cut-off', 1);
  await applied('edge-a', 1);
  await ground.cache.beat('never-had-it', new Map());
  ground.clock.ms += 15_000;
  await applied('edge-a', 1);
  const { edges, silent_edges } = await propagation();
  expect(edges.map(({ id }: { id: string }) => id)).toEqual(['edge-a']);
  expect(silent_edges).toEqual([
    { id: 'cut-off', applied_version: 1, last_seen: '2026-11-24T09:00:00.000Z' },
  ]);
});

onNode('a silent edge stays for a day, unless it signs off or somebody dismisses it', async () => {
  const silent = async () => ((await propagation()).silent_edges ?? []).map(({ id }: { id: string }) => id);
  await ground.ask('POST', '/apps/shop/flags', { body: FLAG });
  for (const edge of ['stopped', 'cut-off', 'dismissed']) await applied(edge, 1);
  await ground.cache.leave('stopped');
  ground.clock.ms += 23 * 3_600_000;
  expect(await silent()).toEqual(['cut-off', 'dismissed']);
  const dismiss = (edge: string) => ground.ask('DELETE', `/apps/shop/propagation/edges/${edge}`);
  expect((await dismiss('dismissed')).json.result).toEqual({ id: 'dismissed' });
  expect(await silent()).toEqual(['cut-off']);
  const again = await dismiss('dismissed');
  expect([again.status, again.json.errors[0].message]).toEqual([
    404,
    'There is no silent edge "dismissed" of this app.',
  ]);
  ground.clock.ms += 3_600_000;
  expect(await silent()).toEqual([]);
});

onNode('who dismissed a silent edge, and why, stands in the account’s log', async () => {
  await ground.ask('POST', '/apps/shop/flags', { body: FLAG });
  await applied('cut-off', 1);
  ground.clock.ms += 15_000;
  const dismiss = () =>
    ground.ask('DELETE', '/apps/shop/propagation/edges/cut-off', {
      headers: { 'x-halyard-comment': 'The machine is gone', 'idempotency-key': 'once' },
    });
  expect((await dismiss()).status).toBe(200);
  expect((await dismiss()).json.result).toEqual({ id: 'cut-off' });
  const reader = (await ground.mint({ permission: 'read' })).secret;
  const log = await ground.ask('GET', flagship('/log?event=edge_dismissed'), { token: reader });
  expect(log.json.result).toMatchObject([
    {
      actor: { name: 'ada' },
      comment: 'The machine is gone',
      detail: { app: 'shop', edge: 'cut-off', applied_version: 1 },
    },
  ]);
  expect((await ground.ask('DELETE', '/apps/shop/propagation/edges/cut-off')).status).toBe(404);
  expect((await ground.ask('GET', flagship('/log?event=edge_dismissed'))).json.result).toHaveLength(1);
});

onNode('Prefer: wait answers when every live edge has the change', async () => {
  await applied('edge-a', 0);
  await ground.cache.beat('edge-idle', new Map());
  let answered = false;
  const asked = ground
    .ask('POST', '/apps/shop/flags', { body: FLAG, headers: { prefer: 'respond-async, wait=10' } })
    .finally(() => {
      answered = true;
    });
  await vi.waitFor(async () => expect(await ground.changelog()).toHaveLength(1), { timeout: 10_000 });
  expect(answered).toBe(false);
  await applied('edge-a', 1);
  const { status, json, headers } = await asked;
  expect(status).toBe(201);
  expect(headers.get('preference-applied')).toBe('wait=10');
  expect(json.result_info.propagation).toMatchObject({
    version: 1,
    complete: true,
    edges: [{ id: 'edge-a', applied_version: 1 }, { id: 'edge-idle' }],
  });
});

onNode('Prefer: wait gives up after its seconds and says so', async () => {
  await applied('edge-a', 0);
  const { json } = await ground.ask('POST', '/apps/shop/flags', {
    body: FLAG,
    headers: { prefer: 'wait=0' },
  });
  expect(json.result_info.propagation).toMatchObject({
    version: 1,
    complete: false,
    edges: [{ id: 'edge-a', applied_version: 0 }],
  });
});

onNode('the metrics tell how long commits took to each edge, from the second receipt on', async () => {
  const told = async () =>
    (await ground.ask('GET', '/metrics')).text
      .split('\n')
      .filter((line) => /^halyard_propagation_seconds_(count|sum)/.test(line));
  await ground.ask('POST', '/apps/shop/flags', { body: FLAG });
  await applied('edge-a', 1);
  expect(await told()).toEqual(['halyard_propagation_seconds_sum 0', 'halyard_propagation_seconds_count 0']);
  await ground.ask('PATCH', '/apps/shop/flags/new-checkout', { body: { enabled: false } });
  ground.clock.ms += 200;
  await ground.ask('PATCH', '/apps/shop/flags/new-checkout', { body: { enabled: true } });
  ground.clock.ms += 300;
  await applied('edge-a', 3);
  expect(await told()).toEqual([
    'halyard_propagation_seconds_sum 0.8',
    'halyard_propagation_seconds_count 2',
  ]);
});

onNode('an answered write has settled on this process’s own edge first', async () => {
  const settled: unknown[] = [];
  const own = await openGround({
    settled: async (place, version) => {
      settled.push([place, version]);
    },
  });
  opened.push(own);
  await own.ask('POST', '/apps/shop/flags', { body: FLAG });
  const { json } = await own.ask('POST', '/apps', { body: { name: 'another' } });
  expect(json.success).toBe(true);
  expect(settled[0]).toEqual([{ account: ACCOUNT, app: 'shop' }, 1]);
  expect(settled[1]).toEqual([{ account: ACCOUNT, app: null }, expect.any(Number)]);
});

/** Reads events until one satisfies, for as long as a slow machine may take. */
const follow = async (headers: Record<string, string> = {}) => {
  const response = await ground.request(
    `http://halyard.test/client/v4/accounts/${ACCOUNT}/flagship/apps/shop/events`,
    { headers: { authorization: `Bearer ${ground.admin}`, ...headers } },
  );
  expect(response.headers.get('content-type')).toBe('text/event-stream; charset=UTF-8');
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  let id = '';
  return {
    /** Of the newest event. */
    id: () => id,
    async until(satisfies: (event: Record<string, unknown>) => boolean): Promise<Record<string, unknown>> {
      for (;;) {
        const end = text.indexOf('\n\n');
        if (end === -1) {
          const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
          if (done) return { ended: true };
          text += value;
          continue;
        }
        const lines = text.slice(0, end).split('\n');
        text = text.slice(end + 2);
        id = lines.find((line) => line.startsWith('id: '))?.slice(4) ?? id;
        const data = lines.find((line) => line.startsWith('data: '));
        if (data === undefined) continue;
        const event: Record<string, unknown> = JSON.parse(data.slice(6));
        if (satisfies(event)) return event;
      }
    },
    cancel: () => reader?.cancel(),
  };
};

onNode('the event stream tells commits, who made them, and how far they came', async () => {
  const stream = await follow();
  await ground.ask('POST', '/apps/shop/flags', { body: FLAG, headers: { 'x-halyard-comment': 'why' } });
  expect(await stream.until(({ type }) => type === 'commit')).toMatchObject({
    version: 1,
    actor: { name: 'ada' },
    keys: ['new-checkout'],
    comment: 'why',
  });
  await applied('edge-a', 1);
  const told = await stream.until(
    ({ type, edges }) => type === 'propagation' && Array.isArray(edges) && edges.length > 0,
  );
  expect(told).toMatchObject({ edges: [{ id: 'edge-a', applied_version: 1 }] });
  await stream.cancel();
});

test('the event stream resumes after Last-Event-ID', async () => {
  const before = await follow();
  await ground.ask('POST', '/apps/shop/flags', { body: FLAG });
  expect(await before.until(({ type }) => type === 'commit')).toMatchObject({ version: 1 });
  const seen = before.id();
  await before.cancel();
  await ground.ask('DELETE', '/apps/shop/flags/new-checkout');
  const stream = await follow({ 'last-event-id': seen });
  expect(await stream.until(({ type }) => type === 'commit')).toMatchObject({ version: 2 });
  await stream.cancel();
});

test('a bare number names no history: who comes back with one reloads', async () => {
  await ground.ask('POST', '/apps/shop/flags', { body: FLAG });
  const stream = await follow({ 'last-event-id': '1' });
  expect(await stream.until(() => true)).toEqual({ type: 'reload', version: 1 });
  await stream.cancel();
});

test('the event stream tells a commit to who follows it', async () => {
  const stream = await follow();
  await ground.ask('POST', '/apps/shop/flags', { body: FLAG });
  expect(await stream.until(({ type }) => type === 'commit')).toMatchObject({ version: 1 });
  await stream.cancel();
});

test('the event stream ends with the app', async () => {
  const stream = await follow();
  await ground.ask('DELETE', '/apps/shop');
  expect(await stream.until(({ ended }) => ended === true)).toEqual({ ended: true });
});

onNode('the event stream ends with the process', async () => {
  const other = await openGround();
  opened.push(other);
  ground = other;
  const second = await follow();
  await other.controlPlane.close();
  expect(await second.until(({ ended }) => ended === true)).toEqual({ ended: true });
});

onNode(
  'a cache that is away: the write is told as stored, the question is 503, and listening heals',
  async () => {
    let away = true;
    let subscriptions = 0;
    const { cache } = ground;
    const refuse = () => Promise.reject(new CacheUnavailable('the cache is away'));
    const flaky = {
      ...cache,
      edges: (space: string) => (away ? refuse() : cache.edges(space)),
      watchEdges: (...given: Parameters<typeof cache.watchEdges>) => {
        if (away) return refuse();
        subscriptions++;
        return cache.watchEdges(...given);
      },
    };
    const own = await openGround({ cache: flaky });
    opened.push(own);
    const written = await own.ask('POST', '/apps/shop/flags', { body: FLAG, headers: { prefer: 'wait=5' } });
    expect(written.status).toBe(201);
    expect(written.json.result_info.propagation).toEqual({ version: 1, complete: false, edges: [] });
    expect(written.json.messages[0].message).toContain('cannot be asked');
    const asked = await own.ask('GET', '/apps/shop/propagation');
    expect([asked.status, asked.headers.get('retry-after')]).toEqual([503, '1']);
    ground = own;
    const stream = await follow();
    away = false;
    await vi.waitFor(() => expect(subscriptions).toBe(1), { timeout: 10_000 });
    await stream.cancel();
  },
);

onNode('where edges do not report, a wait ends at once and says why', async () => {
  const own = await openGround({ cache: { ...ground.cache, receipts: false } });
  opened.push(own);
  const { json } = await own.ask('POST', '/apps/shop/flags', { body: FLAG, headers: { prefer: 'wait=60' } });
  expect(json.result_info.propagation).toEqual({ version: 1, complete: false, edges: [] });
  expect(json.messages).toEqual([
    { message: 'The change is stored; how far it has come is not known, because edges do not report here.' },
  ]);
});

onNode('where edges do not report, propagation says what the flag cache has instead', async () => {
  const heads: (Position | null)[] = [null];
  const own = await openGround({
    cache: { ...ground.cache, receipts: false, head: async () => heads.shift() ?? null },
  });
  opened.push(own);
  const standing = await own.stores.app(ACCOUNT, 'shop').outbox.standing();
  heads.push(standing);
  const asked = async () => (await own.ask('GET', '/apps/shop/propagation')).json.result;
  expect(await asked()).toEqual({ version: 0, edges: [], published_version: null });
  expect(await asked()).toEqual({ version: 0, edges: [], published_version: 0 });
});

onNode('an edge that still serves what a restored backup undid is not called up to date', async () => {
  await ground.ask('POST', '/apps/shop/flags', { body: FLAG });
  const outbox = ground.stores.app(ACCOUNT, 'shop').outbox;
  const before = (await outbox.standing())?.history;
  if (before === undefined) throw new Error('There is no app shop.');
  const space = appSpace(ACCOUNT, 'shop');
  await ground.cache.beat('edge-a', new Map([[space, { version: 9, history: before }]]));
  await outbox.beginEpoch(before.epoch, before.epoch);
  const applied = async () => (await propagation()).edges[0].applied_version;
  expect(await applied()).toBe(0);
  const history = (await outbox.standing())?.history;
  await ground.cache.beat('edge-a', new Map([[space, { version: 1, ...(history && { history }) }]]));
  expect(await applied()).toBe(1);
});

onNode('where the cache is another database’s, propagation and readiness say so in a sentence', async () => {
  const history = { identity: 'another', epoch: '1-0' };
  for (const space of [appSpace(ACCOUNT, 'shop'), accountSpace(ACCOUNT)]) {
    await ground.cache.replace(space, { version: 9, history, entries: new Map() });
  }
  expect((await propagation()).refusal).toContain(
    'in the flag cache belongs to another database (another), at version 9;',
  );
  const ready = await ground.ask('GET', '/readyz', { token: null });
  expect([ready.status, ready.json.replication]).toEqual([
    200,
    expect.stringContaining('run "halyard adopt-cache"; on Workers, set HALYARD_ADOPT_CACHE to another.'),
  ]);
});
