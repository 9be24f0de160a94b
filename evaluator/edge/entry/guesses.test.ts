import { type OtherTokenEntry, otherTokenKey } from '@halyard/caches';
import { createMemoryCache } from '@halyard/caches/memory';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createEdge, type Edge, type Log } from '../index.ts';
import { ACCOUNT, bulkOf, fillCache, NOON, onFlag, sha256 } from '../testing/suites/world.ts';
import { cuttable, type ProcessWorld, silent, startWorld } from '../testing/world.ts';

let world: ProcessWorld | null = null;
const edges: Edge[] = [];
afterEach(async () => {
  await world?.edge.close();
  world = null;
  for (const edge of edges.splice(0)) await edge.close();
});

const OFREP = '/ofrep/v1/evaluate/flags';
const as = (secret: string, more: Readonly<Record<string, string>> = {}) => ({
  method: 'POST',
  headers: { authorization: `Bearer ${secret}`, ...more },
});

const other = async (secret: string, entry: Partial<OtherTokenEntry> = {}) => ({
  key: otherTokenKey(`t-${secret}`),
  value: JSON.stringify({
    id: `t-${secret}`,
    permission: 'read',
    hash_start: (await sha256(secret)).slice(0, 4),
    ...entry,
  }),
});

describe('a starting edge', () => {
  test('never calls a good token unknown because its tokens arrive while it is looked up', async () => {
    const cache = createMemoryCache({ now: () => NOON });
    const edge = createEdge({
      cache,
      account: ACCOUNT,
      id: 'starting',
      now: () => NOON,
      log: silent,
      // Who is asked knows one token of many, and the account is loaded meanwhile.
      authenticate: async () => {
        await fillCache(cache, { flag: onFlag('flag') });
        return undefined;
      },
    });
    edges.push(edge);
    void edge.start();
    expect((await edge.app.request(`${OFREP}/flag`, as('evaluate'))).status).toBe(200);
  });

  test('says 503 for what it does not know before it has its tokens, never 401', async () => {
    const cache = createMemoryCache({ now: () => NOON });
    const edge = createEdge({
      cache,
      account: ACCOUNT,
      id: 'starting',
      now: () => NOON,
      log: silent,
      authenticate: async () => undefined,
    });
    edges.push(edge);
    void edge.start();
    const early = await edge.app.request(`${OFREP}/flag`, as('evaluate'));
    expect([early.status, early.headers.get('retry-after')]).toEqual([503, '1']);
    await fillCache(cache, { flag: onFlag('flag') });
    expect((await edge.app.request(`${OFREP}/flag`, as('evaluate'))).status).toBe(200);
    expect((await edge.app.request(`${OFREP}/flag`, as('stranger'))).status).toBe(401);
  });

  test('that is cut off says 503 for a token that it may not have heard of', async () => {
    const cache = cuttable(createMemoryCache({ now: () => NOON }));
    world = await startWorld({ flag: onFlag('flag') }, { cache });
    expect((await world.evaluate('/flag', {}, { authorization: 'Bearer new' })).status).toBe(401);
    cache.cut();
    const unsure = await world.evaluate('/flag', {}, { authorization: 'Bearer new' });
    expect(unsure.status).toBe(503);
    expect(await unsure.json()).toMatchObject({
      errorDetails: 'This token cannot be checked now: this edge is cut off from the flag cache.',
    });
    expect((await world.evaluate('/flag', {})).status).toBe(200);
    await cache.heal();
    expect((await world.evaluate('/flag', {}, { authorization: 'Bearer new' })).status).toBe(401);
  });
});

