import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openWorld, settled, type World } from './world.ts';

let world: World;
let page: Page;
beforeAll(async () => {
  world = await openWorld();
  page = await world.enter();
});
afterAll(() => world?.close());

const go = async (name: string): Promise<void> => {
  await page.goto(`${world.url}/dashboard${world.paths[name]}`);
  await settled(page);
};
const link = (name: string) => page.getByRole('link', { name, exact: true });
const toggle = (name: string) => page.getByRole('switch', { name, exact: true });

describe('the list of flags', () => {
  beforeEach(() => go('flags'));

  test('says in one line what a flag serves, and what off serves', async () => {
    const row = page.getByRole('listitem').filter({ has: link('enterprise-export') });
    await row.getByText('off serves off').waitFor();
    const text = await row.innerText();
    expect(text.replace(/\s+/g, ' ')).toContain(
      'on when (plan is “enterprise” and country is one of “us” or “ca”) or user.email ends with “@example.com”',
    );
    expect(text).toContain('by Ada Lovelace');
  });

  test('is searched on the server by key and text, tag and state, and the address says so', async () => {
    await page.keyboard.press('/');
    await page.keyboard.type('ranking');
    await link('search-algorithm').waitFor();
    await link('api-limits').waitFor({ state: 'detached' });
    await page.waitForURL(/q=ranking/);
    await page.goBack();
    await page.goForward();
    expect(await page.getByLabel('Search flags').inputValue()).toBe('ranking');
    await page.getByLabel('Search flags').fill('');
    // As fast as nobody types: the address follows behind and must not take a letter back.
    await page.getByLabel('Search flags').pressSequentially('which ranking the search uses', { delay: 12 });
    await page.waitForURL(/q=which/);
    expect(await page.getByLabel('Search flags').inputValue()).toBe('which ranking the search uses');
    await link('search-algorithm').waitFor();
    await page.getByLabel('Search flags').fill('');
    await link('api-limits').waitFor();
    await page.getByText('Off', { exact: true }).first().click();
    await link('api-limits').waitFor({ state: 'detached' });
    await link('gift-cards').waitFor();
    await page.getByText('All', { exact: true }).first().click();
    await link('reports').click();
    await link('api-limits').waitFor({ state: 'detached' });
    expect(await page.getByRole('switch').count()).toBe(1);
    expect(page.url()).toMatch(/tag=\S*reports/);
    await page.getByRole('button', { name: 'Tag reports' }).click();
    await link('api-limits').waitFor();
    await link('checkout').click();
    await link('api-limits').waitFor({ state: 'detached' });
    await link('payments').click();
    await page.waitForURL(/payments/);
    await page.getByRole('button', { name: 'Tag checkout' }).click();
    await page.getByRole('button', { name: 'Tag payments' }).click();
    await page.getByLabel('Search flags').pressSequentially('page checkout');
    await link('api-limits').waitFor({ state: 'detached' });
    await link('new-checkout').waitFor();
    await page.getByLabel('Search flags').fill('');
    await page.getByRole('combobox', { name: 'Type' }).click();
    await page.getByRole('option', { name: 'Number' }).click();
    await link('api-limits').waitFor({ state: 'detached' });
    await link('page-size').waitFor();
    await page.getByRole('textbox', { name: 'Changed by' }).pressSequentially('nobody');
    await page.getByText('No flags match').waitFor();
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await link('api-limits').waitFor();
    await page.getByLabel('Search flags').fill('no such thing');
    await page.getByText('No flags match').waitFor();
  });

  test('a switch asks as the kill switch does, takes a reason, shows its result at once and can be undone', async () => {
    const gift = toggle('gift-cards');
    expect(await gift.isChecked()).toBe(false);
    await gift.click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('It will serve').waitFor();
    // Nothing was written by the click alone.
    expect(await gift.isChecked()).toBe(false);
    await dialog.getByLabel('Why').pressSequentially('Vouchers are back');
    const shownAfter = await dialog
      .getByRole('button', { name: 'Turn on' })
      .evaluate(async (button: HTMLButtonElement) => {
        const from = performance.now();
        const input = document.querySelector('input[aria-label="gift-cards"]');
        button.click();
        const row = input?.closest<HTMLElement>('[data-enabled]');
        while (row?.dataset['enabled'] !== 'true')
          await new Promise((resolve) => requestAnimationFrame(resolve));
        return performance.now() - from;
      });
    console.log(`toggled in the browser after ${Math.round(shownAfter)} ms`);
    await page.getByText('gift-cards is on').waitFor();
    expect((await world.api('GET', `/apps/${world.shop}/flags/gift-cards`))['enabled']).toBe(true);
    const [newest] = Object.values(await world.api('GET', `/apps/${world.shop}/changelog?limit=1`));
    expect(newest).toMatchObject({ flag_key: 'gift-cards', comment: 'Vouchers are back' });
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect
      .poll(async () => (await world.api('GET', `/apps/${world.shop}/flags/gift-cards`))['enabled'])
      .toBe(false);
  });

  test('shortcuts work while a switch has the focus, and Ctrl Z undoes it', async () => {
    await toggle('page-size').press('Space');
    await page.getByRole('dialog').getByText('It will serve').waitFor();
    await page.keyboard.press('Enter');
    await page.getByText('page-size is on').waitFor();
    await page.keyboard.press('Control+z');
    await expect.poll(() => toggle('page-size').isChecked(), { timeout: 10_000 }).toBe(false);
    await page.keyboard.press('/');
    expect(await page.getByLabel('Search flags').evaluate((field) => field === document.activeElement)).toBe(
      true,
    );
    await page.keyboard.type('zc/');
    expect(await page.getByLabel('Search flags').inputValue()).toBe('zc/');
  });

  test('a switch that fails goes back and says why', async () => {
    const route = '**/flags/live-chat';
    await page.route(route, (request) =>
      request.request().method() === 'PATCH'
        ? request.fulfill({
            status: 503,
            json: { success: false, errors: [{ code: 1503, message: 'The database cannot be reached.' }] },
          })
        : request.continue(),
    );
    await toggle('live-chat').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Turn off' }).click();
    await page.getByText('live-chat was not changed').waitFor();
    await page.getByText('The database cannot be reached.').waitFor();
    expect(await toggle('live-chat').isChecked()).toBe(true);
    await page.unroute(route);
  });

  test('a flag is created from the keyboard, with the line to paste', async () => {
    await page.keyboard.press('c');
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Key').fill('Summer sale');
    await dialog.getByText("getBooleanValue('summer-sale', false").waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'summer-sale' }).waitFor();
    expect(page.url()).toContain('/flags/summer-sale');
    const flag = await world.api('GET', `/apps/${world.shop}/flags/summer-sale`);
    expect(flag).toMatchObject({ enabled: false, default_variation: 'off', off_variation: 'off' });
  });

  test('a key that exists is refused in the form, which keeps what was typed', async () => {
    await page.keyboard.press('c');
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Key').fill('gift-cards');
    await dialog.getByRole('button', { name: 'Create flag' }).click();
    await dialog.getByRole('alert').waitFor();
    expect(await dialog.getByLabel('Key').inputValue()).toBe('gift-cards');
    await page.keyboard.press('Escape');
  });

  test('a list without flags teaches what one is for', async () => {
    await go('flags-none');
    await page.getByText('No flags yet').waitFor();
    expect(await page.getByRole('button', { name: 'Create flag' }).count()).toBe(2);
  });
});

