import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openWorld, settled, type World } from './world.ts';

/** What somebody does with a flag's page when something is broken: on one strip, in a few clicks. */
let world: World;
let page: Page;
let key: string;
let flag: string;
let count = 0;

beforeAll(async () => {
  world = await openWorld();
  page = await world.enter();
});
afterAll(() => world?.close());

const rules = (percentage: number) => [
  {
    priority: 1,
    conditions: [{ attribute: 'plan', operator: 'equals', value: 'pro' }],
    serve_variation: 'on',
  },
  { priority: 2, conditions: [], serve_variation: 'on', rollout: { percentage } },
];
beforeEach(async () => {
  count += 1;
  key = `broken-checkout-${count}`;
  flag = `/apps/${world.shop}/flags/${key}`;
  await world.api('POST', `/apps/${world.shop}/flags`, {
    key,
    enabled: true,
    variations: { on: true, off: false },
    default_variation: 'off',
    rules: rules(25),
  });
});

const strip = (on: Page = page): Locator => on.getByRole('region', { name: 'This flag now' });
const open = async (path = flag, on: Page = page): Promise<void> => {
  await on.goto(`${world.url}/dashboard${path}`);
  await settled(on);
};
const state = () => world.api('GET', flag);
const live = () =>
  strip()
    .getByText(/^Live on 1 of 1 edge/)
    .waitFor();
const newest = async () => {
  const entries = await world.api('GET', `${flag}/changelog?limit=1`);
  return Reflect.get(entries, 0);
};

test('“Checkout is broken” is undone and seen live within three clicks and thirty seconds', async () => {
  await open(`/apps/${world.shop}/history`);
  await world.api('PATCH', flag, { rules: rules(100) }, { token: world.tokens.ada });
  let clicks = 0;
  const began = performance.now();
  const click = async (what: Locator): Promise<void> => {
    clicks += 1;
    await what.click();
  };
  await click(page.getByRole('link', { name: key, exact: true }).first());
  await click(strip().getByRole('button', { name: `Undo the last change to ${key}` }));
  await click(page.getByRole('dialog').getByRole('button', { name: 'Undo', exact: true }));
  await page.getByText(`The change to ${key} is undone`).waitFor();
  await live();
  const seconds = (performance.now() - began) / 1_000;
  expect((await state())['rules']).toMatchObject(rules(25));
  console.info(`Undone and seen live in ${clicks} clicks and ${seconds.toFixed(1)} s.`);
  expect(clicks).toBeLessThanOrEqual(3);
  expect(seconds).toBeLessThan(30);
});

test.each([1280, 320])(
  'the strip stays in sight at %i px, and is no higher than 56 px at rest',
  async (width) => {
    const window = await world.enter({ width });
    await open(flag, window);
    await strip(window)
      .getByText(/^Live on 1 of 1 edge/)
      .waitFor();
    await window.mouse.wheel(0, 2_000);
    await window.waitForFunction(() => scrollY > 100);
    const box = await strip(window).boundingBox();
    expect(box?.height).toBeLessThanOrEqual(56);
    expect(box?.y).toBe(56);
    await strip(window).getByRole('heading', { name: key }).waitFor();
    await strip(window).getByRole('switch', { name: key }).waitFor();
    await strip(window).getByRole('button', { name: 'Next: 50%' }).waitFor();
    await window.context().close();
  },
);

test('a second click on the next step releases no further', async () => {
  await open();
  await strip().getByRole('button', { name: 'Next: 50%' }).dblclick();
  const dialog = page.getByRole('dialog', { name: `${key}: go to 50%?` });
  await dialog.getByLabel('Why').pressSequentially('Errors are flat');
  await dialog.getByRole('button', { name: 'Go to 50%' }).dblclick();
  await page.getByText('on goes to 50%').waitFor();
  await strip().getByRole('button', { name: 'Next: 100%' }).waitFor();
  await live();
  expect((await state())['rules']).toMatchObject(rules(50));
  expect(await newest()).toMatchObject({ comment: 'Errors are flat' });
});

