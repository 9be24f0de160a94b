import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openWorld, settled, type World } from './world.ts';

/** Ada in one browser, Ben in another, on one flag. Each write is made while the other writes too, and undone by who made it. */
let world: World;
let ada: Page;
let ben: Page;
let flag: string;
let count = 0;

beforeAll(async () => {
  world = await openWorld();
  const { secret } = await world.api('POST', '/tokens', { name: 'Ben', permission: 'write' });
  ada = await world.enter({ token: world.tokens.ada });
  ben = await world.enter({ token: `${secret}` });
});
afterAll(() => world?.close());

const everyone = (percentage: number, priority: number) => ({
  priority,
  conditions: [],
  serve_variation: 'on',
  rollout: { percentage },
});
const plan = (priority: number, value = 'pro') => ({
  priority,
  conditions: [{ attribute: 'plan', operator: 'equals', value }],
  serve_variation: 'on',
});

beforeEach(async () => {
  count += 1;
  flag = `/apps/${world.shop}/flags/shared-${count}`;
  await world.api('POST', `/apps/${world.shop}/flags`, {
    key: `shared-${count}`,
    enabled: true,
    description: 'As it was',
    variations: { on: true, off: false },
    default_variation: 'off',
    rules: [plan(1), everyone(10, 2)],
  });
  for (const page of [ada, ben]) {
    await page.goto(`${world.url}/dashboard${flag}`);
    await settled(page);
  }
});

const state = () => world.api('GET', flag);
const button = (page: Page, name: string | RegExp): Locator =>
  page.getByRole('button', { name, exact: true });
const undo = async (page: Page, what: string): Promise<void> => {
  const said = page.getByRole('alert').filter({ hasText: what }).filter({ hasNotText: 'Undone' });
  await said.getByRole('button', { name: 'Undo' }).click();
};
const tab = async (page: Page, name: string): Promise<void> => {
  await page.getByRole('tab', { name }).click();
  await settled(page);
};
const describeAs = async (page: Page, text: string): Promise<void> => {
  await tab(page, 'Settings');
  const field = page.getByLabel('Description');
  await field.click();
  await page.keyboard.press('Control+a');
  await field.pressSequentially(text);
  await save(page);
};
const save = async (page: Page): Promise<void> => {
  await button(page, 'Review and save').click();
  await button(page, 'Save').click();
  // Its dialog goes when it is saved; what was said of the save before may still be there.
  await page.getByRole('dialog', { name: /^Save / }).waitFor({ state: 'hidden' });
  await page
    .getByText(/ is saved$/)
    .last()
    .waitFor();
};
const addRule = async (page: Page, attribute: string): Promise<void> => {
  await button(page, 'Add rule').click();
  const rule = page.getByRole('listitem', { name: 'Rule 2', exact: true });
  await rule.getByRole('combobox', { name: 'Attribute' }).pressSequentially(attribute);
  await rule.getByLabel('Value', { exact: true }).pressSequentially('x');
  await save(page);
};

