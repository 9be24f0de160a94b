import { mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ServerType, serve } from '@hono/node-server';
import { Hono } from 'hono';
import type { Browser, Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium } from '../chromium.ts';
import { PAGE_TOKEN, RealEdge, switched } from './real-edge.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const GUIDE = readFileSync(join(ROOT, 'docs/providers.md'), 'utf8');

/** Notes every text that the page shows, from before its first script on. */
const WATCH = `window.shown = [];
new MutationObserver(() => {
  const text = document.body?.textContent ?? '';
  if (text !== '' && window.shown.at(-1) !== text) window.shown.push(text);
}).observe(document, { childList: true, subtree: true, characterData: true });`;

const builtPage = async (language: string, name: string, url: string): Promise<string> => {
  const folder = mkdtempSync(join(tmpdir(), 'halyard-page-'));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const [, source = ''] = new RegExp(`^\`\`\`${language} ${name}\\n(.*?)^\`\`\``, 'ms').exec(GUIDE) ?? [];
  writeFileSync(join(folder, `page.${language}`), source);
  writeFileSync(
    join(folder, 'index.html'),
    `<!doctype html><link rel="icon" href="data:," /><script>${WATCH}</script><body><script type="module" src="./page.${language}"></script></body>`,
  );
  await build({
    root: folder,
    base: './',
    configFile: false,
    logLevel: 'error',
    resolve: { conditions: ['halyard-source', 'module', 'browser', 'development|production'] },
    define: {
      'import.meta.env.VITE_FLAGS_URL': JSON.stringify(url),
      'import.meta.env.VITE_FLAGS_TOKEN': JSON.stringify(PAGE_TOKEN),
      'import.meta.env': JSON.stringify({ VITE_FLAGS_URL: url, VITE_FLAGS_TOKEN: PAGE_TOKEN }),
    },
    build: { target: 'esnext' },
  });
  return join(folder, 'dist');
};

describe.for([
  ['ts', 'page', 'the checkout', 'the new checkout'],
  ['tsx', 'react', 'The checkout', 'The new checkout'],
] as const)('the guide’s %s %s, in a real browser', ([language, name, before, after]) => {
  let edge: RealEdge;
  let server: ServerType;
  let browser: Browser;
  let page: Page;
  let origin = '';
  let files = '';

  beforeAll(async () => {
    const site = new Hono();
    site.get('/*', (c) => {
      const path = c.req.path === '/' ? 'index.html' : c.req.path.slice(1);
      const type = path.endsWith('.js') ? 'text/javascript' : 'text/html';
      return c.body(readFileSync(join(files, path), 'utf8'), 200, { 'content-type': type });
    });
    await new Promise<void>((resolve) => {
      server = serve({ fetch: site.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => {
        origin = `http://127.0.0.1:${port}`;
        resolve();
      });
    });
    edge = await new RealEdge().create([switched('new-checkout', false)], origin);
    files = await builtPage(language, name, edge.url);
    browser = await launchChromium();
    page = await browser.newPage();
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
    await edge?.close();
  });

  const shows = (text: string): Promise<unknown> =>
    page.waitForFunction((expected) => document.body.textContent?.trim() === expected, text, {
      timeout: 10_000,
      polling: 5,
    });
  const shown = (): Promise<unknown> => page.evaluate('window.shown');

  test('shows a toggle without a reload', async () => {
    await page.goto(origin);
    await shows(before);
    const start = performance.now();
    await edge.commit(switched('new-checkout', true));
    await shows(after);
    console.log(`${name}: shown after ${Math.round(performance.now() - start)} ms`);
  });

  test('shows the right text from the first on after a reload, and stores no context', async () => {
    await page.reload();
    await shows(after);
    expect(await shown()).toEqual([after]);
    const stored = JSON.stringify(await page.evaluate('Object.entries(localStorage)'));
    expect(stored).toContain('new-checkout');
    expect(stored).not.toContain('user-42');
  });

  test('shows the last values while the edge is down, and the new ones once it is back', async () => {
    await edge.stop();
    await page.reload();
    await shows(after);
    expect(await shown()).toEqual([after]);
    await edge.commit(switched('new-checkout', false));
    await edge.start();
    await shows(before);
    expect(await shown()).toEqual([after, before]);
  });
});
