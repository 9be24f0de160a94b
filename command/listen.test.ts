import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { listen } from './listen.ts';

test('an idle connection is kept for longer than balancers keep theirs', async () => {
  const server = await listen(() => new Response('ok'), { host: '127.0.0.1', port: 0, basePath: '' });
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
