import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, expect, test, vi } from 'vitest';
import type { ControlPlaneOptions } from '../control-plane.ts';
import { ACCOUNT, FLAG, flagship, type Ground, onNode, openGround } from '../testing/scenario.ts';

const opened: Ground[] = [];
const groundWith = async (options: Partial<ControlPlaneOptions> = {}): Promise<Ground> => {
  const ground = await openGround(options);
  opened.push(ground);
  return ground;
};
afterAll(async () => {
  for (const each of opened) await each.close();
});

const EVENTS = `http://halyard.test${flagship('/apps/shop/events')}`;
const open = (
  { request, admin }: Ground,
  headers: Record<string, string> = { authorization: `Bearer ${admin}` },
) => request(EVENTS, { headers });

/** Reads until the text satisfies, or the stream ends. */
const readUntil = async (
  { body }: Response,
  satisfies: (text: string) => boolean = () => false,
): Promise<string> => {
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (!satisfies(text)) {
    const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
    if (done) return `${text}END`;
    text += value;
  }
  await reader?.cancel();
  return text;
};

/** What the stream calls a version of the app's present history. */
const revisionAt = async ({ request, admin }: Ground, version: number): Promise<string> => {
  const text = await readUntil(
    await request(EVENTS, { headers: { authorization: `Bearer ${admin}` } }),
    (so) => /^id: .*$/m.test(so),
  );
  const id = /^id: (.*)$/m.exec(text)?.[1] ?? '';
  expect(id).toMatch(/^\d+-[0-9a-f]{16}\.\d+$/);
  return `${id.split('.')[0]}.${version}`;
};

/** What is told first to one who comes back with an id. */
const back = async (ground: Ground, id: string): Promise<string> => {
  const stream = await open(ground, { authorization: `Bearer ${ground.admin}`, 'last-event-id': id });
  return readUntil(stream, (text) => /"type":"(?:commit|reload)"/.test(text));
};

/** Stores that count what event streams and exports ask of them. */
const counting = (stores: Ground['stores']) => {
  const counts = { news: 0, changelog: 0, exports: 0, following: 0 };
  const app: typeof stores.app = (account, id) => {
    const real = stores.app(account, id);
    return {
      ...real,
      news: (query) => {
        counts.news += 1;
        return real.news(query);
      },
      changelog: (query) => {
        counts.changelog += 1;
        return real.changelog(query);
      },
      everything: () => {
        counts.exports += 1;
        return real.everything();
      },
    };
  };
  const onCommit: typeof stores.onCommit = (listener) => {
    const subscription = stores.onCommit(listener);
    counts.following += 1;
    return {
      close: () => {
        counts.following -= 1;
        return subscription.close();
      },
    };
  };
  return { counts, stores: { ...stores, app, onCommit } };
};

onNode('ten open dashboards froze the writer: a commit is read once for all of them', async () => {
  const own = await groundWith();
  const { counts, stores } = counting(own.stores);
  const ground = await groundWith({ stores });
  const token = { authorization: `Bearer ${own.admin}` };
  const streams = await Promise.all(Array.from({ length: 10 }, () => open(ground, token)));
  const following = streams.map((stream) => readUntil(stream, (text) => text.includes('"version":3')));
  const before = counts.news;
  await ground.ask('POST', '/apps/shop/flags', { token: own.admin, body: FLAG });
  for (const enabled of [false, true]) {
    await ground.ask('PATCH', '/apps/shop/flags/new-checkout', { token: own.admin, body: { enabled } });
  }
  for (const text of await Promise.all(following)) {
    expect(text.match(/"type":"commit","version":\d/g)).toHaveLength(3);
  }
  expect(counts.news - before).toBeLessThanOrEqual(4);
  expect(counts.changelog).toBe(0);
});

onNode('a HEAD opened streams and exports that nobody ended: it opens nothing', async () => {
  const own = await groundWith();
  const { counts, stores } = counting(own.stores);
  const ground = await groundWith({ stores });
  const before = counts.following;
  for (const path of ['/apps/shop/export', '/apps/shop/events']) {
    for (let n = 0; n < 20; n += 1) {
      const { status, text } = await ground.ask('HEAD', path, { token: own.admin });
      expect([path, status, text]).toEqual([path, 200, '']);
    }
  }
  expect(counts.following).toBe(before);
  expect(counts.exports).toBe(0);
});