describe('a write beside somebody else’s, and its undo, leave the other’s as it is', () => {
  test('a ramp and a new rule', async () => {
    await button(ada, '25%').click();
    await ada.getByText('on goes to 25%').waitFor();
    await addRule(ben, 'country');
    await undo(ada, 'on goes to 25%');
    await ada.getByText('Undone: on goes to 25%').waitFor();
    expect((await state())['rules']).toMatchObject([
      plan(1),
      { conditions: [{ attribute: 'country' }] },
      { rollout: { percentage: 10 } },
    ]);
    await undo(ben, 'is saved');
    await ben.getByText(/^Undone: .* is saved$/).waitFor();
    expect((await state())['rules']).toMatchObject([plan(1), { rollout: { percentage: 10 } }]);
  });

  test('a switch and a description', async () => {
    await ada.getByRole('switch').first().click();
    await button(ada, 'Turn off').click();
    await ada.getByText(/ is off$/).waitFor();
    await describeAs(ben, 'By Ben');
    await undo(ada, 'is off');
    await ada.getByText(/ is on$/).waitFor();
    expect(await state()).toMatchObject({ enabled: true, description: 'By Ben' });
    await undo(ben, 'is saved');
    await ben.getByText(/^Undone: .* is saved$/).waitFor();
    expect(await state()).toMatchObject({ enabled: true, description: 'As it was' });
  });

  test('a kill and a ramp', async () => {
    await button(ada, 'Turn off for everyone').click();
    await button(ada, 'Turn off').click();
    await ada.getByText(/ is off$/).waitFor();
    await button(ben, '50%').click();
    await ben.getByText('on goes to 50%').waitFor();
    await undo(ada, 'is off');
    await ada.getByText(/ is on$/).waitFor();
    expect(await state()).toMatchObject({ enabled: true, rules: [plan(1), { rollout: { percentage: 50 } }] });
    await undo(ben, 'on goes to 50%');
    await ben.getByText('Undone: on goes to 50%').waitFor();
    expect((await state())['rules']).toMatchObject([plan(1), { rollout: { percentage: 10 } }]);
  });
});

test('of two ramps nobody’s undo takes the other’s back', async () => {
  await button(ada, '25%').click();
  await ada.getByText('on goes to 25%').waitFor();
  await ben.getByText('25%').first().waitFor();
  await button(ben, '50%').click();
  await ben.getByText('on goes to 50%').waitFor();
  await undo(ada, 'on goes to 25%');
  await ada.getByText('changed again since').waitFor();
  expect((await state())['rules']).toMatchObject([plan(1), { rollout: { percentage: 50 } }]);
  await undo(ben, 'on goes to 50%');
  await ben.getByText('Undone: on goes to 50%').waitFor();
  expect((await state())['rules']).toMatchObject([plan(1), { rollout: { percentage: 25 } }]);
});

test('one’s own ramp during one’s own draft is taken in, and the rule that is open stays open', async () => {
  await button(ada, 'Add rule').click();
  const rule = ada.getByRole('listitem', { name: 'Rule 2', exact: true });
  await rule.getByRole('combobox', { name: 'Attribute' }).pressSequentially('country');
  await button(ada, '25%').click();
  await ada.getByText('on goes to 25%').waitFor();
  await rule.getByLabel('Value', { exact: true }).pressSequentially('se');
  await ada.getByText('1 unsaved change').waitFor();
  expect(await ada.getByText('changed the same').count()).toBe(0);
  await save(ada);
  expect((await state())['rules']).toMatchObject([
    plan(1),
    { conditions: [{ attribute: 'country', value: 'se' }] },
    { rollout: { percentage: 25 } },
  ]);
});

test('a removed rule, a removed variation and a discarded draft come back, with what was typed meanwhile', async () => {
  await button(ada, 'More for rule 1').click();
  await ada.getByRole('menuitem', { name: 'Remove rule' }).click();
  await button(ada, 'Edit rule 1').click();
  await ada.getByRole('textbox', { name: 'Percentage', exact: true }).click();
  await ada.keyboard.press('Control+a');
  await ada.keyboard.type('12.5');
  await undo(ada, 'Rule 1 is removed');
  await ada.getByText('Share').first().waitFor();
  await button(ada, 'Discard').click();
  await button(ada, 'Review and save').waitFor({ state: 'detached' });
  await undo(ada, 'discarded');
  await save(ada);
  expect((await state())['rules']).toMatchObject([plan(1), { rollout: { percentage: 12.5 } }]);
  await tab(ada, 'Variations');
  await button(ada, 'Add variation').click();
  await ada.getByRole('button', { name: /^Remove variation variation-3$/ }).click();
  await undo(ada, 'Variation variation-3 is removed');
  await save(ada);
  expect(Object.keys(Object((await state())['variations']))).toEqual(['on', 'off', 'variation-3']);
});