describe('ramping', () => {
  test('is one click a step, and says when it is live', async () => {
    await go('flags');
    await link('dark-mode').click();
    for (const step of [5, 25, 100]) {
      await page.getByRole('button', { name: `${step}%`, exact: true }).click();
      await page.getByText(`on goes to ${step}%`).waitFor();
      const flag = await world.api('GET', `/apps/${world.shop}/flags/dark-mode`);
      expect(flag['rules']).toMatchObject([{ rollout: { percentage: step } }]);
    }
    await page.getByText(/Live on 1 of 1 edge, \d+ ms/).waitFor();
    await page.getByLabel('Other percentage').fill('33.5');
    await page.getByRole('button', { name: 'Set' }).click();
    await page.getByText('on goes to 33.5%').waitFor();
  });

  test('the kill switch is one click and a confirmation', async () => {
    const kill = page.getByRole('button', { name: 'Turn off for everyone' });
    await kill.click();
    await page.getByText('Everyone gets “off” within moments.').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    // Where the focus was, it is again.
    await expect
      .poll(() => kill.evaluate((button) => button === document.activeElement), { timeout: 10_000 })
      .toBe(true);
    await kill.click();
    await page.getByRole('button', { name: 'Turn off', exact: true }).click();
    await page.getByText('dark-mode is off').waitFor();
    expect(await world.api('GET', `/apps/${world.shop}/flags/dark-mode`)).toMatchObject({ enabled: false });
    await page.getByText(/Live on 1 of 1 edge, \d+ ms/).waitFor();
    await page.getByRole('button', { name: 'Undo' }).last().click();
    await expect
      .poll(async () => (await world.api('GET', `/apps/${world.shop}/flags/dark-mode`))['enabled'])
      .toBe(true);
  });
});