test('a HEAD of every GET answers headers alone, and the same ones', async () => {
  const ground = await groundWith();
  await ground.ask('POST', '/apps/shop/flags', { body: FLAG });
  for (const [path, type] of [
    ['/apps', 'application/json; charset=UTF-8'],
    ['/apps/shop/flags/new-checkout', 'application/json; charset=UTF-8'],
    ['/apps/shop/evaluate?flagKey=new-checkout', 'application/json; charset=UTF-8'],
    ['/apps/shop/export', 'application/x-ndjson'],
    ['/apps/shop/events', 'text/event-stream; charset=UTF-8'],
    ['/openapi.json', null],
    ['/docs', null],
    ['/healthz', null],
  ] as const) {
    const { status, text, headers } = await ground.ask('HEAD', path);
    expect([path, status, text]).toEqual([path, 200, '']);
    if (type !== null) expect(headers.get('content-type')).toBe(type);
  }
  expect((await ground.ask('HEAD', '/apps/nowhere/export')).status).toBe(404);
  expect((await ground.ask('HEAD', '/apps/nowhere/events')).status).toBe(404);
});

test('there was no limit on streams: a token may have fifty, and the next is 503 with Retry-After', async () => {
  const ground = await groundWith();
  const streams: Response[] = [];
  while (streams.length < 50) streams.push(await open(ground));
  expect(streams.map(({ status }) => status)).toEqual(Array(50).fill(200));
  const refused = await ground.ask('GET', '/apps/shop/events');
  expect([refused.status, refused.headers.get('retry-after'), refused.json.errors]).toEqual([
    503,
    '5',
    [
      {
        code: 1016,
        message: 'This token has 50 event streams open, the most it may have; close one, or try again later.',
      },
    ],
  ]);
  for (const { body } of streams) await body?.cancel();
});

onNode('a stream that was closed makes room for another', async () => {
  const ground = await groundWith({ streamLimits: { eventsOfToken: 1 } });
  for (let n = 0; n < 3; n += 1) {
    const stream = await open(ground);
    expect(stream.status).toBe(200);
    await stream.body?.cancel();
  }
});

onNode('there was no limit on streams in all', async () => {
  const ground = await groundWith({ streamLimits: { events: 2 } });
  const streams: Response[] = [];
  for (const name of ['ann', 'ben', 'cleo']) {
    const { secret } = await ground.mint({ name, permission: 'read' });
    streams.push(await open(ground, { authorization: `Bearer ${secret}` }));
  }
  expect(streams.map(({ status }) => status)).toEqual([200, 200, 503]);
  for (const { body } of streams) await body?.cancel();
});

onNode('a dashboard that does not read what it is sent is cut off', async () => {
  const ground = await groundWith({ streamLimits: { events: 1, idleMs: 20 } });
  const unread = await open(ground);
  expect(unread.status).toBe(200);
  await vi.waitFor(
    async () => {
      const next = await open(ground);
      await next.body?.cancel();
      expect(next.status).toBe(200);
    },
    { timeout: 10_000 },
  );
  await expect(unread.text()).rejects.toThrow('The reader does not read.');
});

onNode('a dashboard that leaves too much unread is cut off at once', async () => {
  const ground = await groundWith({ streamLimits: { events: 1 } });
  const unread = await open(ground);
  const keys = Array.from({ length: 180 }, (_, n) => `${'k'.repeat(100)}-${n}`);
  const changes = keys.map((key) => ({ op: 'put', key, flag: { ...FLAG, key } }));
  for (let n = 0; n < 20; n += 1) {
    const flags = changes.map((change) => ({ ...change, flag: { ...change.flag, description: `${n}` } }));
    await ground.ask('POST', '/apps/shop/changes', { body: { changes: flags } });
  }
  await expect(unread.text()).rejects.toThrow('The reader does not read.');
});

const session = '/client/v4/session';

test('a stream outlived its session by 15 s: signing out ends it', async () => {
  const ground = await groundWith();
  const { headers } = await ground.ask('POST', session, { token: null, body: { token: ground.admin } });
  const cookie = headers.get('set-cookie')?.split(';')[0] ?? '';
  const stream = await open(ground, { cookie });
  expect(stream.status).toBe(200);
  const reading = readUntil(stream);
  const out = { token: null, headers: { cookie, origin: 'http://halyard.test' } };
  expect((await ground.ask('DELETE', session, out)).status).toBe(200);
  // Before the heartbeat, by which it used to ask whether it may go on.
  expect(await reading).toMatch(/^(?!.*: alive).*END$/s);
});

