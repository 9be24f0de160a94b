import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openWorld, settled, type World } from './world.ts';

let world: World;
let page: Page;
beforeAll(async () => {
  world = await openWorld();
  page = await world.enter();
});
afterAll(() => world?.close());

const go = async (path: string): Promise<void> => {
  await page.goto(`${world.url}/dashboard${path}`);
  await settled(page);
};

test('an app is created, renamed, and deleted by typing its name', async () => {
  await go('/');
  await page.keyboard.press('c');
  await page.getByRole('dialog').getByLabel('Name').fill('warehouse');
  await page.keyboard.press('Enter');
  await page.getByText('No flags yet').waitFor();
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByLabel('Name').fill('warehouse-2');
  await page.getByRole('button', { name: 'Rename' }).click();
  await page.getByText('The app is now called warehouse-2').waitFor();
  await page.getByRole('button', { name: 'Delete app' }).click();
  const dialog = page.getByRole('dialog');
  const button = dialog.getByRole('button', { name: 'Delete app' });
  expect(await button.isDisabled()).toBe(true);
  await dialog.getByLabel('Type warehouse-2 to confirm').fill('warehouse-2');
  await dialog.getByLabel('Why').pressSequentially('The warehouse is closed');
  await button.click();
  await page.getByText('warehouse-2 was deleted').waitFor();
  await page.getByRole('heading', { name: 'Apps' }).waitFor();
  await page.getByRole('link', { name: 'warehouse-2' }).waitFor({ state: 'detached' });
  await go('/log');
  await page
    .getByRole('row', { name: /deleted the app warehouse-2/ })
    .getByText('The warehouse is closed')
    .waitFor();
});

test('a token is created, its secret shown once with what to paste, and it is revoked', async () => {
  await go('/tokens');
  await page.getByRole('button', { name: 'Create token' }).click();
  const dialog = page.getByRole('dialog');
  const name = dialog.getByRole('textbox', { name: 'Name' });
  await name.pressSequentially('Ada Lovelace');
  await dialog.getByRole('button', { name: 'Create token' }).click();
  await dialog.getByText('Another token is called Ada Lovelace.').waitFor();
  expect(await name.evaluate((field) => field === document.activeElement)).toBe(true);
  await name.clear();
  await name.pressSequentially('Warehouse service');
  await dialog.getByLabel('Configuration').check();
  await dialog.getByText('Reads the rules and their changes, to evaluate in its own process.').waitFor();
  await dialog.getByRole('combobox', { name: 'Apps' }).click();
  await page.getByRole('option', { name: 'shop' }).click();
  await page.keyboard.press('Tab');
  await dialog.getByRole('button', { name: 'Create token' }).click();
  await dialog.getByText('The secret is shown only this once.').waitFor();
  const secret = (await dialog.getByLabel('Secret', { exact: true }).innerText()).trim();
  await page.keyboard.press('Escape');
  await page.mouse.click(5, 5);
  expect((await dialog.getByLabel('Secret', { exact: true }).innerText()).trim()).toBe(secret);
  expect(await dialog.getByLabel('In your service (Node)', { exact: true }).innerText()).toContain(
    world.shop,
  );
  await dialog.getByRole('button', { name: 'I have copied it' }).click();
  const row = page.getByRole('row').filter({ hasText: 'Warehouse service' });
  expect((await row.innerText()).replace(/\s+/g, ' ')).toMatch(
    /^Warehouse service Service Configuration shop just now by \S.* never/,
  );
  expect(await page.content()).not.toContain(secret);
  const ask = () =>
    fetch(`${world.url}/apps/${world.shop}/config`, { headers: { authorization: `Bearer ${secret}` } });
  expect((await ask()).status).toBe(200);
  await page.getByRole('button', { name: 'Revoke Warehouse service' }).click();
  await page.getByRole('button', { name: 'Revoke', exact: true }).last().click();
  await page.getByText('Warehouse service is revoked').waitFor();
  await expect.poll(async () => (await ask()).status, { timeout: 10_000 }).toBe(401);
});

test('what is shown is copied where the browser has no clipboard for pages, as over plain http', async () => {
  const other = await page.context().newPage();
  await other.addInitScript(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }));
  await other.goto(`${world.url}/dashboard${world.paths['flags']}`);
  await settled(other);
  await other.keyboard.press('c');
  const dialog = other.getByRole('dialog');
  await dialog.getByLabel('Key').fill('plain-http');
  await dialog.getByRole('button', { name: 'Copy: In your code (OpenFeature)' }).click();
  await dialog.getByRole('button', { name: 'Copied' }).waitFor();
  await dialog.getByLabel('Description').click();
  await other.keyboard.press('Control+v');
  expect(await dialog.getByLabel('Description').inputValue()).toBe(
    "const value = await client.getBooleanValue('plain-http', false, { targetingKey: user.id });",
  );
  await other.evaluate(() => {
    document.execCommand = () => false;
  });
  await dialog.getByRole('button', { name: 'Copy: In your code (OpenFeature)' }).click();
  await other.getByText('Select the text and copy it yourself.').waitFor();
  await other.close();
});

test('a sign-in link made for a person signs her in', async () => {
  await go('/tokens');
  await page.getByRole('button', { name: 'Sign-in link for Ada Lovelace' }).click();
  const link = (await page.getByLabel('Sign-in link', { exact: true }).innerText()).trim();
  const context = await world.browser.newContext();
  const hers = await context.newPage();
  await hers.goto(link);
  await hers.getByText('Ada Lovelace').waitFor();
  expect(hers.url()).not.toContain('hll_');
  await hers.goto(link);
  await hers.getByText('This link no longer works').waitFor();
  await context.close();
});

