import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openWorld, settled, type World } from './world.ts';

let world: World;
let context: BrowserContext;
const tabs: Page[] = [];
/** Streams asked for, and how many of them have ended. */
const streams = { opened: 0, ended: 0 };

beforeAll(async () => {
  world = await openWorld();
  const first = await world.enter();
  context = first.context();
  context.on('request', (request) => {
    if (request.url().endsWith('/events')) streams.opened += 1;
  });
  context.on('requestfailed', (request) => {
    if (request.url().endsWith('/events')) streams.ended += 1;
  });
  tabs.push(first);
});
afterAll(() => world?.close());

const open = async (tab: Page): Promise<void> => {
  await tab.goto(`${world.url}/dashboard${world.paths['flags']}`);
  await settled(tab);
  await tab.getByRole('link', { name: 'gift-cards', exact: true }).waitFor();
};
const rename = (description: string) =>
  world.api('PATCH', `/apps/${world.shop}/flags/gift-cards`, { description }, { token: world.tokens.ada });
const everyTabShows = (text: string) =>
  Promise.all(tabs.map((tab) => tab.getByText(text, { exact: true }).first().waitFor()));

test('the seventh tab of a browser loads, and all of them hear of a change by one stream', async () => {
  for (let tab = 1; tab < 9; tab += 1) tabs.push(await context.newPage());
  for (const tab of tabs) await open(tab);
  await rename('Heard in nine tabs');
  await everyTabShows('Heard in nine tabs');
  expect(streams.opened - streams.ended).toBe(1);
});

test('a tab that is closed hands the stream over', async () => {
  await tabs.shift()?.close();
  await rename('Heard after the first was closed');
  await everyTabShows('Heard after the first was closed');
  await rename('And heard again');
  await everyTabShows('And heard again');
});

test('a tab that dies hands the stream over', async () => {
  const [leader] = tabs;
  if (leader === undefined) throw new Error('There is no tab left.');
  const browser = await context.newCDPSession(leader);
  tabs.shift();
  // The renderer is gone at once: no event tells the page.
  void browser.send('Page.crash').catch(() => undefined);
  await rename('Heard after a crash');
  await everyTabShows('Heard after a crash');
});
