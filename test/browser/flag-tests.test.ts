import AxeBuilder from '@axe-core/playwright';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openWorld, settled, type World } from './world.ts';

let world: World;
let flag: string;
let count = 0;
beforeAll(async () => {
  world = await openWorld();
  await world.api('POST', `/apps/${world.shop}/segments`, { key: 'staff', include: ['grace'] });
});
afterAll(() => world?.close());

beforeEach(async () => {
  count += 1;
  flag = `/apps/${world.shop}/flags/tested-${count}`;
  await world.api('PATCH', `/apps/${world.shop}`, { tests: 'warn' });
  await world.api('POST', `/apps/${world.shop}/flags`, {
    key: `tested-${count}`,
    enabled: true,
    variations: { on: true, off: false },
    default_variation: 'off',
    rules: [
      { priority: 1, conditions: [{ operator: 'in_segment', value: ['staff'] }], serve_variation: 'on' },
    ],
  });
});

const button = (where: Page | Locator, name: string | RegExp): Locator =>
  where.getByRole('button', { name, exact: true });
const open = async (page: Page, path: string): Promise<void> => {
  await page.goto(`${world.url}/dashboard${path}`);
  await settled(page);
};
const save = async (page: Page): Promise<void> => {
  await button(page, 'Review and save').click();
  await button(page.getByRole('dialog'), 'Save').click();
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
};
const grace = { name: 'grace gets on', context: { targetingKey: 'grace' }, expect: { variant: 'on' } };

test('what was tried is made a test in one click, with the segment that it depends on, and kept when it is saved', async () => {
  const page = await world.enter({ token: world.tokens.ada });
  await open(page, flag);
  await button(page, 'Try a user').click();
  await page.getByRole('textbox', { name: 'Evaluation context' }).pressSequentially('grace');
  await page.getByText(/TARGETING_MATCH/).waitFor();
  await button(page, 'Make a test').click();
  await page.getByText('The test “grace gets on” is added; it is kept when you save').waitFor();
  await page.getByRole('tab', { name: 'Tests' }).click();
  await page.getByText('1 test passes with what is on the screen').waitFor();
  await save(page);
  expect(await world.api('GET', flag)).toMatchObject({ tests: [grace] });

  await button(page, 'Edit the test grace gets on').click();
  const name = page.getByRole('textbox', { name: 'Name' });
  await name.click();
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Delete');
  await page.getByText('A test needs a name of 1 to 128 characters.').waitFor();
  await name.pressSequentially('staff have it');
  await button(page, 'Add test').click();
  const added = page.getByRole('listitem').last();
  await added.getByRole('textbox', { name: 'Name' }).pressSequentially('others do not');
  await added.getByRole('textbox', { name: 'Evaluation context' }).pressSequentially('zoe');
  await added.getByRole('combobox', { name: 'Expected variation' }).click();
  await page.getByRole('option', { name: 'off', exact: true }).click();
  await page.getByText('2 tests pass with what is on the screen').waitFor();
  await save(page);
  expect(await world.api('GET', flag)).toMatchObject({
    tests: [
      { ...grace, name: 'staff have it' },
      { name: 'others do not', context: { targetingKey: 'zoe' }, expect: { variant: 'off' } },
    ],
  });
  await button(page, 'Remove the test others do not').click();
  await save(page);
  expect((await world.api('GET', flag))['tests']).toHaveLength(1);
  await page.context().close();
});

test('a context is shared with the app, and a switch says that its answer changes before it is made', async () => {
  const page = await world.enter({ token: world.tokens.ada });
  await open(page, flag);
  await button(page, 'Try a user').click();
  await page.getByRole('textbox', { name: 'Evaluation context' }).pressSequentially('grace');
  await button(page, 'Test users').click();
  await page.getByRole('textbox', { name: 'Name for this context' }).pressSequentially('Grace of staff');
  await button(page, 'Share with the app').click();
  await page.getByText('Grace of staff is saved in the app').waitFor();
  expect(await world.api('GET', `/apps/${world.shop}/contexts/Grace of staff`)).toMatchObject({
    context: { targetingKey: 'grace' },
  });
  await page.keyboard.press('Escape');
  await page.getByRole('switch').first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('1 saved context gets another answer').waitFor();
  await dialog.getByText(/^Grace of staff, tested-/).waitFor();
  await button(dialog, 'Turn off').click();
  await page.getByText(/ is off$/).waitFor();
  const reader = await world.enter({ token: world.tokens.reader });
  await open(reader, flag);
  await button(reader, 'Try a user').click();
  await button(reader, 'Test users').click();
  expect(await button(reader, 'Share with the app').count()).toBe(0);
  await reader.getByRole('menuitem', { name: 'Grace of staff' }).click();
  await reader.getByText(/TARGETING_MATCH/).waitFor();
  await button(page, 'Test users').click();
  await button(page, 'Forget Grace of staff').click();
  await page.getByText('Grace of staff is removed from the app').waitFor();
  for (const each of [page, reader]) await each.context().close();
});

