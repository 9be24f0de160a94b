import { afterAll, beforeAll, expect, test } from 'vitest';
import { openWorld, settled, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world?.close());

test('a rule asks what another flag serves, and is saved with its id', async () => {
  const page = await world.enter();
  const path = `/apps/${world.shop}/flags/live-chat`;
  const before = await world.api('GET', path);
  await page.goto(`${world.url}/dashboard${path}`);
  await settled(page);
  await page.getByRole('button', { name: 'Edit rule 1' }).click();
  const rule = page.getByRole('listitem', { name: 'Rule 1', exact: true });
  await rule.getByRole('button', { name: 'Add flag' }).first().click();
  await rule.getByText('Choose a flag.').first().waitFor();
  await rule.getByRole('combobox', { name: 'Flag' }).pressSequentially('new-check');
  await page.getByRole('option', { name: 'new-checkout', exact: true }).click();
  await rule.getByRole('combobox', { name: 'Variations' }).pressSequentially('on');
  await page.getByRole('option', { name: 'on', exact: true }).click();
  await rule.getByText('the flag “new-checkout” serves “on”').first().waitFor();
  if (process.env['DR_SHOT']) await page.screenshot({ path: process.env['DR_SHOT'], fullPage: true });
  await page.getByRole('button', { name: 'Review and save' }).click();
  await page.getByLabel('Why').pressSequentially('Only with the new checkout');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page
    .getByText(/ is saved$/)
    .last()
    .waitFor();
  const after = await world.api('GET', path);
  const ids = (flag: Record<string, unknown>): unknown =>
    Array.isArray(flag['rules']) ? flag['rules'].map(({ id }) => id) : null;
  expect(ids(after)).toEqual(ids(before));
  expect(JSON.stringify(after['rules'])).toContain(
    '{"flag":"new-checkout","operator":"serves","value":["on"]}',
  );
});
