import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openWorld, settled, type World } from './world.ts';

let world: World;
let page: Page;
beforeAll(async () => {
  world = await openWorld();
  page = await world.enter();
});
afterAll(() => world?.close());
beforeEach(async () => {
  await page.goto(`${world.url}/dashboard${world.paths['history']}`);
  await settled(page);
});

const entries = () => page.getByRole('list', { name: 'History' }).getByRole('listitem');

test('shows who changed what, field by field, when and why', async () => {
  const newest = await entries().first().innerText();
  expect(newest.replace(/\s+/g, ' ')).toMatch(
    /Changed new-checkout by Ada Lovelace \d\d:\d\d:\d\d UTC\S*, just now .* As agreed in the release meeting Rule 1: serves was on → now on for 25%/,
  );
  const time = entries().first().locator('time');
  expect(await time.getAttribute('title')).toMatch(/\d{4}/);
});

test('part of a name, in any case, finds changes instead of saying that there never was one', async () => {
  const rows = page.locator('ol[aria-label="History"] > li');
  await page.getByLabel('Flag', { exact: true }).pressSequentially('API-lim');
  await page.waitForFunction(() => document.querySelectorAll('ol[aria-label="History"] > li').length === 1);
  expect(page.url()).toContain('flag=API-lim');
  await page.getByLabel('Person or service').pressSequentially('lovel');
  await page.waitForURL(/actor=lovel/);
  await rows.first().getByText('api-limits').waitFor();
  await page.getByLabel('Person or service').pressSequentially('x');
  await page.getByText('No changes match these filters').waitFor();
  await page.getByRole('main').getByRole('button', { name: 'Clear filters' }).last().click();
  await rows.nth(3).waitFor();
  expect(await page.getByLabel('Flag', { exact: true }).inputValue()).toBe('');
  await page.getByLabel('To', { exact: true }).fill('2020-01-01');
  await page.getByText('No changes match these filters').waitFor();
  await page.goto(`${world.url}/dashboard${world.paths['history']}?actor=Ada+Lovelace`);
  await entries().first().waitFor();
});

test('the last quarter of an hour is one click, and days have headings', async () => {
  await page.getByText('Last 15 min', { exact: true }).click();
  await page.waitForURL(/last=15m/);
  await entries().first().waitFor();
  await page.getByRole('heading', { name: /^Today, \w+, / }).waitFor();
});

