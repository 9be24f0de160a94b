import AxeBuilder from '@axe-core/playwright';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openWorld, settled, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world?.close());

const at = (key: string): string => `/apps/${world.shop}/flags/${key}`;
const create = (key: string, percentage: number, more: object = {}) =>
  world.api('POST', `/apps/${world.shop}/flags`, {
    key,
    enabled: true,
    variations: { on: true, off: false },
    default_variation: 'off',
    rules: [{ priority: 1, conditions: [], serve_variation: 'on', rollout: { percentage } }],
    ...more,
  });
const needs = (...flags: string[]) => ({
  prerequisites: flags.map((flag) => ({ flag, variations: ['on'] })),
});
const button = (where: Page | Locator, name: string | RegExp): Locator =>
  where.getByRole('button', { name, exact: true });
const open = async (page: Page, path: string): Promise<void> => {
  await page.goto(`${world.url}/dashboard${path}`);
  await settled(page);
};
const require = async (page: Page, place: number, flag: string): Promise<void> => {
  await button(page, 'Add prerequisite').click();
  const row = page.getByRole('listitem', { name: `Prerequisite ${place}`, exact: true });
  await row.getByText('Choose a flag.').waitFor();
  await row.getByRole('combobox', { name: 'Flag' }).pressSequentially(flag);
  await page.getByRole('option', { name: flag, exact: true }).click();
  await row.getByText(`Choose a variation of ${flag}.`).waitFor();
  await row.getByRole('combobox', { name: 'Variations' }).pressSequentially('on');
  await page.getByRole('option', { name: 'on', exact: true }).click();
};
const save = async (page: Page): Promise<void> => {
  await button(page, 'Review and save').click();
  await button(page.getByRole('dialog'), 'Save').click();
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
};

test('prerequisites are added, changed and removed, and the share that they leave is said in words', async () => {
  await create('payments', 50);
  await create('accounts', 10);
  await create('wallet', 25);
  const page = await world.enter({ token: world.tokens.ada });
  await open(page, at('wallet'));
  await require(page, 1, 'payments');
  const section = page.getByRole('region', { name: 'Prerequisites' });
  await section.getByText('on for at most 12.5% of everyone, with all prerequisites.').waitFor();
  await save(page);
  expect(await world.api('GET', at('wallet'))).toMatchObject(needs('payments'));
  await page.getByText('on for 25% of everyone, otherwise off, if its prerequisite is met').waitFor();

  await require(page, 2, 'accounts');
  await section.getByText('on for at most 1.25% of everyone').waitFor();
  await world.api('PATCH', at('accounts'), { enabled: false });
  await section.getByText('Nobody, while a prerequisite is off').waitFor();
  await button(section, 'Remove the prerequisite payments').click();
  await save(page);
  expect(await world.api('GET', at('wallet'))).toMatchObject(needs('accounts'));
  await page.getByRole('link', { name: '“accounts”' }).first().click();
  await page.waitForURL(/flags\/accounts$/);

  await page.goBack();
  await settled(page);
  await button(section, 'Remove the prerequisite accounts').click();
  await save(page);
  expect(await world.api('GET', at('wallet'))).not.toHaveProperty('prerequisites.0');
  await page.context().close();
});

test('a circle is refused before it is saved, with the path in the sentence of the server', async () => {
  await create('circle-a', 50);
  await create('circle-b', 50, needs('circle-a'));
  const page = await world.enter({ token: world.tokens.ada });
  await open(page, at('circle-a'));
  await require(page, 1, 'circle-b');
  await button(page, 'Review and save').click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('The server refuses this change').waitFor();
  await dialog
    .getByText(/circle/)
    .first()
    .waitFor();
  expect(await button(dialog, 'Save').isDisabled()).toBe(true);
  await page.context().close();
});

test('who may only read reads the prerequisites, and what a user gets is tried with them', async () => {
  await create('base', 100, { enabled: false });
  await create('on-top', 100, needs('base'));
  const page = await world.enter({ token: world.tokens.reader });
  await open(page, at('on-top'));
  const section = page.getByRole('region', { name: 'Prerequisites' });
  await section.getByText('the flag “base” is on and serves “on”').waitFor();
  expect(await section.getByRole('button').count()).toBe(0);
  await button(page, 'Try a user').click();
  await page.getByRole('textbox', { name: 'Evaluation context' }).pressSequentially('ada');
  await page.getByText('prerequisite base is not met; the flag serves off').waitFor();
  await world.api('PATCH', at('base'), { enabled: true });
  await page.getByText(/rule 1 serves on/).waitFor();
  await page.context().close();
});

describe.for(
  [1280, 400].flatMap((width) => (['light', 'dark'] as const).map((scheme) => ({ width, scheme }))),
)('at $width px, $scheme', ({ width, scheme }) => {
  test('prerequisites are clean for axe and fit the window', { timeout: 240_000 }, async () => {
    const key = `clean-${width}-${scheme}`;
    await create(key, 25, needs('dark-mode', 'new-checkout'));
    const page = await world.enter({ width, scheme });
    await open(page, at(key));
    await page.getByText('on for at most 3.125% of everyone').waitFor();
    await button(page, 'Add prerequisite').click();
    await page.waitForTimeout(300);
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
    const wide = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(wide).toBe(0);
    const shots = process.env['PREREQUISITE_SHOTS'];
    if (shots) await page.screenshot({ path: `${shots}/needs-${width}-${scheme}.png`, fullPage: true });
    await page.context().close();
  });
});
