import AxeBuilder from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openWorld, settled, type World } from '../browser/world.ts';

/** What must never break, in a minute; `npm run test:browser` walks everything. */
let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world?.close());

const go = async (page: Page, name: string): Promise<void> => {
  await page.goto(`${world.url}/dashboard${world.paths[name]}`);
  await settled(page);
};

test('somebody signs in, switches a flag, targets a group and finds the change in the history', async () => {
  const context = await world.browser.newContext({ reducedMotion: 'reduce' });
  const page = await context.newPage();
  await page.goto(`${world.url}/dashboard${world.paths['flags']}`);
  await page.getByLabel('Token', { exact: true }).fill(world.tokens.ada);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('switch', { name: 'gift-cards' }).click();
  await page.getByText('gift-cards is on').waitFor();
  const flag = `/apps/${world.shop}/flags/gift-cards`;
  expect(await world.api('GET', flag)).toMatchObject({ enabled: true, updated_by: 'Ada Lovelace' });

  await page.getByRole('link', { name: 'gift-cards', exact: true }).click();
  await page.getByRole('button', { name: 'Edit rule 1' }).click();
  const rule = page.getByRole('listitem', { name: 'Rule 1', exact: true });
  await rule.getByRole('button', { name: 'Add condition' }).click();
  await rule.getByRole('combobox', { name: 'Attribute' }).fill('plan');
  await rule.getByLabel('Value', { exact: true }).fill('enterprise');
  await page.getByRole('button', { name: 'Review and save' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Rule 1: conditions').waitFor();
  await dialog.getByLabel('Why').fill('Enterprise first');
  await dialog.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('gift-cards is saved').waitFor();
  expect((await world.api('GET', flag))['rules']).toMatchObject([
    { conditions: [{ attribute: 'plan', operator: 'equals', value: 'enterprise' }] },
  ]);
  await page.getByRole('link', { name: 'History', exact: true }).click();
  const newest = page.getByRole('list', { name: 'History' }).getByRole('listitem').first();
  await newest.getByText('Enterprise first').waitFor();
  expect(await newest.innerText()).toContain('by Ada Lovelace');
  await context.close();
});

test.each([
  { width: 1280, scheme: 'light' },
  { width: 400, scheme: 'dark' },
] as const)('the main pages are clean for axe at $width px, $scheme', async (look) => {
  const page = await world.enter(look);
  const found: string[] = [];
  for (const name of ['flags', 'flag', 'history', 'tokens']) {
    await go(page, name);
    const { violations } = await new AxeBuilder({ page }).options({ resultTypes: ['violations'] }).analyze();
    for (const { id, nodes } of violations) found.push(`${name}: ${id}: ${nodes[0]?.html.slice(0, 160)}`);
  }
  expect(found).toEqual([]);
  await page.context().close();
});
