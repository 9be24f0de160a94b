import { gzipSync } from 'node:zlib';
import { filedReportIn, type Subscription } from '@halyard/caches';
import { createMemoryCache } from '@halyard/caches/memory';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ACCOUNT, NOON, onFlag, planFlag } from '../testing/suites/world.ts';
import { type ProcessWorld, startWorld } from '../testing/world.ts';

const report = (more: object = {}): Record<string, unknown> => ({
  reporter: 'pod-1',
  epoch: 5,
  seq: 1,
  since: '2026-05-04T11:59:30.000Z',
  counts: [['plan', 'gold', 'TARGETING_MATCH', 'evaluated', 3]],
  ...more,
});

let world: ProcessWorld;
let taken: string[];
let taking: Subscription | undefined;
/** What the control plane does with reports. */
let take: () => Promise<void>;

const start = async (options: Parameters<typeof startWorld>[1] = {}): Promise<void> => {
  const cache = createMemoryCache({ now: () => NOON });
  taking = await cache.watchReports?.(ACCOUNT, async (texts) => {
    await take();
    taken.push(...texts);
  });
  const flags = {
    plan: planFlag('plan'),
    flag: onFlag('flag'),
    hidden: onFlag('hidden', { client_side: false }),
  };
  world = await startWorld(flags, { cache, ...options });
};
beforeEach(() => {
  taken = [];
  take = async () => undefined;
});
afterEach(async () => {
  await world.edge.close();
  await taking?.close();
});

const send = (
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
  path = '/apps/shop/report',
) =>
  world.request(path, {
    method: 'POST',
    body,
    headers: { authorization: 'Bearer evaluate', 'content-type': 'application/json', ...headers },
  });
const filed = () => taken.map((text) => filedReportIn(text));

describe('what an edge answers', () => {
  test('is counted by flag, variation and reason, and told when it closes', async () => {
    await start({ standalone: true });
    await world.evaluate('/plan', { plan: 'gold' });
    await world.evaluate('/plan', { plan: 'gold' });
    await world.evaluate('/missing', {});
    await world.get('/client/v4/accounts/default/flagship/apps/shop/evaluate?flagKey=flag');
    const first = await world.evaluate('', { plan: 'free' });
    await world.evaluate('', { plan: 'free' });
    await world.evaluate('', { plan: 'free' });
    const etag = first.headers.get('etag') ?? '';
    expect((await world.evaluate('', { plan: 'free' }, { 'if-none-match': etag })).status).toBe(304);
    await world.edge.close();
    expect(filed()).toEqual([
      {
        app: 'shop',
        reporter: expect.stringMatching(/^[\da-f-]{36}$/),
        epoch: NOON,
        seq: 1,
        at: new Date(NOON).toISOString(),
        counts: expect.arrayContaining([
          ['plan', 'gold', 'TARGETING_MATCH', 'evaluated', 2],
          ['flag', 'on', 'STATIC', 'evaluated', 1],
          ['plan', 'plain', 'DEFAULT', 'delivered', 3],
          ['flag', 'on', 'STATIC', 'delivered', 3],
          ['hidden', 'on', 'STATIC', 'delivered', 3],
        ]),
      },
    ]);
    expect(filed()[0]?.counts).toHaveLength(5);
  });

  test('is told once, although it was not clear whether it was taken', async () => {
    await start();
    await world.evaluate('/flag', {});
    take = () => Promise.reject(new Error('the database is away'));
    await world.edge.close();
    expect(taken).toEqual([]);
    take = async () => undefined;
    await world.evaluate('/flag', {});
    await world.edge.close();
    expect(filed().map((one) => [one?.seq, one?.counts[0]?.[4]])).toEqual([
      [1, 1],
      [2, 1],
    ]);
  });

  test('is not counted where nothing is observed, and reports are thrown away', async () => {
    await start({ observe: false });
    await world.evaluate('/flag', {});
    expect((await send(JSON.stringify(report()))).status).toBe(204);
    await world.edge.close();
    expect(taken).toEqual([]);
  });
});