test('a stream outlived its token by 15 s: revoking it ends it', async () => {
  const ground = await groundWith();
  const { id, secret } = await ground.mint({ name: 'ben', permission: 'read' });
  const stream = await open(ground, { authorization: `Bearer ${secret}` });
  const mine = await open(ground);
  const reading = readUntil(stream);
  await ground.ask('DELETE', `/client/v4/accounts/${ACCOUNT}/flagship/tokens/${id}`);
  expect(await reading).toMatch(/^(?!.*: alive).*END$/s);
  const kept = readUntil(mine, (text) => text.includes('"type":"commit"'));
  await ground.ask('POST', '/apps/shop/flags', { body: FLAG });
  expect(await kept).not.toContain('END');
});

test('a stream that was not read at once ended when memory was cleared up: it goes on', async () => {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  const ground = await groundWith();
  const stream = await open(ground);
  // What is collected is cleaned up in a later turn.
  for (let turn = 0; turn < 5; turn += 1) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const reading = readUntil(stream, (text) => text.includes('"type":"commit"'));
  await ground.ask('POST', '/apps/shop/flags', { body: FLAG });
  expect(await reading).not.toContain('END');
});

onNode('a token revoked at another replica ends its streams here at once', async () => {
  const own = await groundWith();
  const here = await groundWith({ stores: own.stores });
  const { id, secret } = await own.mint({ name: 'ben', permission: 'read' });
  const stream = await open(here, { authorization: `Bearer ${secret}` });
  const reading = readUntil(stream);
  await own.ask('DELETE', `/client/v4/accounts/${ACCOUNT}/flagship/tokens/${id}`);
  // The clock stands still, so nothing that was remembered is asked again by itself.
  expect(await reading).toContain('END');
});

test('who comes back after more than is remembered, or from a version that is not there yet, reloads', async () => {
  const ground = await groundWith();
  const changes = Array.from({ length: 150 }, (_, n) => ({
    op: 'put',
    key: `f${n}`,
    flag: { ...FLAG, key: `f${n}` },
  }));
  await ground.ask('POST', '/apps/shop/changes', { body: { changes } });
  const patches = changes.map(({ key }) => ({ op: 'patch', key, flag: { enabled: false } }));
  await ground.ask('POST', '/apps/shop/changes', { body: { changes: patches } });
  expect(await back(ground, await revisionAt(ground, 0))).toContain('{"type":"reload","version":2}');
  expect(await back(ground, await revisionAt(ground, 7))).toContain('{"type":"reload","version":2}');
  expect(await back(ground, await revisionAt(ground, 1))).toContain('"type":"commit","version":2');
  for (const unknown of ['1', 'what?', '-1']) {
    expect(await back(ground, unknown)).toContain('{"type":"reload","version":2}');
  }
});

onNode(
  'a dashboard that was open across a restored backup resumed on the wrong base: it reloads',
  async () => {
    const ground = await groundWith();
    await ground.ask('POST', '/apps/shop/flags', { body: FLAG });
    await ground.ask('PATCH', '/apps/shop/flags/new-checkout', { body: { enabled: false } });
    const seen = await revisionAt(ground, 1);
    expect(await back(ground, seen)).toContain('"type":"commit","version":2');

    const staying = await open(ground);
    const reading = readUntil(staying, (text) => text.includes('"type":"reload"'));
    const { outbox } = ground.stores.app(ACCOUNT, ground.app);
    const epoch = (await outbox.standing())?.history.epoch ?? '';
    await outbox.beginEpoch(epoch, epoch);
    // One that stayed open is told with the next commit, which need not follow what it has.
    await ground.ask('PATCH', '/apps/shop/flags/new-checkout', { body: { enabled: true } });
    const told = await reading;
    expect(told).not.toContain('"type":"commit"');
    expect(told).toContain(`id: ${await revisionAt(ground, 3)}\ndata: {"type":"reload","version":3}`);
    expect(await back(ground, seen)).toContain('{"type":"reload","version":3}');
  },
);