describe('a token that edges do not accept', () => {
  test('is told what it is, not that it is unknown', async () => {
    world = await startWorld({ flag: onFlag('flag') });
    await world.accountCommit([
      await other('reader'),
      await other('short', { expires_at: '2026-05-04T12:00:01Z' }),
    ]);
    for (const secret of ['reader', 'short']) {
      const response = await world.request(`${OFREP}/flag`, as(secret));
      expect(response.status).toBe(403);
      expect(await response.json()).toMatchObject({
        errorDetails: 'This edge accepts evaluate and config tokens.',
      });
    }
    world.time += 1_000;
    expect((await world.request(`${OFREP}/flag`, as('short'))).status).toBe(401);
    await world.accountCommit([{ key: otherTokenKey('t-reader'), value: null }]);
    expect((await world.request(`${OFREP}/flag`, as('reader'))).status).toBe(401);
  });

  test('of an entry that cannot be understood is unknown', async () => {
    world = await startWorld({ flag: onFlag('flag') });
    for (const value of ['{', '5', '{"id":"x"}', '{"hash_start":7}', '{"hash_start":"","expires_at":"x"}']) {
      await world.accountCommit([{ key: otherTokenKey('t-odd'), value }]);
      expect((await world.request(`${OFREP}/flag`, as('odd'))).status).toBe(401);
    }
  });
});

describe('guessing', () => {
  const logged = () => {
    const lines: string[] = [];
    const at = (level: string) => (fields: object, message: string) =>
      lines.push(`${level} ${JSON.stringify(fields)} ${message}`);
    const log: Log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
    return { log, lines };
  };

  test('at tokens and tickets is counted by address, limited and logged; a good token is held up by nobody', async () => {
    const { log, lines } = logged();
    world = await startWorld({ flag: onFlag('flag') }, { log, trustProxy: true });
    const { request, time } = world;
    const from = (address: string) => ({ 'x-forwarded-for': `1.1.1.1, ${address}` });
    const guess = async (n: number, address = '203.0.113.7') =>
      n % 2 === 0
        ? request(`${OFREP}/flag`, as(`guess-${n}`, from(address)))
        : request(`/apps/shop/ofrep/v1/stream?ticket=guess-${n}`, { headers: from(address) });
    for (let n = 0; n < 50; n += 1) expect((await guess(n)).status).toBe(401);
    for (let n = 50; n < 54; n += 1) {
      const limited = await guess(n);
      expect(limited.status).toBe(429);
      expect(limited.headers.get('retry-after')).toBe('1');
      expect(await limited.json()).toMatchObject({
        errorDetails: 'Too many failed attempts from this address; try again in 1 s.',
      });
    }
    expect((await request(`${OFREP}/flag`, as('evaluate', from('203.0.113.7')))).status).toBe(200);
    expect((await guess(60, '203.0.113.8')).status).toBe(401);
    world.time = time + 1_000;
    expect((await guess(61)).status).toBe(401);
    const metrics = await world.edge.metrics();
    expect(metrics).toContain('halyard_edge_failed_attempts_total 56');
    expect(metrics).toContain('halyard_edge_limited_attempts_total 4');
    expect(lines.filter((line) => line.startsWith('info')).length).toBe(52);
    expect(lines.filter((line) => line.startsWith('warn'))).toEqual([
      'warn {"address":"203.0.113.7"} Failed attempts from this address are answered 429 from now on.',
    ]);
    expect(lines.join()).not.toContain('guess-');
  });

  test('by the Flagship call is answered with its code', async () => {
    world = await startWorld({ flag: onFlag('flag') }, { standalone: true });
    const path = '/client/v4/accounts/default/flagship/apps/shop/evaluate?flagKey=flag';
    const ask = () => world?.get(path, { authorization: 'Bearer stranger' });
    for (let n = 0; n < 50; n += 1) await ask();
    const limited = await ask();
    expect(limited?.status).toBe(429);
    expect(await limited?.json()).toMatchObject({ errors: [{ code: 1013 }] });
  });
});

