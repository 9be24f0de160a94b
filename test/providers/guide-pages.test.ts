import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium } from '../chromium.ts';
import { openSite, type Site } from './pages.ts';
import { APP, PAGE_TOKEN, RealEdge, switched } from './real-edge.ts';

const GUIDE = readFileSync(join(import.meta.dirname, '..', '..', 'docs/providers.md'), 'utf8');

const snippet = (language: string, name: string): string => {
  const [, text] = new RegExp(`^\`\`\`${language} ${name}\\n(.*?)^\`\`\``, 'ms').exec(GUIDE) ?? [];
  if (text === undefined) throw new Error(`the guide has no snippet ${name}`);
  return text;
};

/** OpenFeature's own provider over the same edge: it stores the stream's URL, and follows it. */
const STOCK = `import { OFREPWebProvider } from '@openfeature/ofrep-web-provider';
import { OpenFeature, ProviderEvents } from '@openfeature/web-sdk';
const { VITE_FLAGS_URL: url, VITE_FLAGS_TOKEN: token } = import.meta.env;
await OpenFeature.setProviderAndWait(
  new OFREPWebProvider({ baseUrl: url, headers: [['Authorization', 'Bearer ' + token]] }),
  { targetingKey: 'user-42' },
).catch(() => {});
const flags = OpenFeature.getClient();
const show = () => {
  document.body.textContent = flags.getBooleanValue('new-checkout', false) ? 'the new checkout' : 'the checkout';
};
for (const event of [ProviderEvents.ConfigurationChanged, ProviderEvents.Ready]) flags.addHandler(event, show);
show();
`;

describe.for([
  ['the guide’s page', 'ts', 'page', 'the checkout', 'the new checkout'],
  ['the guide’s React page', 'tsx', 'react', 'The checkout', 'The new checkout'],
  ['a page with OpenFeature’s OFREP provider', 'ts', 'stock', 'the checkout', 'the new checkout'],
] as const)('%s, in a real browser', ([, language, name, before, after]) => {
  let edge: RealEdge;
  let site: Site;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    site = await openSite();
    edge = await new RealEdge().create([switched('new-checkout', false)], site.origin);
    const [source, url] =
      name === 'stock' ? [STOCK, `${edge.url}/apps/${APP}`] : [snippet(language, name), edge.url];
    await site.build(source, language, { VITE_FLAGS_URL: url, VITE_FLAGS_TOKEN: PAGE_TOKEN });
    browser = await launchChromium();
    page = await browser.newPage();
  });
  afterAll(async () => {
    await browser?.close();
    site?.close();
    await edge?.close();
  });

  const shows = (text: string): Promise<unknown> =>
    page.waitForFunction((expected) => document.body.textContent?.trim() === expected, text, {
      timeout: 10_000,
      polling: 5,
    });
  const shown = (): Promise<unknown> => page.evaluate('window.shown');

  test('shows a toggle without a reload', async () => {
    await page.goto(site.origin);
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

  // What the other provider does then is its own affair.
  test.skipIf(name === 'stock')(
    'shows the last values while the edge is down, and the new ones once it is back',
    async () => {
      await edge.stop();
      await page.reload();
      await shows(after);
      expect(await shown()).toEqual([after]);
      await edge.commit(switched('new-checkout', false));
      await edge.start();
      await shows(before);
      expect(await shown()).toEqual([after, before]);
    },
  );
});
