import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { request as ask, createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium } from '../chromium.ts';
import { eventually, freePort, type Started, startHalyard } from '../process/halyard.ts';

const PATH = '/team/flags';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser?.close());

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

interface Ports {
  readonly proxy: number;
  readonly server: number;
}

/** A proxy that serves other things beside the base path, and sends its upstream's name as `Host`, as nginx does unasked. */
const nodeProxy =
  (keepsPath: boolean) =>
  async ({ proxy, server }: Ports): Promise<void> => {
    const front = createServer((request, response) => {
      const url = request.url ?? '';
      if (!url.startsWith(`${PATH}/`)) return response.writeHead(404).end('another application');
      const back = ask(
        {
          host: '127.0.0.1',
          port: server,
          method: request.method,
          path: keepsPath ? url : url.slice(PATH.length),
          headers: { ...request.headers, host: 'halyard-upstream' },
        },
        (answer) => {
          response.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(response);
        },
      );
      back.on('error', () => response.destroy());
      response.on('close', () => back.destroy());
      request.pipe(back);
      return undefined;
    });
    front.listen(proxy, '127.0.0.1');
    await once(front, 'listening');
    closers.push(async () => {
      front.closeAllConnections();
      front.close();
    });
  };

const hasNginx = spawnSync('nginx', ['-v']).status === 0;

const nginx =
  (keepsPath: boolean) =>
  async ({ proxy, server }: Ports): Promise<void> => {
    const folder = mkdtempSync(join(tmpdir(), 'halyard-nginx-'));
    const file = join(folder, 'nginx.conf');
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (name) => `  ${name}_temp_path ${join(folder, name)};`,
    );
    // `user`: started by root it would work as nobody, who may not write here. Buffering off for the streams alone.
    writeFileSync(
      file,
      `${process.getuid?.() === 0 ? 'user root;' : ''}
daemon off;
pid ${join(folder, 'pid')};
error_log stderr warn;
events {}
http {
  access_log off;
${temporary.join('\n')}
  upstream halyard { server 127.0.0.1:${server}; }
  server {
    listen 127.0.0.1:${proxy};
    location / { return 404; }
    location ${PATH}/ {
      proxy_pass http://halyard${keepsPath ? '' : '/'};
      proxy_http_version 1.1;
      proxy_buffering off;
    }
  }
}
`,
    );
    const started: ChildProcess = spawn('nginx', ['-p', folder, '-c', file], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    closers.push(async () => {
      const ended = once(started, 'exit');
      started.kill('SIGTERM');
      await ended;
    });
    await eventually('nginx answers', async () => (await fetch(`http://127.0.0.1:${proxy}/`)).status === 404);
  };

const proxies = [
  { name: 'a proxy that passes the path on', start: nodeProxy(true), there: true },
  { name: 'a proxy that takes the path off', start: nodeProxy(false), there: true },
  { name: 'nginx that passes the path on', start: nginx(true), there: hasNginx },
  { name: 'nginx that takes the path off', start: nginx(false), there: hasNginx },
];

const startBehind = async (
  start: (ports: Ports) => Promise<void>,
): Promise<{ url: string; server: Started }> => {
  const ports = { proxy: await freePort(), server: await freePort() };
  const url = `http://127.0.0.1:${ports.proxy}${PATH}`;
  const server = startHalyard(['start', '--port', String(ports.server)], {
    cwd: mkdtempSync(join(tmpdir(), 'halyard-path-')),
    env: { HALYARD_PUBLIC_URL: url },
  });
  closers.push(() => server.kill('SIGTERM'));
  await server.printed(/curl .*\n/);
  await start(ports);
  return { url, server };
};

describe.for(proxies)('behind $name', ({ start, there }) => {
  test.skipIf(!there)(
    'the dashboard is not blank: people sign in, switch a flag and see it live',
    async () => {
      const { url, server } = await startBehind(start);
      const [, link = ''] = await server.printed(/Dashboard {4}(\S+)/);
      expect(link.startsWith(`${url}/dashboard/sign-in#link=`)).toBe(true);
      const context = await browser.newContext({ reducedMotion: 'reduce' });
      const page = await context.newPage();
      const failed: string[] = [];
      page.on('response', (response) => {
        if (response.status() >= 400 && !response.url().endsWith('/session')) failed.push(response.url());
      });
      const streams = new Set<string>();
      page.on('request', (request) => {
        if (request.resourceType() === 'eventsource') streams.add(new URL(request.url()).pathname);
      });
      await page.goto(link);
      await page.getByRole('link', { name: 'example' }).first().click();
      await page.getByRole('switch', { name: 'new-checkout' }).click();
      await page.getByRole('button', { name: 'Turn on' }).click();
      await page.getByText('new-checkout is on').waitFor();
      // A route opened by itself finds its scripts too, those that are loaded later included.
      await page.getByRole('link', { name: 'new-checkout', exact: true }).click();
      await page.getByRole('link', { name: 'History', exact: true }).click();
      await page.reload();
      await page.getByRole('list', { name: 'History' }).waitFor();
      expect(new URL(page.url()).pathname).toMatch(/^\/team\/flags\/dashboard\/apps\//);
      expect([...streams]).toEqual([
        expect.stringMatching(/^\/team\/flags\/client\/v4\/accounts\/.*\/events$/),
      ]);
      expect(failed).toEqual([]);
      expect((await context.cookies()).map(({ name, path }) => [name, path])).toEqual([
        [`halyard_session_${new URL(url).port}%2Fteam%2Fflags`, '/'],
      ]);
      await context.close();
    },
  );

  test.skipIf(!there)('streams, the reference and the OpenAPI document are found', async () => {
    const { url, server } = await startBehind(start);
    const [, token] = await server.printed(/Bearer (hly_[^']+)/);
    const bulk = await fetch(`${url}/ofrep/v1/evaluate/flags`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: '{"context":{"targetingKey":"user-42"}}',
    });
    const { eventStreams } = await bulk.json();
    const { requestUri } = eventStreams[0].endpoint;
    expect(requestUri).toMatch(/^\/team\/flags\/apps\//);
    const ending = new AbortController();
    const stream = await fetch(new URL(requestUri, url), { signal: ending.signal });
    expect([stream.status, stream.headers.get('content-type')]).toEqual([
      200,
      'text/event-stream; charset=utf-8',
    ]);
    ending.abort();

    const reference = await fetch(`${url}/docs`);
    const links = [...(await reference.text()).matchAll(/<(?:link|a)\b[^>]*href="([^"#]+)"/g)];
    expect(links.map(([, href]) => href)).toEqual(['docs/reference.css', 'openapi.json']);
    for (const [, href] of links) expect((await fetch(new URL(href ?? '', reference.url))).status).toBe(200);
    const { servers } = await (await fetch(`${url}/openapi.json`)).json();
    expect(servers).toEqual([{ url, description: 'This server.' }]);
    const home = await fetch(`${url}/`);
    expect([home.status, home.url]).toEqual([200, `${url}/dashboard/`]);
  });
});

test.skipIf(hasNginx)('nginx was not there, so it was not tried', () => {
  console.warn('There is no nginx on the PATH: only the proxies written here were tried.');
});