describe('a change that makes a test fail', () => {
  const breakIt = async (page: Page): Promise<void> => {
    await world.api('PATCH', flag, { tests: [grace] });
    await open(page, flag);
    await page.getByRole('button', { name: 'More for rule 1' }).click();
    await page.getByRole('menuitem', { name: 'Remove rule' }).click();
    await button(page, 'Review and save').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('1 test fails').waitFor();
    await dialog.getByText('expected variant "on", but got variant "off"').waitFor();
  };

  test('says so and is saved all the same where the app warns', async () => {
    const page = await world.enter({ token: world.tokens.ada });
    await breakIt(page);
    await page.getByText('It can be saved all the same.').waitFor();
    await button(page.getByRole('dialog'), 'Save').click();
    await page.getByText(/ is saved$/).waitFor();
    await page.context().close();
  });

  test('cannot be saved where the app refuses it, which an admin chooses in its settings', async () => {
    const admin = await world.enter();
    await open(admin, `/apps/${world.shop}/settings`);
    await admin.getByText('Refuse the change', { exact: true }).click();
    await admin.getByText('Changes that make a test fail are refused now').waitFor();
    expect(await world.api('GET', `/apps/${world.shop}`)).toMatchObject({ tests: 'block' });
    const page = await world.enter({ token: world.tokens.ada });
    await breakIt(page);
    await page.getByText('This app refuses changes that make a test fail.').waitFor();
    expect(await button(page.getByRole('dialog'), 'Save').isDisabled()).toBe(true);
    await page.keyboard.press('Control+Enter');
    expect(await world.api('GET', flag)).toMatchObject({ rules: [{ priority: 1 }] });
    for (const each of [admin, page]) await each.context().close();
  });

  test('in another place, a segment, is refused there with the same sentence', async () => {
    await world.api('PATCH', `/apps/${world.shop}`, { tests: 'block' });
    await world.api('PATCH', flag, { tests: [grace] });
    const page = await world.enter({ token: world.tokens.ada });
    await open(page, `/apps/${world.shop}/segments/staff`);
    await button(page, 'Remove grace').click();
    await button(page, 'Review and save').click();
    await page
      .getByRole('dialog')
      .getByText(/expected variant "on"/)
      .first()
      .waitFor();
    expect(await button(page.getByRole('dialog'), 'Save').isDisabled()).toBe(true);
    await page.context().close();
  });
});

describe.for(
  [1280, 400].flatMap((width) => (['light', 'dark'] as const).map((scheme) => ({ width, scheme }))),
)('at $width px, $scheme', ({ width, scheme }) => {
  test('a flag’s tests are clean for axe and fit the window', { timeout: 240_000 }, async () => {
    await world.api('PATCH', flag, {
      rules: [{ id: 'r1', priority: 1, conditions: [], serve_variation: 'on', rollout: { percentage: 25 } }],
      tests: [
        { ...grace, at: { r1: 12.5 } },
        { name: 'nobody else has it', context: { plan: 'pro', country: 'us' }, expect: { value: true } },
      ],
    });
    const page = await world.enter({ width, scheme });
    const found: string[] = [];
    const clean = async (what: string) => {
      await page.waitForTimeout(300);
      const { violations } = await new AxeBuilder({ page }).analyze();
      found.push(...violations.map(({ id, nodes }) => `${what}: ${id}: ${nodes[0]?.html}`));
      const wide = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      if (wide > 0) found.push(`${what} is ${wide} px too wide`);
      const shots = process.env['TEST_SHOTS'];
      if (shots) await page.screenshot({ path: `${shots}/${what}-${width}-${scheme}.png` });
    };
    await open(page, `${flag}?tab=tests`);
    await page.getByText('1 of 2 tests fail with what is on the screen').waitFor();
    await button(page, 'Edit the test grace gets on').click();
    await clean('tests');
    await page.getByRole('textbox', { name: 'Name' }).pressSequentially('!');
    await button(page, 'Review and save').click();
    await page.getByText('1 test fails').waitFor();
    await clean('failing');
    await open(page, `/apps/${world.shop}/settings`);
    await clean('app-settings');
    await open(page, flag);
    await button(page, 'Try a user').click();
    await page.getByRole('textbox', { name: 'Evaluation context' }).pressSequentially('grace');
    await button(page, 'Make a test').waitFor();
    await clean('try');
    expect(found).toEqual([]);
    await page.context().close();
  });
});