describe('a report', () => {
  test('is filed with the app and the time, without flags that are not there', async () => {
    await start();
    const counts = [
      ['plan', 'gold', 'TARGETING_MATCH', 'evaluated', 3],
      ['gone', 'on', 'STATIC', 'evaluated', 1],
      ['hidden', null, 'ERROR', 'delivered', 2],
    ];
    const answer = await send(JSON.stringify(report({ counts, gap: true, units: [] })));
    expect([answer.status, await answer.text()]).toEqual([204, '']);
    expect(filed()).toEqual([
      {
        app: 'shop',
        reporter: 'pod-1',
        epoch: 5,
        seq: 1,
        at: new Date(NOON).toISOString(),
        counts: [counts[0], counts[2]],
        gap: true,
      },
    ]);
  });

  test('may be compressed, and need not name the app of its token', async () => {
    await start();
    const body = gzipSync(JSON.stringify(report()));
    expect((await send(body, { 'content-encoding': 'gzip' }, '/report')).status).toBe(204);
    expect(filed()).toMatchObject([{ app: 'shop', counts: report()['counts'] }]);
  });

  test('of a page counts only what pages may see, and is let through by its preflight', async () => {
    await start();
    const page = { authorization: 'Bearer browser', origin: 'https://shop.example' };
    const counts = [
      ['hidden', 'on', 'STATIC', 'evaluated', 1],
      ['flag', 'on', 'STATIC', 'evaluated', 1],
    ];
    const answer = await send(JSON.stringify(report({ counts })), page);
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([204, page.origin]);
    const units = [['ramp', null, [['00112233aabbccdd', 7, 0]]]];
    expect((await send(JSON.stringify(report({ seq: 2, units })), page)).status).toBe(403);
    expect(filed()).toMatchObject([{ counts: [counts[1]] }]);
    const preflight = await world.request('/apps/shop/report', {
      method: 'OPTIONS',
      headers: { origin: page.origin, 'access-control-request-method': 'POST' },
    });
    expect(preflight.headers.get('access-control-allow-origin')).toBe(page.origin);
  });

  test.each<[string, Record<string, unknown>]>([
    ['reporter is ""; expected a string of 1 to 256 characters.', { reporter: '' }],
    ['epoch is -1; expected a whole number from 0.', { epoch: -1 }],
    ['seq is 0; expected a whole number from 1.', { seq: 0 }],
    ['since is "yesterday"; expected a date such as "2026-01-04T12:00:00Z".', { since: 'yesterday' }],
    ['gap is 1; expected true or false.', { gap: 1 }],
    ['counts is {}; expected an array.', { counts: {} }],
    ['counts[0] is 7; expected [flag, variation, reason, kind, n].', { counts: [7] }],
    [
      'counts[0][1] is ""; expected the name of a variation, or null.',
      { counts: [['plan', '', 'SPLIT', 'evaluated', 1]] },
    ],
    [
      'counts[0][2] is "WHY"; expected STATIC, DEFAULT, TARGETING_MATCH, SPLIT, DISABLED, ERROR.',
      { counts: [['plan', 'gold', 'WHY', 'evaluated', 1]] },
    ],
    [
      'counts[0][3] is "seen"; expected evaluated or delivered.',
      { counts: [['plan', 'gold', 'SPLIT', 'seen', 1]] },
    ],
    [
      'counts[0][4] is -3; expected a whole number from 1.',
      { counts: [['plan', 'gold', 'SPLIT', 'evaluated', -3]] },
    ],
  ])('is refused whole: %s', async (message, more) => {
    await start();
    const answer = await send(JSON.stringify(report(more)));
    expect([answer.status, await answer.json()]).toEqual([
      400,
      { errorCode: 'PARSE_ERROR', errorDetails: message },
    ]);
    expect(taken).toEqual([]);
  });

  test('is refused where it is no JSON, too large (compressed too), or coded otherwise', async () => {
    await start();
    expect((await send('{')).status).toBe(400);
    const large = JSON.stringify(report({ reporter: 'x'.repeat(300 * 1024) }));
    expect((await send(large)).status).toBe(413);
    expect((await send(gzipSync(large), { 'content-encoding': 'gzip' })).status).toBe(413);
    expect((await send('no gzip', { 'content-encoding': 'gzip' })).status).toBe(400);
    expect((await send('{}', { 'content-encoding': 'br' })).status).toBe(415);
    expect((await send('{}', { authorization: 'Bearer wrong' })).status).toBe(401);
    expect((await world.get('/apps/shop/report')).status).toBe(405);
    expect(taken).toEqual([]);
  });

  test('is 503 where it cannot be filed, and is filed when it comes again', async () => {
    await start();
    take = () => Promise.reject(new Error('the database is away'));
    const refused = await send(JSON.stringify(report()));
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '10']);
    take = async () => undefined;
    expect((await send(JSON.stringify(report()))).status).toBe(204);
  });

  test('is 429 where too many are under way, and evaluations go on', async () => {
    await start();
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    take = () => held;
    const waiting = Array.from({ length: 64 }, (_, n) =>
      send(JSON.stringify(report({ reporter: `pod-${n}` }))),
    );
    const answers = Promise.all(waiting.map(async (answer) => (await answer).status));
    await expect.poll(async () => (await send(JSON.stringify(report()))).status).toBe(429);
    expect((await world.evaluate('/flag', {})).status).toBe(200);
    release();
    expect(new Set(await answers)).toEqual(new Set([204]));
  });
});