describe('the last use of a token', () => {
  test('at an edge is told with its receipts, about once a minute', async () => {
    vi.useFakeTimers();
    try {
      world = await startWorld({ flag: onFlag('flag') });
      const told: string[] = [];
      await world.cache.watchUses(ACCOUNT, (tokens) => told.push([...tokens].sort().join()));
      const use = async (secret: string) => {
        await world?.evaluate('/flag', {}, { authorization: `Bearer ${secret}` });
        await world?.evaluate('/flag', {}, { authorization: `Bearer ${secret}` });
      };
      await use('evaluate');
      await use('config');
      await use('stranger');
      await vi.advanceTimersByTimeAsync(5_000);
      expect(told).toEqual(['t-config,t-evaluate']);
      world.time += 59_999;
      await use('evaluate');
      await vi.advanceTimersByTimeAsync(5_000);
      expect(told.length).toBe(1);
      world.time += 1;
      await use('evaluate');
      await vi.advanceTimersByTimeAsync(5_000);
      expect(told.slice(1)).toEqual(['t-evaluate']);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('a stream', () => {
  const fill = (secrets: readonly string[]) => Promise.all(secrets.map((secret) => other(secret)));
  const ended = async (response: Response): Promise<boolean> => {
    const reader = response.body?.getReader();
    for (;;) if ((await reader?.read())?.done !== false) return true;
  };

  test('ends with a token that only the control plane knows, though that was not asked again', async () => {
    const grant = (secret: string) => ({
      account: ACCOUNT,
      token_id: `t-${secret}`,
      name: secret,
      permission: 'read' as const,
      app_ids: null,
      allowed_origins: null,
      expires_at: null,
    });
    world = await startWorld({ flag: onFlag('flag') }, { authenticate: async (secret) => grant(secret) });
    await world.accountCommit(await fill(['reader', 'admin']));
    const headers = { authorization: 'Bearer reader' };
    const bulk = await bulkOf(await world.request(`/apps/shop${OFREP}`, { method: 'POST', headers }));
    const notices = await world.request(bulk.eventStreams[0]?.endpoint.requestUri ?? '');
    const configuration = await world.get('/apps/shop/stream', headers);
    expect([notices.status, configuration.status]).toEqual([200, 200]);
    await world.accountCommit([{ key: otherTokenKey('t-reader'), value: null }]);
    expect(await ended(notices)).toBe(true);
    expect(await ended(configuration)).toBe(true);
    const again = await world.request(bulk.eventStreams[0]?.endpoint.requestUri ?? '');
    expect(again.status).toBe(401);
  });

  test('ends in the moment its token expires, not with a heartbeat', async () => {
    world = await startWorld({ flag: onFlag('flag') }, { limits: { heartbeatMs: 600_000 } });
    const { time } = world;
    await world.mint('short', {
      id: 't-short',
      name: 'short',
      permission: 'config',
      app_ids: ['shop'],
      expires_at: new Date(time + 60).toISOString(),
    });
    const headers = { authorization: 'Bearer short' };
    const bulk = await bulkOf(await world.request(OFREP, { method: 'POST', headers }));
    const notices = await world.request(bulk.eventStreams[0]?.endpoint.requestUri ?? '');
    const configuration = await world.get('/stream', headers);
    world.time = time + 60;
    expect(await ended(notices)).toBe(true);
    expect(await ended(configuration)).toBe(true);
  });

  test('takes no room from others: there is a bound for a token and one for all', async () => {
    world = await startWorld({ flag: onFlag('flag') }, { limits: { streams: 3, streamsPerToken: 2 } });
    const { request, get } = world;
    const bulk = await bulkOf(await world.evaluate('', {}));
    const notices = bulk.eventStreams[0]?.endpoint.requestUri ?? '';
    const open = await Promise.all([request(notices), request(notices)]);
    const third = await request(notices);
    expect(third.status).toBe(503);
    expect(third.headers.get('retry-after')).toBe('10');
    expect(await third.json()).toEqual({
      errorCode: 'GENERAL',
      errorDetails: 'This edge has as many open streams as it takes; poll, and try again later.',
    });
    open.push(await get('/stream'));
    expect(open.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect((await get('/apps/shop/stream', { authorization: 'Bearer every' })).status).toBe(503);
    expect(await world.edge.metrics()).toContain('halyard_edge_stream_refused_total 2');
    for (const response of open) await response.body?.cancel();
    const after = await request(notices);
    expect(after.status).toBe(200);
    await after.body?.cancel();
  });
});