test('an app shows when its flags were changed last, not when it was renamed', async () => {
  await world.api('PATCH', `/apps/${world.shop}/flags/live-chat`, { description: 'Somebody to talk to' });
  await go('/');
  const card = page
    .getByRole('main')
    .locator('div', { has: page.getByRole('link', { name: 'shop' }) })
    .last();
  await card.getByText(/live-chat, changed just now by /).waitFor();
  const empty = page
    .getByRole('main')
    .locator('div', { has: page.getByRole('link', { name: 'nothing-yet' }) });
  await empty.last().getByText('Nothing has changed yet').waitFor();
});

test('deleting a flag and importing a file ask why, and the history says it', async () => {
  await go(`/apps/${world.shop}/flags/live-chat?tab=settings`);
  await page.getByRole('button', { name: 'Delete flag' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Why').pressSequentially('Nobody chats');
  await page.keyboard.press('Enter');
  await page.getByText('live-chat was deleted').waitFor();
  await go(`/apps/${world.shop}/history`);
  const row = page.getByRole('listitem').filter({ hasText: 'Nobody chats' });
  await row.getByText('Deleted').waitFor();
  await row.getByRole('button', { name: /^Undo this change: live-chat/ }).click();
  await dialog.getByRole('button', { name: 'Undo', exact: true }).click();
  await page.getByText('The change to live-chat is undone').waitFor();
  expect(await world.api('GET', `/apps/${world.shop}/flags/live-chat`)).toMatchObject({ enabled: true });
});

test('an address that leads nowhere keeps the frame, and the tab says so', async () => {
  await go('/there/is/no/such/page');
  await page.getByText('The address leads to no page of the dashboard.').waitFor();
  await page.getByRole('link', { name: 'Tokens' }).waitFor();
  await page.waitForFunction(() => document.title === 'No such page · Halyard');
});

test('edges are listed with their version and lag', async () => {
  await go(`/apps/${world.shop}/edges`);
  const row = page.getByRole('row').nth(1);
  await row.getByText('current').waitFor();
  expect(await row.innerText()).toMatch(/\d+ ms/);
});

test('flags are exported, changed, previewed and imported', async () => {
  await go(`/apps/${world.shop}/settings`);
  const waiting = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download flags' }).click();
  const text = await readFile(await (await waiting).path(), 'utf8');
  const file = join(tmpdir(), `halyard-import-${process.pid}.ndjson`);
  const changed = text.replace('"Gift cards as a way to pay"', '"Gift cards, but better"');
  await writeFile(file, `${changed}{"segment": {"key": "guests", "include": ["ada", "ben"]}}\n`);
  await page.locator('input[type="file"]').setInputFiles(file);
  await page.getByRole('button', { name: 'Preview' }).click();
  await page.getByText('1 changed').waitFor();
  await page.getByText('“Gift cards, but better”').waitFor();
  await page.getByText('1 new segment').waitFor();
  await page.getByLabel('Segment guests').getByText('Holds 2 members').waitFor();
  const flag = `/apps/${world.shop}/flags/gift-cards`;
  expect((await world.api('GET', flag))['description']).toBe('Gift cards as a way to pay');
  await page.getByLabel('Why').pressSequentially('From the other region');
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await page.getByText('Imported').waitFor();
  const [newest] = Object.values(await world.api('GET', `/apps/${world.shop}/changelog?limit=1`));
  expect(newest).toMatchObject({ flag_key: 'gift-cards', comment: 'From the other region' });
  expect((await world.api('GET', `/apps/${world.shop}/segments/guests`))['include']).toEqual(['ada', 'ben']);
  expect((await world.api('GET', flag))['description']).toBe('Gift cards, but better');
});

test('a file that is no export is refused with its line, and nothing is imported', async () => {
  await go(`/apps/${world.shop}/settings`);
  const file = join(tmpdir(), `halyard-no-import-${process.pid}.ndjson`);
  await writeFile(file, '{"key": "x"}\n');
  await page.locator('input[type="file"]').setInputFiles(file);
  await page.getByRole('button', { name: 'Preview' }).click();
  await page.getByText('Nothing was imported').waitFor();
});

test('the account log tells who made a sign-in link for whom and who came by it, from where, on a phone too', async () => {
  await go('/log');
  const row = page.getByRole('row').filter({ hasText: 'made a sign-in link for Ada Lovelace' }).first();
  await row.getByText('127.0.0.1').waitFor();
  const came = page.getByRole('row').filter({ hasText: 'signed in with a link that' }).first();
  expect(await came.innerText()).toContain('Ada Lovelace');
  await page.getByLabel('Show').selectOption('Apps');
  await page.getByText('created the app shop').waitFor();
  await row.waitFor({ state: 'detached' });
  await page.getByLabel('Show').selectOption('Operations');
  await page.getByText('No entries of this kind').waitFor();

  const phone = await world.enter({ width: 390 });
  await phone.route('**/flagship/log*', (route) => route.fulfill({ status: 503, body: '' }));
  await phone.goto(`${world.url}/dashboard/log`);
  await phone.getByText('This could not be loaded').waitFor();
  await phone.unroute('**/flagship/log*');
  await phone.getByRole('button', { name: 'Try again' }).click();
  await phone.getByText('made a sign-in link for Ada Lovelace').waitFor();
  const wide = await phone.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
  expect(wide).toBe(false);
  await phone.context().close();
});