test('a ramp step can be given a reason, and the next step does not inherit it', async () => {
  await open();
  await page.getByRole('button', { name: 'Give a reason' }).click();
  await page.getByLabel('Why').pressSequentially('The support team is ready');
  await page.getByRole('button', { name: '50%', exact: true }).click();
  await page.getByText('on goes to 50%').waitFor();
  expect(await newest()).toMatchObject({ comment: 'The support team is ready' });
  await page.getByLabel('Why').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: '100%', exact: true }).click();
  await page.getByText('on goes to 100%').waitFor();
  expect(await newest()).toMatchObject({ comment: null });
});

test('a kill can be given a reason', async () => {
  await open();
  await strip().getByRole('switch', { name: key }).click();
  const dialog = page.getByRole('dialog', { name: `Turn off ${key}?` });
  await dialog.getByLabel('Why').pressSequentially('Payments fail');
  await dialog.getByRole('button', { name: 'Turn off', exact: true }).click();
  await page.getByText(`${key} is off`).waitFor();
  expect(await newest()).toMatchObject({ comment: 'Payments fail' });
  await strip()
    .getByText(/^Off: /)
    .waitFor();
});

test('the rule for everyone else stays at the end', async () => {
  await open();
  await page.getByText('Rule 2 · Everyone else').waitFor();
  expect(await page.getByRole('button', { name: 'Move rule 2' }).count()).toBe(0);
  await page.getByRole('button', { name: 'More for rule 2' }).click();
  expect(await page.getByRole('menuitem', { name: 'Move up' }).isDisabled()).toBe(true);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'More for rule 1' }).click();
  expect(await page.getByRole('menuitem', { name: 'Move down' }).isDisabled()).toBe(true);
  await page.keyboard.press('Escape');
});

test('what is said never lies over the bar that saves, on a phone neither', async () => {
  for (const width of [1280, 400, 320]) {
    const window = await world.enter({ width });
    await open(flag, window);
    await window.getByRole('button', { name: 'Add rule' }).click();
    if (width < 768) await window.getByRole('button', { name: 'Done', exact: true }).click();
    const bar = window.getByRole('region', { name: 'Unsaved changes' });
    await bar.waitFor();
    await window.getByRole('button', { name: 'More for rule 1' }).click();
    await window.getByRole('menuitem', { name: 'Remove rule' }).click();
    const said = window.getByRole('alert').filter({ hasText: 'Rule 1 is removed' });
    await said.waitFor();
    const [a, b] = [await said.boundingBox(), await bar.boundingBox()];
    if (a === null || b === null) throw new Error('The notice or the bar is not on the screen.');
    expect(a.y + a.height <= b.y || b.y + b.height <= a.y, `${width} px`).toBe(true);
    await window.context().close();
  }
});

test('what was typed into the form of a new flag is there again after Escape', async () => {
  await open(`/apps/${world.shop}/flags`);
  await page.getByRole('button', { name: 'Create flag' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Key').pressSequentially('half-typed');
  await dialog.getByText('String', { exact: true }).click();
  await dialog.getByLabel('Name of variation 1').pressSequentially('blue');
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Create flag' }).first().click();
  expect(await dialog.getByLabel('Key').inputValue()).toBe('half-typed');
  expect(await dialog.getByLabel('Name of variation 1').inputValue()).toBe('blue');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Create flag' }).first().click();
  expect(await dialog.getByLabel('Key').inputValue()).toBe('');
});

test('the palette finds flags of every app by pieces in any order, and by tags', async () => {
  const { id } = await world.api('POST', '/apps', { name: `warehouse-${count}` });
  await world.api('POST', `/apps/${id}/flags`, {
    key: 'pallet-robot',
    tags: ['forklift'],
    variations: { on: true, off: false },
    default_variation: 'off',
    rules: [],
    enabled: false,
  });
  await open('/tokens');
  for (const words of ['robot pal', 'forklift']) {
    await page.keyboard.press('Control+k');
    await page.getByPlaceholder('A flag, a page, an action').pressSequentially(words);
    await page.getByRole('button', { name: /pallet-robot/ }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByPlaceholder('A flag, a page, an action').waitFor({ state: 'detached' });
  }
});
