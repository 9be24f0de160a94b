import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '../chromium.ts';
import { type ServerProcess, startServer } from '../faults/server-process.ts';
import { eventually, freePort, type Started, startHalyard } from '../process/halyard.ts';

/** A control plane, which answers no OFREP, and an edge: what people are told to paste has to ask the edge. */
let cache: ServerProcess;
let browser: Browser;
let controlPlane: Started;
let edge: Started;
let edgeUrl: string;
const adminToken = `admin-${randomBytes(16).toString('hex')}`;

beforeAll(async () => {
  browser = await launchChromium();
  cache = await startServer('redis');
  const port = await freePort();
  edgeUrl = `http://127.0.0.1:${port}`;
  const cwd = mkdtempSync(join(tmpdir(), 'halyard-edge-url-'));
  const env = { HALYARD_CACHE_URL: `redis://127.0.0.1:${cache.port}` };
  controlPlane = startHalyard(['control-plane', '--port', '0'], {
    cwd,
    env: { ...env, HALYARD_EDGE_URL: edgeUrl, HALYARD_ADMIN_TOKEN: adminToken },
  });
  await controlPlane.printed(/^curl .*\n/m);
  edge = startHalyard(['edge', '--port', String(port)], { cwd, env });
  await edge.printed(/edge is running on/);
});

afterAll(async () => {
  await edge?.kill('SIGKILL');
  await controlPlane?.kill('SIGKILL');
  await cache?.end();
  await browser?.close();
});

const paste = async (line: string): Promise<unknown> => {
  const { stdout } = await promisify(execFile)('sh', ['-c', line]);
  return JSON.parse(stdout);
};

test('with several machines the printed curl asked the control plane: it asks the edge', async () => {
  const [curl] = await controlPlane.printed(/^curl .*$/m);
  expect(curl).toContain(` ${edgeUrl}/ofrep/v1/evaluate/flags/new-checkout `);
  await eventually('the edge answers the printed curl', async () => {
    expect(await paste(curl)).toMatchObject({ key: 'new-checkout', value: false, variant: 'off' });
    return true;
  });
});

test('with several machines the dashboard’s snippets asked the control plane: they ask the edge', async () => {
  const [, url = ''] = await controlPlane.printed(/running on (\S+)/);
  const [, link = ''] = await controlPlane.printed(/Dashboard {4}(\S+)/);
  const context = await browser.newContext({ reducedMotion: 'reduce' });
  const page = await context.newPage();
  await page.goto(link);
  await page.getByRole('link', { name: 'example' }).first().waitFor();
  const dialog = page.getByRole('dialog');
  const created = async (name: string, kind: string): Promise<void> => {
    await page.goto(`${url}/dashboard/tokens`);
    await page.getByRole('button', { name: 'Create token' }).click();
    await dialog.getByRole('textbox', { name: 'Name' }).pressSequentially(name);
    await dialog.getByLabel(kind).check();
    await dialog.getByRole('combobox', { name: 'Apps' }).click();
    await page.getByRole('option', { name: 'example' }).click();
    await page.keyboard.press('Tab');
    await dialog.getByRole('button', { name: 'Create token' }).click();
    await dialog.getByText('The secret is shown only this once.').waitFor();
  };

  await created('Shop', 'Evaluate');
  const curl = await dialog.getByLabel('From the command line', { exact: true }).innerText();
  expect(curl).toContain(` ${edgeUrl}/apps/`);
  await eventually('the edge answers the snippet', async () => {
    expect(await paste(curl.replace('FLAG_KEY', 'new-checkout'))).toMatchObject({ value: false });
    return true;
  });

  await created('Warehouse', 'Configuration');
  expect(await dialog.getByLabel('In your service (Node)', { exact: true }).innerText()).toContain(
    `url: '${edgeUrl}'`,
  );
  await context.close();
});

test('the OpenAPI document says that evaluation is asked of the edge', async () => {
  const [, url = ''] = await controlPlane.printed(/running on (\S+)/);
  const { paths } = await (await fetch(`${url}/openapi.json`)).json();
  const evaluate = paths['/client/v4/accounts/{account_id}/flagship/apps/{app_id}/evaluate'];
  expect(evaluate.post.servers).toEqual([{ url: edgeUrl, description: 'The edges.' }]);
});
