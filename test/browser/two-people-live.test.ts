import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { explain } from '@halyard/engine';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '../chromium.ts';
import { type ServerProcess, startServer } from '../faults/server-process.ts';
import { startProxy, type TcpProxy } from '../faults/tcp-proxy.ts';
import { freePort, type Started, startHalyard } from '../process/halyard.ts';
import { settled } from './world.ts';

/** Ada and Ben on one flag of three real edges: whatever they do at once, “Live” is true on every edge that runs, cut off or not. */
const ADMIN = 'the-admin-token-of-the-two-people-live-test';
const SILENT_WITHIN_MS = 40_000;
const USERS = Array.from({ length: 20 }, (_, n) => `user-${n}`);

let redis: ServerProcess;
let proxy: TcpProxy;
let browser: Browser;
let url: string;
let server: Started;
let app: string;
let evaluating: string;
let pages: readonly Page[];
const edges = new Map<string, { readonly process: Started; readonly url: string }>();
const cwd = mkdtempSync(join(tmpdir(), 'halyard-two-live-'));

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

const signedIn = async (token: string): Promise<Page> => {
  const context = await browser.newContext({ reducedMotion: 'reduce' });
  await context.request.post(`${url}/client/v4/session`, { data: { token }, headers: { origin: url } });
  const page = await context.newPage();
  await page.goto(`${url}/dashboard/apps/${app}/flags/checkout`);
  await settled(page);
  return page;
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
  app = (await api('POST', '/apps', { name: 'shop' })).id;
  await api('POST', `/apps/${app}/flags`, {
    key: 'checkout',
    enabled: true,
    variations: { on: true, off: false },
    default_variation: 'off',
    rules: [{ priority: 1, conditions: [], serve_variation: 'on', rollout: { percentage: 25 } }],
  });
  for (const [name, at] of [
    ['steady', redis.port],
    ['killed', redis.port],
    ['cut-off', proxy.port],
  ] as const) {
    const own = await freePort();
    const process = startHalyard(['edge', '--port', `${own}`, '--edge-data', join(cwd, name)], {
      cwd,
      env: cache(at),
    });
    edges.set(name, { process, url: `http://127.0.0.1:${own}` });
    await process.printed(/edge is running on/);
  }
  const token = { name: 'shop', permission: 'evaluate', app_ids: [app] };
  evaluating = (await api('POST', '/tokens', token)).secret;
  browser = await launchChromium();
  const secretOf = async (name: string) =>
    (await api('POST', '/tokens', { name, permission: 'write' })).secret;
  pages = [await signedIn(await secretOf('Ada')), await signedIn(await secretOf('Ben'))];
});
afterAll(async () => {
  await browser?.close();
  for (const { process } of edges.values()) await process.kill('SIGKILL');
  await server?.kill('SIGKILL');
  await proxy?.close();
  await redis?.end();
});

const toneOf = (page: Page) => page.getByRole('status', { name: 'Live' }).getAttribute('data-tone');

const servedBy = async (edge: string): Promise<readonly unknown[]> =>
  Promise.all(
    USERS.map(async (targetingKey) => {
      const response = await fetch(`${edge}/apps/${app}/ofrep/v1/evaluate/flags/checkout`, {
        method: 'POST',
        headers: { authorization: `Bearer ${evaluating}`, 'content-type': 'application/json' },
        body: JSON.stringify({ context: { targetingKey } }),
      });
      const answer = await response.json();
      return answer.value ?? answer;
    }),
  );

/** Fails unless everybody who runs serves what the database says. */
const live = async (): Promise<void> => {
  const flag = await api('GET', `/apps/${app}/flags/checkout`);
  const meant = USERS.map((targetingKey) => {
    const { evaluation } = explain(flag, { targetingKey }, 'default');
    return 'value' in evaluation ? evaluation.value : evaluation;
  });
  for (const [name, edge] of edges) expect([name, await servedBy(edge.url)]).toEqual([name, meant]);
  for (const page of pages) {
    const off = page.getByRole('region', { name: 'This flag now' }).getByText(/^Off: /);
    await off.first().waitFor({ state: flag.enabled ? 'detached' : 'visible' });
  }
};

const ramp = (step: number) => (page: Page) =>
  page.getByRole('button', { name: `${step}%`, exact: true }).click();
const flip = async (page: Page): Promise<void> => {
  await page.getByRole('switch', { name: 'checkout' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Why').pressSequentially('because');
  await dialog.getByRole('button', { name: /^Turn o/ }).click();
  await dialog.waitFor({ state: 'detached' });
};
/** What was said last may be gone, or may have been undone: then there is nothing to take back. */
const takeBack = async (page: Page): Promise<void> => {
  const undo = page.getByRole('alert').getByRole('button', { name: 'Undo' });
  if ((await undo.count()) > 0) await undo.last().click();
};

const both = async (
  ada: (page: Page) => Promise<void>,
  ben: (page: Page) => Promise<void>,
): Promise<void> => {
  const [first, second] = pages;
  if (first === undefined || second === undefined) throw new Error('Nobody is signed in.');
  await Promise.all([ada(first), ben(second)]);
};
const everybodySees = async (tone: string, timeout = 30_000): Promise<void> => {
  for (const page of pages) await expect.poll(() => toneOf(page), { timeout }).toBe(tone);
};

test('whatever two people do at once, what is called live is what every edge serves', {
  timeout: 240_000,
}, async () => {
  for (const [ada, ben] of [
    [ramp(50), flip],
    [takeBack, ramp(100)],
    [flip, ramp(5)],
    [takeBack, takeBack],
    [ramp(25), ramp(50)],
    [flip, flip],
  ] as const) {
    await both(ada, ben);
    await everybodySees('good');
    await live();
  }
});

test('nothing is live while an edge that is cut off serves what it had', { timeout: 240_000 }, async () => {
  proxy.cut();
  await both(ramp(100), flip);
  await everybodySees('bad', SILENT_WITHIN_MS);
  proxy.heal();
  await everybodySees('good');
  await live();
});

test('an edge that was killed is never counted among those that have it', { timeout: 240_000 }, async () => {
  await edges.get('killed')?.process.kill('SIGKILL');
  edges.delete('killed');
  await both(flip, ramp(5));
  await everybodySees('bad', SILENT_WITHIN_MS);
  await both(takeBack, takeBack);
  await everybodySees('bad', SILENT_WITHIN_MS);
});

test('no write and no undo touched what was not its own', async () => {
  const entries: readonly { readonly diff?: object; readonly comment: string | null }[] = await api(
    'GET',
    `/apps/${app}/flags/checkout/changelog?limit=100`,
  );
  const mixed = entries.filter(({ diff = {} }) => {
    const fields = Object.keys(diff);
    return fields.includes('enabled') && fields.length > 1;
  });
  expect(mixed).toEqual([]);
  expect(entries.length).toBeGreaterThan(10);
});
