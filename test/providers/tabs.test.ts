import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium } from '../chromium.ts';
import { openSite, type Site } from './pages.ts';
import { PAGE_TOKEN, RealEdge, switched } from './real-edge.ts';

const GUIDE = readFileSync(join(import.meta.dirname, '..', '..', 'docs/providers.md'), 'utf8');
const [, PAGE = ''] = /^```ts page\n(.*?)^```/ms.exec(GUIDE) ?? [];

/** More than a browser opens connections to a server that speaks HTTP/1.1. */
const TABS = 9;

describe('nine tabs of one browser', () => {
  let edge: RealEdge;
  let site: Site;
  let browser: Browser;
  let context: BrowserContext;
  const tabs: Page[] = [];

  beforeAll(async () => {
    site = await openSite();
    edge = await new RealEdge().create([switched('new-checkout', false)], site.origin);
    await site.build(PAGE, 'ts', { VITE_FLAGS_URL: edge.url, VITE_FLAGS_TOKEN: PAGE_TOKEN });
    browser = await launchChromium();
    context = await browser.newContext();
    // Counts the streams that a tab has open, from before its first script on.
    await context.addInitScript(`window.streams = 0;
window.EventSource = class extends EventSource {
  constructor(url) { super(url); window.streams += 1; }
  close() { super.close(); window.streams -= 1; }
};`);
  });
  afterAll(async () => {
    await browser?.close();
    site?.close();
    await edge?.close();
  });

  const show = (text: string): Promise<unknown> =>
    Promise.all(
      tabs.map((tab) =>
        tab.waitForFunction((expected) => document.body.textContent?.trim() === expected, text, {
          timeout: 20_000,
          polling: 20,
        }),
      ),
    );
  const streams = async (): Promise<number[]> => {
    const counts = await Promise.all(tabs.map((tab) => tab.evaluate<number>('window.streams')));
    return counts.filter((count) => count > 0);
  };
  const haveOneStream = (): Promise<void> => expect.poll(streams, { timeout: 10_000 }).toEqual([1]);

  test('all load, the seventh too, and hold one stream together', async () => {
    for (let i = 0; i < TABS; i += 1) {
      const tab = await context.newPage();
      tabs.push(tab);
      await tab.goto(site.origin);
      await show('the checkout');
    }
    await haveOneStream();
  });

  test('all show a toggle', async () => {
    const start = performance.now();
    await edge.commit(switched('new-checkout', true));
    await show('the new checkout');
    console.log(`nine tabs: all show the toggle after ${Math.round(performance.now() - start)} ms`);
  });

  test('go on when the one that has the stream is closed', async () => {
    const [owner] = await Promise.all(
      tabs.map(async (tab) => ((await tab.evaluate('window.streams')) === 1 ? tab : null)),
    ).then((found) => found.filter((tab) => tab !== null));
    if (owner === undefined) throw new Error('no tab has the stream');
    tabs.splice(tabs.indexOf(owner), 1);
    await owner.close();
    await haveOneStream();
    await edge.commit(switched('new-checkout', false));
    await show('the checkout');
  });

  test('go on when the one that has the stream crashes', async () => {
    for (const tab of [...tabs]) {
      if ((await tab.evaluate('window.streams')) !== 1) continue;
      tabs.splice(tabs.indexOf(tab), 1);
      const crashed = new Promise((resolve) => tab.once('crash', resolve));
      void tab.goto('chrome://crash').catch(() => {});
      await crashed;
      break;
    }
    expect(tabs).toHaveLength(TABS - 2);
    await haveOneStream();
    await edge.commit(switched('new-checkout', true));
    await show('the new checkout');
  });
});