test('one commit of several flags is one row, and is undone as one beside what a colleague changed', async () => {
  const flags = `/apps/${world.shop}/flags`;
  const ask = { token: world.tokens.ada };
  await world.api(
    'POST',
    `/apps/${world.shop}/changes`,
    {
      changes: ['gift-cards', 'live-chat', 'dark-mode'].map((key) => ({
        op: 'patch',
        key,
        flag: { description: `${key} in winter` },
      })),
      comment: 'Winter texts',
    },
    ask,
  );
  const row = page.getByRole('listitem').filter({ hasText: 'Winter texts' });
  await row.getByText('3 flags').waitFor();
  expect(await row.count()).toBe(1);
  await world.api('PATCH', `${flags}/live-chat`, { tags: ['by-ben'] });
  await row.getByRole('button', { name: /^More for gift-cards/ }).click();
  await page.getByRole('menuitem', { name: 'Undo this commit' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('“Gift cards as a way to pay”').waitFor();
  await dialog.getByLabel('Why').press('End');
  await dialog.getByLabel('Why').pressSequentially(', too early');
  await dialog.getByRole('button', { name: 'Undo', exact: true }).click();
  await page.getByText(/^Commit \d+ is undone$/).waitFor();
  expect(await world.api('GET', `${flags}/live-chat`)).toMatchObject({
    description: 'A person to talk to',
    tags: ['by-ben'],
  });
  expect(await world.api('GET', `${flags}/gift-cards`)).toMatchObject({
    description: 'Gift cards as a way to pay',
  });
  await page.getByText(/^Undo of commit \d+, too early$/).waitFor();
  await page.getByRole('button', { name: 'Undo', exact: true }).last().click();
  await expect
    .poll(async () => (await world.api('GET', `${flags}/dark-mode`))['description'])
    .toBe('dark-mode in winter');
  expect(await world.api('GET', `${flags}/live-chat`)).toMatchObject({ tags: ['by-ben'] });
});

test('the row of the change that broke it undoes it, and never over a colleague', async () => {
  const flag = `/apps/${world.shop}/flags/page-size`;
  await world.api('PATCH', flag, { default_variation: 'large' }, { token: world.tokens.ada });
  const row = page.getByRole('listitem').filter({ hasText: 'Default variation' }).first();
  await row.getByRole('button', { name: 'Undo this change: page-size, version 2' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Default variation').waitFor();
  // While Ben looks at the preview, Ada changes the same again.
  await world.api('PATCH', flag, { variations: { huge: 500 } }, { token: world.tokens.ada });
  await world.api('PATCH', flag, { default_variation: 'huge' }, { token: world.tokens.ada });
  await dialog.getByRole('button', { name: 'Undo', exact: true }).click();
  await dialog.getByText('page-size cannot be undone').waitFor();
  expect(await dialog.getByRole('button', { name: 'Undo', exact: true }).count()).toBe(0);
  expect(await world.api('GET', flag)).toMatchObject({ default_variation: 'huge', version: 4 });
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Undo this change: page-size, version 4' }).click();
  await dialog.getByRole('button', { name: 'Undo', exact: true }).click();
  await page.getByText('The change to page-size is undone').waitFor();
  expect(await world.api('GET', flag)).toMatchObject({ default_variation: 'large', version: 5 });
});

test('restores any point after a preview, and brings a deleted flag back', async () => {
  const flag = `/apps/${world.shop}/flags/new-checkout`;
  const restore = async (version: number) => {
    await page.getByRole('button', { name: `More for new-checkout, v${version}`, exact: true }).click();
    await page.getByRole('menuitem', { name: `Restore new-checkout to version ${version}` }).click();
  };
  await restore(1);
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Rule 1: serves').waitFor();
  await dialog.getByText('Switch').waitFor();
  await dialog.getByLabel('Why').pressSequentially('It was better');
  await dialog.getByRole('button', { name: 'Restore' }).click();
  await page.getByText('new-checkout is as it was in version 1').waitFor();
  await page.getByText('It was better').waitFor();
  expect(await world.api('GET', flag)).toMatchObject({ enabled: false, version: 4 });

  await world.api('DELETE', flag);
  await restore(3);
  await dialog.getByText('The flag does not exist now.').waitFor();
  await dialog.getByRole('button', { name: 'Restore' }).click();
  await page.getByText('new-checkout is as it was in version 3').waitFor();
  expect(await world.api('GET', flag)).toMatchObject({ enabled: true });
});

test('a link to a change ends at the change, however old it is', async () => {
  const flag = `/apps/${world.shop}/flags/dark-mode`;
  for (let index = 0; index < 60; index += 1) {
    await world.api('PATCH', flag, { description: `Night ${index}` }, { token: world.tokens.ada });
  }
  const [first] = Object.values(await world.api('GET', `${flag}/changelog?limit=200`)).slice(-1);
  const id = JSON.parse(JSON.stringify(first)).id;
  for (const path of [
    `/apps/${world.shop}/history?entry=${id}`,
    `/apps/${world.shop}/flags/dark-mode?tab=history&entry=${id}`,
  ]) {
    await page.goto(`${world.url}/dashboard${path}`);
    const place = page.locator('[data-highlighted="true"]');
    await place.waitFor();
    await page.waitForFunction(() => {
      const box = document.querySelector('[data-highlighted="true"]')?.getBoundingClientRect();
      return box !== undefined && box.top >= 0 && box.bottom <= window.innerHeight;
    });
    expect(await place.evaluate((row) => row.contains(document.activeElement))).toBe(true);
  }
  await page.getByRole('button', { name: 'Copy a link to this change' }).last().click();
  await page.goto(await page.evaluate(() => navigator.clipboard.readText()));
  await page.getByText(/^Only commit \d+$/).waitFor();
  await page.locator('[data-highlighted="true"]').waitFor();
  await page.getByRole('button', { name: 'Show all changes' }).click();
  await entries().nth(3).waitFor();
});

test('is exported as CSV and JSON, all of it', async () => {
  await page.getByLabel('Flag', { exact: true }).pressSequentially('gift');
  await page.waitForURL(/flag=gift/);
  await page.waitForFunction(
    () => !document.querySelector('ol[aria-label="History"]')?.textContent?.includes('dark-mode'),
  );
  const all = await page.getByRole('button', { name: /^Undo this change/ }).count();
  for (const [kind, count] of [
    ['CSV', (text: string) => text.match(/^\d{4}-\d\d-\d\dT/gm)?.length],
    ['JSON', (text: string) => JSON.parse(text).length],
  ] as const) {
    await page.getByRole('button', { name: 'Export', exact: true }).click();
    const waiting = page.waitForEvent('download');
    await page.getByRole('menuitem', { name: kind }).click();
    const text = await readFile(await (await waiting).path(), 'utf8');
    expect(count(text)).toBe(all);
  }
});
