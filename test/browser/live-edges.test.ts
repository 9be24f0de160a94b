import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '../chromium.ts';
import { type ServerProcess, startServer } from '../faults/server-process.ts';
import { startProxy, type TcpProxy } from '../faults/tcp-proxy.ts';
import { freePort, type Started, startHalyard } from '../process/halyard.ts';
import { settled } from './world.ts';

const ADMIN = 'the-admin-token-of-the-live-edges-test';
/** An edge counts as silent when it has said nothing for 15 s. */
const SILENT_WITHIN_MS = 40_000;

let redis: ServerProcess;
let proxy: TcpProxy;
let browser: Browser;
let page: Page;
let url: string;
let server: Started;
let flag: string;
const edges: Started[] = [];
const cwd = mkdtempSync(join(tmpdir(), 'halyard-live-'));

const api = async (method: string, path: string, body?: unknown) => {
  const response = await fetch(`${url}/client/v4/accounts/default/flagship${path}`, {
    method,
    headers: { authorization: `Bearer ${ADMIN}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer = await response.json();
  expect(answer.errors, `${method} ${path}`).toEqual([]);
  return answer.result;
};

beforeAll(async () => {
  redis = await startServer('redis');
  proxy = await startProxy(redis.port);
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  const cache = (at: number) => ({ HALYARD_CACHE_URL: `redis://127.0.0.1:${at}`, HALYARD_LOG: 'warn' });
  server = startHalyard(['control-plane', '--port', `${port}`, '--no-example'], {
    cwd,
    env: { ...cache(redis.port), HALYARD_ADMIN_TOKEN: ADMIN },
  });
  await server.printed(/running on/);
  const { id: app } = await api('POST', '/apps', { name: 'shop' });
  flag = `/apps/${app}/flags/kill-switch`;
  await api('POST', `/apps/${app}/flags`, {
    key: 'kill-switch',
    enabled: true,
    variations: { on: true, off: false },
    default_variation: 'off',
    rules: [{ priority: 1, conditions: [], serve_variation: 'on' }],
  });
  for (const [name, at] of [
    ['first', redis.port],
    ['second', redis.port],
    ['behind-proxy', proxy.port],
  ] as const) {
    const edge = startHalyard(['edge', '--port', `${await freePort()}`, '--edge-data', join(cwd, name)], {
      cwd,
      env: cache(at),
    });
    edges.push(edge);
    await edge.printed(/edge is running on/);
  }
  browser = await launchChromium();
  const context = await browser.newContext({ reducedMotion: 'reduce' });
  await context.request.post(`${url}/client/v4/session`, {
    data: { token: ADMIN },
    headers: { origin: url },
  });
  page = await context.newPage();
  await page.goto(`${url}/dashboard${flag}`);
  await settled(page);
});
afterAll(async () => {
  await browser?.close();
  for (const process of [...edges, server]) await process?.kill('SIGKILL');
  await proxy?.close();
  await redis?.end();
});

const live = () => page.getByRole('status', { name: 'Live' });
const tone = () => live().getAttribute('data-tone');
const says = (text: RegExp | string, timeout = 15_000) => live().getByText(text).waitFor({ timeout });

/** Every tone that the page shows from now until it is stopped. */
const watchTones = async (): Promise<() => Promise<readonly string[]>> => {
  await page.evaluate(() => {
    const status = document.querySelector('[role="status"][aria-label="Live"]');
    const seen: string[] = [];
    const note = (): unknown => seen.push(status?.getAttribute('data-tone') ?? 'gone');
    new MutationObserver(note).observe(document.body, { subtree: true, attributes: true, childList: true });
    Object.assign(window, { tonesSeen: seen });
  });
  return () => page.evaluate(() => Reflect.get(window, 'tonesSeen'));
};

test('it is live when three edges have it', async () => {
  await says('Live on 3 of 3 edges');
  expect(await tone()).toBe('good');
});

test('a killed flag is never called live while a cut-off edge still serves it', async () => {
  proxy.cut();
  const tones = await watchTones();
  await page.getByRole('switch', { name: 'kill-switch' }).click();
  await page.getByRole('button', { name: 'Turn off', exact: true }).click();
  await page.getByText('kill-switch is off').waitFor();
  await says(/Live on 2 of 3 edges …/);
  await says(/^1 edge silent since \d\d:\d\d:\d\d, may still serve version \d+$/, SILENT_WITHIN_MS);
  expect(await tone()).toBe('bad');
  // Green only what was green before the click: the first things noted may be of that moment.
  const seen = await tones();
  expect(seen.slice(seen.findIndex((each) => each !== 'good'))).not.toContain('good');
});

test('it is live again when the edge is back', async () => {
  proxy.heal();
  await says('Live on 3 of 3 edges', 30_000);
  expect(await tone()).toBe('good');
});

test('an edge that is stopped signs off and leaves the count', async () => {
  await edges[1]?.kill('SIGTERM');
  await says('Live on 2 of 2 edges', 30_000);
  expect(await tone()).toBe('good');
});

test('an edge that died is silent until somebody dismisses it', async () => {
  await edges[2]?.kill('SIGKILL');
  await says(/1 edge silent since \d\d:\d\d:\d\d had it too$/, SILENT_WITHIN_MS);
  expect(await tone()).toBe('partial');
  await page.getByRole('button', { name: 'Dismiss', exact: true }).first().click();
  const dialog = page.getByRole('dialog', { name: 'Dismiss the silent edge?' });
  await dialog.getByLabel('Why').pressSequentially('The machine burnt down');
  await dialog.getByRole('button', { name: 'Dismiss', exact: true }).click();
  await says('Live on 1 of 1 edge');
  const [entry] = await api('GET', '/log?limit=1');
  expect(entry).toMatchObject({
    event: 'edge_dismissed',
    comment: 'The machine burnt down',
    actor: { name: expect.any(String) },
  });
});

test('nothing is called live while the server is down', async () => {
  await server.kill('SIGKILL');
  await says('Not known: the server does not answer');
  expect(await tone()).toBe('waiting');
});
