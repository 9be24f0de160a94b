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
    /Changed new-checkout by Ada Lovelace just now .* As agreed in the release meeting Rule 1: rollout was 100% → now 25%/,
  );
  const time = entries().first().locator('time');
  expect(await time.getAttribute('title')).toMatch(/\d{4}/);
});

test('is filtered by flag, person and day, and the filter is in the address', async () => {
  await page.getByLabel('Flag', { exact: true }).fill('api-limits');
  await page.waitForFunction(() => document.querySelectorAll('ol[aria-label="History"] > li').length === 1);
  expect(page.url()).toContain('flag=api-limits');
  await page.getByLabel('Person or service').fill('Nobody');
  await page.getByText('Nothing has changed yet').waitFor();
  await page.getByRole('button', { name: 'Clear' }).click();
  await page.getByLabel('To', { exact: true }).fill('2020-01-01');
  await page.getByText('Nothing has changed yet').waitFor();
  await page.goBack();
  await page.goto(`${world.url}/dashboard${world.paths['history']}?actor=Ada+Lovelace`);
  await entries().first().waitFor();
});

test('restores any point after a preview, and brings a deleted flag back', async () => {
  const flag = `/apps/${world.shop}/flags/new-checkout`;
  await page.getByRole('button', { name: 'Restore new-checkout to version 1' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Rule 1: serves').waitFor();
  await dialog.getByText('Switch').waitFor();
  await dialog.getByRole('button', { name: 'Restore' }).click();
  await page.getByText('new-checkout is as it was in version 1').waitFor();
  expect(await world.api('GET', flag)).toMatchObject({ enabled: false, version: 4 });

  await world.api('DELETE', flag);
  await page.getByRole('button', { name: 'Restore new-checkout to version 3' }).click();
  await dialog.getByText('The flag does not exist now.').waitFor();
  await dialog.getByRole('button', { name: 'Restore' }).click();
  await page.getByText('new-checkout is as it was in version 3').waitFor();
  expect(await world.api('GET', flag)).toMatchObject({ enabled: true });
});

test('a permalink leads to the change', async () => {
  await entries().nth(1).getByRole('button', { name: 'Copy a link to this change' }).click();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  await page.goto(link);
  await page.locator('[data-highlighted="true"]').waitFor();
  expect(await page.locator('[data-highlighted="true"]').count()).toBe(1);
});

test('is exported as CSV and JSON, all of it', async () => {
  const all = await entries().count();
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
