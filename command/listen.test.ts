import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { isSecureVisit, listen } from './listen.ts';

test('an idle connection is kept for longer than balancers keep theirs', async () => {
  const server = await listen(() => new Response('ok'), {
    host: '127.0.0.1',
    port: 0,
    basePath: '',
    isSecure: () => false,
  });
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  const answers = (async function* () {
    for await (const chunk of socket) yield String(chunk);
  })();
  const ask = async (): Promise<string> => {
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    let text = '';
    while (!text.endsWith('ok')) text += (await answers.next()).value ?? 'ok';
    return text;
  };
  // The server says how long it keeps the connection (RFC 2068, section 19.7.1.1), and that it closes after no answer.
  for (let times = 0; times < 2; times += 1) {
    const seconds = Number(/^keep-alive: timeout=(\d+)/im.exec(await ask())?.[1]);
    expect(seconds).toBeGreaterThanOrEqual(75);
  }
  socket.destroy();
  await server.close(0);
});

test.each<[publicUrl: string | null, trustProxy: boolean, scheme: string | null, told: string | null]>([
  ['https://edge.example.com/flags', false, null, 'max-age=31536000'],
  ['http://edge.example.com', true, 'https', null],
  [null, true, 'https', 'max-age=31536000'],
  [null, true, 'http, https', 'max-age=31536000'],
  [null, true, 'https, http', null],
  [null, true, null, null],
  [null, false, 'https', null],
])(
  'an edge by https told no browser to keep to it: at %s, trusting the proxy: %s, which says %s',
  async (publicUrl, trustProxy, scheme, told) => {
    const server = await listen(() => new Response('ok', { headers: { vary: 'Origin' } }), {
      host: '127.0.0.1',
      port: 0,
      basePath: '',
      isSecure: isSecureVisit(publicUrl, trustProxy),
    });
    const answer = await fetch(
      server.url,
      scheme === null ? {} : { headers: { 'x-forwarded-proto': scheme } },
    );
    expect([answer.headers.get('strict-transport-security'), answer.headers.get('vary')]).toEqual([
      told,
      'Origin',
    ]);
    await server.close(0);
  },
);
