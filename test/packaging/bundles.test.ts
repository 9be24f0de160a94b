import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { Miniflare } from 'miniflare';
import type { Browser } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '../chromium.ts';
import { APP, CONFIG_TOKEN, constant, PAGE_TOKEN, RealEdge, switched } from '../providers/real-edge.ts';
import { install, pack, project } from './packed.ts';

const PAGE = `import { HalyardWebProvider } from '@halyard/providers/web';
import { OpenFeature, ProviderEvents } from '@openfeature/web-sdk';
const settings = new URLSearchParams(location.search);
await OpenFeature.setProviderAndWait(
  new HalyardWebProvider({ url: settings.get('url'), token: settings.get('token') }),
  { targetingKey: 'ada' },
);
const flags = OpenFeature.getClient();
const show = () => {
  document.body.textContent = flags.getBooleanValue('checkout', false) ? 'new' : 'old';
};
flags.addHandler(ProviderEvents.ConfigurationChanged, show);
show();
`;

const WORKER = `import { createClient } from '@halyard/providers/client';
import { HalyardProvider } from '@halyard/providers/server';
import { OpenFeature } from '@openfeature/server-sdk';

export default {
  async fetch(request, env) {
    const options = { url: env.EDGE, token: env.TOKEN, app: env.APP };
    const answers = [];
    for (const mode of ['remote', 'in-process']) {
      await OpenFeature.setProviderAndWait(mode, new HalyardProvider({ ...options, mode }));
      answers.push(await OpenFeature.getClient(mode).getBooleanValue('checkout', false, { targetingKey: 'ada' }));
    }
    await OpenFeature.clearProviders();
    const flags = createClient(options);
    await flags.ready();
    answers.push(flags.getStringValue('banner', ''));
    await flags.close();
    return Response.json(answers);
  },
};
`;

const ONLY_PROVIDER = `export { HalyardWebProvider } from '@halyard/providers/web';`;

let edge: RealEdge;
let folder: string;
beforeAll(() => {
  folder = project({
    'index.html':
      '<!doctype html><link rel="icon" href="data:," /><body><script type="module" src="./page.js"></script>',
    'page.js': PAGE,
    'worker.js': WORKER,
    'only-provider.js': ONLY_PROVIDER,
  });
  install(folder, ...pack(), '@openfeature/server-sdk@1', '@openfeature/web-sdk@1');
});
afterAll(() => edge?.close());

interface Bundle {
  readonly entry: string;
  readonly external?: string[];
  readonly conditions?: string[];
}

/** One ES module, as a bundler makes it: minified, without what is not used. */
const bundle = async ({ entry, external = [], conditions = [] }: Bundle): Promise<string> => {
  const outDir = mkdtempSync(join(tmpdir(), 'halyard-bundle-'));
  await build({
    root: folder,
    configFile: false,
    logLevel: 'error',
    resolve: { conditions: [...conditions, 'module', 'import', 'default'] },
    build: {
      outDir,
      target: 'es2022',
      minify: 'oxc',
      lib: { entry, formats: ['es'], fileName: 'bundle' },
      // Vite leaves the blanks of libraries alone, which a page's own build does not.
      rolldownOptions: { external, output: { codeSplitting: false, minify: true } },
    },
  });
  return readFileSync(join(outDir, 'bundle.js'), 'utf8');
};

test('the web provider takes at most 4 kB gzipped, without the SDK', async () => {
  const text = await bundle({ entry: 'only-provider.js', external: ['@openfeature/web-sdk'] });
  const size = gzipSync(text, { level: 9 }).byteLength;
  console.log(`the web provider: ${size} bytes gzipped, ${text.length} minified`);
  expect(text).toContain('@openfeature/web-sdk');
  expect(text).not.toContain('CompiledApp');
  expect(size).toBeLessThanOrEqual(4096);
});

test('a page built by Vite from the packages shows a toggle', async () => {
  const outDir = mkdtempSync(join(tmpdir(), 'halyard-page-'));
  await build({
    root: folder,
    base: './',
    configFile: false,
    logLevel: 'error',
    build: { outDir, target: 'esnext' },
  });
  const site = new Hono();
  site.get('/*', (c) => {
    const name = c.req.path === '/' ? 'index.html' : c.req.path.slice(1);
    const type = name.endsWith('.js') ? 'text/javascript' : 'text/html';
    return c.body(readFileSync(join(outDir, name), 'utf8'), 200, { 'content-type': type });
  });
  let origin = '';
  const server = await new Promise<ReturnType<typeof serve>>((resolve) => {
    const started = serve({ fetch: site.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => {
      origin = `http://127.0.0.1:${port}`;
      resolve(started);
    });
  });
  edge = await new RealEdge().create([switched('checkout', false), constant('banner', 'Hello')], origin);
  let browser: Browser | undefined;
  try {
    browser = await launchChromium();
    const page = await browser.newPage();
    await page.goto(`${origin}/?url=${encodeURIComponent(edge.url)}&token=${PAGE_TOKEN}`);
    await page.waitForFunction(() => document.body.textContent === 'old');
    const start = performance.now();
    await edge.commit(switched('checkout', true));
    await page.waitForFunction(() => document.body.textContent === 'new');
    console.log(`the page shows the toggle after ${Math.round(performance.now() - start)} ms`);
  } finally {
    await browser?.close();
    server.close();
  }
});

test('a Worker evaluates remotely, in process and directly', async () => {
  edge ??= await new RealEdge().create([switched('checkout', true), constant('banner', 'Hello')]);
  await edge.commit(switched('checkout', true));
  const script = await bundle({
    entry: 'worker.js',
    external: ['node:events', 'node:fs/promises', 'node:path', 'events'],
    conditions: ['workerd', 'worker'],
  });
  const miniflare = new Miniflare({
    modules: [{ type: 'ESModule', path: 'worker.js', contents: script }],
    compatibilityDate: '2026-07-01',
    compatibilityFlags: ['nodejs_compat'],
    bindings: { EDGE: edge.url, TOKEN: CONFIG_TOKEN, APP },
  });
  try {
    const response = await miniflare.dispatchFetch('http://worker.test/');
    expect(await response.json()).toEqual([true, true, 'Hello']);
  } finally {
    await miniflare.dispose();
  }
});
