import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openWorld, settled, type World } from './world.ts';

let world: World;
let page: Page;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world?.close());

/** The session ends while somebody types a new flag's key. */
beforeEach(async () => {
  page = await world.enter();
  await page.goto(`${world.url}/dashboard${world.paths['flags']}`);
  await settled(page);
  await page.keyboard.press('c');
  await page.getByRole('dialog').getByLabel('Key').pressSequentially('half-typed');
  await endSession();
});

/** Whoever asks first finds out, the page itself or who presses the button, which may be covered by then. */
const endSession = async (): Promise<void> => {
  await page.context().clearCookies();
  await page.getByRole('dialog').getByRole('button', { name: 'Create flag' }).dispatchEvent('click');
  await page.getByText('Your session has ended').first().waitFor();
};

const goesOn = async (): Promise<void> => {
  await page.getByText('Sign in again to carry on').waitFor({ state: 'detached' });
  expect(await page.getByRole('dialog').getByLabel('Key').inputValue()).toBe('half-typed');
};

const linkOf = async (): Promise<string> => {
  const tokens: unknown = await world.api('GET', '/tokens');
  const list: readonly unknown[] = Array.isArray(tokens) ? tokens : [];
  const ada = list.find((token) => JSON.stringify(token).includes('"Ada Lovelace"'));
  const { id } = JSON.parse(JSON.stringify(ada));
  return String((await world.api('POST', `/tokens/${id}/link`))['url']);
};

test('a session that ended takes a sign-in link too, once, and what was typed survives', async () => {
  const link = await linkOf();
  await page.getByLabel('Token', { exact: true }).pressSequentially(link);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await goesOn();
  await endSession();
  await page.getByLabel('Token', { exact: true }).pressSequentially(link);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('This link no longer works').waitFor();
  await page.context().close();
});

test('a sign-in in another tab is noticed, and what was typed survives', async () => {
  const other = await page.context().newPage();
  await other.goto(`${world.url}/dashboard/`);
  await other.getByLabel('Token', { exact: true }).pressSequentially(world.tokens.ada);
  await other.getByRole('button', { name: 'Sign in' }).click();
  await other.getByRole('heading', { name: 'Apps' }).waitFor();
  await goesOn();
  await page.context().close();
});
