import { expect, test } from 'vitest';
import { ConfigurationEdge } from './edge.ts';
import { followConfiguration } from './follower.ts';
import { LocalFlags } from './local-flags.ts';

/** Answers the loads one after the other, and has no stream; stops after the last. */
const polled = async (...answers: readonly (number | Response)[]): Promise<string[]> => {
  const stop = new AbortController();
  const script = answers.map((answer) =>
    typeof answer === 'number'
      ? Response.json(
          { account: 'default', app: 'shop', version: answer, flags: { [`v${answer}`]: {} } },
          { headers: { ETag: `"${answer}"` } },
        )
      : answer,
  );
  const happened: string[] = [];
  const flags = new LocalFlags();
  const edge = new ConfigurationEdge('http://edge.test', {
    token: 'hly_right',
    fetch: async (url, init) => {
      if (String(url).endsWith('/stream')) return new Response(null, { status: 404 });
      const next = script.shift();
      if (next !== undefined) {
        const asked = new Headers(init?.headers).get('If-None-Match');
        if (asked !== null) happened.push(`if not ${asked}`);
        return next;
      }
      stop.abort();
      throw new Error('the test is over');
    },
  });
  await followConfiguration(
    edge,
    flags,
    {
      changed: () => happened.push(`version ${flags.version}`),
      live: () => happened.push('live'),
      failed: ({ problem, message }) => happened.push(`${problem}: ${message}`),
    },
    { timeoutMs: 1_000, pollMs: 1, idleMs: 1_000, baseMs: 1, refusedMs: 1 },
    { signal: stop.signal, now: () => 0, random: () => 0 },
  );
  return happened;
};

test('asks only for what is new', async () => {
  expect(await polled(1, new Response(null, { status: 304 }), 2)).toEqual([
    'version 1',
    'live',
    'if not "1"',
    'live',
    'if not "1"',
    'version 2',
    'live',
  ]);
});

test('does not go back for an edge that is a moment behind another', async () => {
  const happened = await polled(9, 8, 9, 8, 10);
  expect(happened.filter((what) => what.startsWith('version'))).toEqual(['version 9', 'version 10']);
});

test('goes back where a lower version stays: the database was restored', async () => {
  const happened = await polled(9, 3, 3, 4);
  expect(happened.filter((what) => what.startsWith('version'))).toEqual([
    'version 9',
    'version 3',
    'version 4',
  ]);
});

test.for<[status: number, said: string]>([
  [
    401,
    'refused: the token was not accepted (401 from http://edge.test/config): it is unknown, expired or revoked',
  ],
  [
    403,
    'refused: the token may not read this configuration (403 from http://edge.test/config): it needs the permission config, for this app',
  ],
  [
    400,
    'absent: there is no configuration at http://edge.test/config (400): name the app, by the option app or at the end of url as /apps/ID',
  ],
  [
    404,
    'absent: there is no configuration at http://edge.test/config (404): name the app, by the option app or at the end of url as /apps/ID',
  ],
  [429, 'unavailable: http://edge.test/config answered 429'],
  [503, 'unavailable: http://edge.test/config answered 503'],
])('says what %i means, and goes on', async ([status, said]) => {
  expect(await polled(new Response(null, { status }), 1)).toEqual([said, 'version 1', 'live']);
});

test('comes back at once after a stream that worked, however long the trouble before it was', async () => {
  const stop = new AbortController();
  let clock = 0;
  let streams = 0;
  const edge = new ConfigurationEdge('http://edge.test', {
    token: 'hly_right',
    fetch: async (url) => {
      if (!String(url).endsWith('/stream')) {
        // A minute went by until the edge could be had.
        clock = 60_000;
        return Response.json({ account: 'default', app: 'shop', version: 1, flags: {} });
      }
      streams += 1;
      if (streams === 2) stop.abort();
      return new Response(
        new ReadableStream({
          pull(controller) {
            controller.enqueue(new TextEncoder().encode(': alive\n\n'));
            clock += 2_000;
            controller.close();
          },
        }),
        { headers: { 'Content-Type': 'text/event-stream' } },
      );
    },
  });
  await followConfiguration(
    edge,
    new LocalFlags(),
    { changed() {}, live() {}, failed() {} },
    { timeoutMs: 1_000, pollMs: 60_000, idleMs: 1_000, baseMs: 1, refusedMs: 1 },
    { signal: stop.signal, now: () => clock, random: () => 0 },
  );
  expect(streams).toBe(2);
});
