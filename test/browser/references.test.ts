import AxeBuilder from '@axe-core/playwright';
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

test('a flag says who owns it, that it is permanent and that it is protected, and forgets all three again', async () => {
  const page = await world.enter({ token: world.tokens.ada });
  const path = `/apps/${world.shop}/flags/gift-cards`;
  const save = async () => {
    await page.getByRole('button', { name: 'Review and save' }).click();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
  };
  await page.goto(`${world.url}/dashboard${path}?tab=settings`);
  await settled(page);
  await page.getByLabel('Owner').pressSequentially('payments team ');
  await page.getByRole('checkbox', { name: 'Permanent' }).click();
  await page.getByRole('checkbox', { name: 'Protected' }).click();
  await save();
  expect(await world.api('GET', path)).toMatchObject({
    owner: 'payments team',
    permanent: true,
    protected: true,
  });
  await page.getByText('Owner: payments team').waitFor();
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
  if (process.env['DR_SHOT']) await page.screenshot({ path: process.env['DR_SHOT'], fullPage: true });
  await page.goto(`${world.url}/dashboard/apps/${world.shop}/flags`);
  await page.getByText('payments team').waitFor();
  await page.goto(`${world.url}/dashboard${path}?tab=settings`);
  await settled(page);
  await page.getByLabel('Owner').click();
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Delete');
  for (const name of ['Permanent', 'Protected']) await page.getByRole('checkbox', { name }).click();
  await save();
  const stored = await world.api('GET', path);
  expect(stored).not.toHaveProperty('owner');
  expect([stored['permanent'] ?? false, stored['protected'] ?? false]).toEqual([false, false]);
  await page.context().close();
});

test('a flag’s own history has changes of the segments through which it changed, and leads to them', async () => {
  const segments = `/apps/${world.shop}/segments`;
  await world.api('POST', segments, { key: 'inner', include: ['ada'] });
  await world.api('POST', segments, {
    key: 'outer',
    conditions: [{ operator: 'in_segment', value: ['inner'] }],
  });
  const path = `/apps/${world.shop}/flags/page-size`;
  await world.api('PATCH', path, {
    rules: [
      { priority: 1, conditions: [{ operator: 'in_segment', value: ['outer'] }], serve_variation: 'large' },
    ],
  });
  const page = await world.enter({ token: world.tokens.reader });
  await page.goto(`${world.url}/dashboard${path}?tab=history`);
  await settled(page);
  expect(await page.getByText('through segment').count()).toBe(0);
  await world.api('POST', `${segments}/inner/members`, { add: ['grace'] }, { token: world.tokens.ada });
  const entry = page.getByRole('listitem').filter({ hasText: 'through segment inner' });
  await entry.getByText('by Ada Lovelace').waitFor();
  await entry.getByText('“grace”').waitFor();
  if (process.env['DR_SHOT']) await page.screenshot({ path: `${process.env['DR_SHOT']}-history.png` });
  await entry.getByRole('link', { name: 'inner' }).click();
  await page.waitForURL(/segments\/inner$/);
  await page.context().close();
});
