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
  await page.getByRole('dialog').getByRole('button', { name: 'Turn on' }).click();
  await page.getByText('gift-cards is on').waitFor();
  const flag = `/apps/${world.shop}/flags/gift-cards`;
  expect(await world.api('GET', flag)).toMatchObject({ enabled: true, updated_by: 'Ada Lovelace' });

  await page.getByRole('link', { name: 'gift-cards', exact: true }).click();
  await page.getByRole('button', { name: 'Edit rule 1' }).click();
  const rule = page.getByRole('listitem', { name: 'Rule 1', exact: true });
  await rule.getByRole('button', { name: 'Add condition' }).click();
  await rule.getByRole('combobox', { name: 'Attribute' }).pressSequentially('plan');
  await rule.getByLabel('Value', { exact: true }).pressSequentially('enterprise');
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

const everyone = (percentage: number, priority = 1) => ({
  priority,
  conditions: [],
  serve_variation: 'on',
  rollout: { percentage },
});
const plan = (priority: number) => ({
  priority,
  conditions: [{ attribute: 'plan', operator: 'equals', value: 'pro' }],
  serve_variation: 'on',
});
const flagOf = (key: string) => `/apps/${world.shop}/flags/${key}`;
const put = (key: string, more: object, token = world.tokens.ada) =>
  world.api(
    'PUT',
    flagOf(key),
    { enabled: true, variations: { on: true, off: false }, default_variation: 'off', ...more },
    { token },
  );
const created = async (key: string, more: object): Promise<void> => {
  const flag = { enabled: true, variations: { on: true, off: false }, default_variation: 'off', ...more };
  await world.api('POST', `/apps/${world.shop}/flags`, { key, ...flag }, { token: world.tokens.ada });
};
const open = async (key: string): Promise<Page> => {
  const page = await world.enter({ token: world.tokens.ada });
  await page.goto(`${world.url}/dashboard${flagOf(key)}`);
  await settled(page);
  return page;
};
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true });

test('undoing a ramp keeps the rule that a colleague added meanwhile', async () => {
  await created('ramped', { rules: [everyone(10)] });
  const page = await open('ramped');
  await button(page, '25%').click();
  await page.getByText('on goes to 25%').waitFor();
  await put('ramped', { rules: [plan(1), everyone(25, 2)] }, world.tokens.admin);
  await button(page, 'Undo').first().click();
  await page.getByText('Undone: on goes to 25%').waitFor();
  expect((await world.api('GET', flagOf('ramped')))['rules']).toMatchObject([plan(1), everyone(10, 2)]);
  await page.context().close();
});

test('undoing the first step of a rollout leaves no rule of 0% behind', async () => {
  await created('first-step', { rules: [plan(1)] });
  const page = await open('first-step');
  // Nothing is released before somebody says to which variation.
  expect(await button(page, '100%').count()).toBe(0);
  await page.getByRole('combobox', { name: 'Start a rollout to …' }).click();
  await page.getByRole('option', { name: 'on', exact: true }).click();
  await button(page, '5%').click();
  await page.getByText('on goes to 5%').waitFor();
  await button(page, 'Undo').click();
  await page.getByText('Undone: on goes to 5%').waitFor();
  expect((await world.api('GET', flagOf('first-step')))['rules']).toEqual([
    { ...plan(1), id: expect.any(String) },
  ]);
  await page.context().close();
});

test('a new rule is for nobody until it has a condition, and stands before the rules for everyone', async () => {
  await created('narrow', { rules: [everyone(50)] });
  const page = await open('narrow');
  await button(page, 'Add rule').click();
  const rule = page.getByRole('listitem', { name: 'Rule 1', exact: true });
  await rule.getByText('Nobody yet').waitFor();
  expect(await button(page, 'Review and save').isDisabled()).toBe(true);
  await rule.getByRole('combobox', { name: 'Attribute' }).pressSequentially('plan');
  await rule.getByLabel('Value', { exact: true }).pressSequentially('pro');
  await button(page, 'Review and save').click();
  await page.getByLabel('Why').pressSequentially('Pro first');
  await page.keyboard.press('Control+Enter');
  await page.getByText('narrow is saved').waitFor();
  expect((await world.api('GET', flagOf('narrow')))['rules']).toMatchObject([plan(1), everyone(50, 2)]);
  await page.context().close();
});

test('two rules open to everyone are told by the shares that people have, and turned into one split', async () => {
  const variations = { a: 'a', b: 'b', c: 'c' };
  const share = (name: string, percentage: number, priority: number) => ({
    ...everyone(percentage, priority),
    serve_variation: name,
  });
  const rules = [share('a', 30, 1), share('b', 70, 2)];
  await created('imported', { variations, default_variation: 'c', rules });
  const page = await open('imported');
  await page.getByText('a 30%, b 40% and c 30% for everyone').first().waitFor();
  await button(page, 'Turn into one split').click();
  await button(page, 'Review and save').click();
  await button(page, 'Save').click();
  await page.getByText('imported is saved').waitFor();
  expect((await world.api('GET', flagOf('imported')))['rules']).toMatchObject([
    {
      conditions: [],
      split: {
        allocations: [
          { variation: 'a', ranges: [[0, 30]] },
          { variation: 'b', ranges: [[30, 70]] },
        ],
      },
    },
  ]);
  await page.context().close();
});

test('a change is not called live while a cut-off edge may still serve the flag as it was', async () => {
  await created('killed', { rules: [everyone(100)] });
  const page = await world.enter({ token: world.tokens.ada });
  // Three edges are started by `npm run test:browser`; here what they would report is made up.
  await page.route('**/events', () => new Promise(() => undefined));
  await page.route('**/propagation', async (route) => {
    const { result } = await (await route.fetch()).json();
    const last_seen = '2026-11-24T16:02:11.000Z';
    const edges = ['a', 'b'].map((id) => ({ id, applied_version: result.version, lag_ms: 5, last_seen }));
    const silent_edges = [{ id: 'cut-off', applied_version: result.version - 1, last_seen }];
    await route.fulfill({
      json: {
        success: true,
        errors: [],
        messages: [],
        result: { version: result.version, edges, silent_edges },
      },
    });
  });
  await page.goto(`${world.url}/dashboard${flagOf('killed')}`);
  const live = page.getByRole('status', { name: 'Live' });
  await live.getByText(/^1 edge silent since \d\d:02:11, may still serve version \d+$/).waitFor();
  expect(await live.getAttribute('data-tone')).toBe('bad');
  await page.context().close();
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
