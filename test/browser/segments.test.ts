import AxeBuilder from '@axe-core/playwright';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openWorld, settled, type World } from './world.ts';

let world: World;
let ben: string;
beforeAll(async () => {
  world = await openWorld();
  ben = `${(await world.api('POST', '/tokens', { name: 'Ben', permission: 'write' }))['secret']}`;
});
afterAll(() => world?.close());

const at = (key: string): string => `/apps/${world.shop}/segments/${key}`;
const create = (key: string, more: object = {}) =>
  world.api('POST', `/apps/${world.shop}/segments`, { key, ...more });
const use = (flag: string, segment: string) =>
  world.api('POST', `/apps/${world.shop}/flags`, {
    key: flag,
    enabled: true,
    variations: { on: true, off: false },
    default_variation: 'off',
    rules: [
      { priority: 1, conditions: [{ operator: 'in_segment', value: [segment] }], serve_variation: 'on' },
    ],
  });
const open = async (page: Page, path: string): Promise<void> => {
  await page.goto(`${world.url}/dashboard${path}`);
  await settled(page);
};
const button = (where: Page | Locator, name: string | RegExp): Locator =>
  where.getByRole('button', { name, exact: true });
const include = (page: Page): Locator => page.getByRole('region', { name: 'Members by name' });
const add = async (page: Page, members: string): Promise<void> => {
  await page.getByRole('textbox', { name: 'Add to: Members by name' }).click();
  await page.keyboard.type(members);
  await button(include(page), 'Add').click();
};
const save = async (page: Page): Promise<void> => {
  await button(page, 'Review and save').click();
  await button(page.getByRole('dialog'), 'Save').click();
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
};

test('a segment is created by keyboard, given members and conditions, and tells what the change reaches', async () => {
  const page = await world.enter({ token: world.tokens.ada });
  await open(page, `/apps/${world.shop}/segments`);
  await page.getByText('No segments yet').waitFor();
  await page.keyboard.press('c');
  await page.getByRole('dialog').getByRole('textbox', { name: 'Key' }).pressSequentially('Beta testers');
  await page.getByText('The key will be').waitFor();
  await page.keyboard.press('Enter');
  await page.waitForURL(/segments\/beta-testers$/);
  await settled(page);
  await use('beta-only', 'beta-testers');

  await add(page, 'ada, grace\nada');
  await include(page).getByText('2 added').waitFor();
  await button(page, 'Edit conditions').click();
  expect(await button(page, 'Add flag').count()).toBe(0);
  await button(page, 'Add condition').click();
  await page.getByText('A condition has no attribute.').waitFor();
  expect(await button(page, 'Review and save').isDisabled()).toBe(true);
  await page.getByRole('combobox', { name: 'Attribute' }).pressSequentially('plan');
  await page.keyboard.press('Escape');
  await page.getByRole('textbox', { name: 'Value' }).pressSequentially('pro');
  await page.keyboard.press('Control+s');
  const dialog = page.getByRole('dialog');
  await dialog.getByText('1 flag depends on this:').waitFor();
  await dialog.getByText('beta-only, for at most 100%').waitFor();
  await dialog.getByLabel('Why').pressSequentially('The first testers');
  await page.keyboard.press('Enter');
  await page.getByText('The segment beta-testers is saved').waitFor();
  expect(await world.api('GET', at('beta-testers'))).toMatchObject({
    include: ['ada', 'grace'],
    conditions: [{ attribute: 'plan', operator: 'equals', value: 'pro' }],
    version: 2,
  });

  await page.getByRole('tab', { name: 'Used by' }).click();
  await page.getByRole('link', { name: 'Rule 1' }).click();
  await page.waitForURL(/flags\/beta-only#rule-/);
  const rule = page.getByRole('listitem', { name: 'Rule 1', exact: true });
  await rule.getByRole('link', { name: '“beta-testers”' }).click();
  await page.waitForURL(/segments\/beta-testers$/);
  await page.getByRole('tab', { name: 'History' }).click();
  await page.getByText('The first testers').waitFor();
  await button(page, 'Restore the segment beta-testers to version 1').click();
  await button(page.getByRole('dialog'), 'Restore').click();
  await page.getByText('The segment beta-testers is as it was').waitFor();
  expect(await world.api('GET', at('beta-testers'))).toMatchObject({ include: [], conditions: [] });
  await page.context().close();
});

test('members are dropped as a file, more than a call takes, and searched', async () => {
  await create('many', { include: ['user-1', 7] });
  const page = await world.enter({ token: world.tokens.ada });
  await open(page, at('many'));
  const lines = Array.from({ length: 1_500 }, (_, index) => `user-${index + 1}`).join('\r\n');
  const file = await page.evaluateHandle((text) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([`\uFEFF${text}\r\n"Lovelace, Ada"\r\n`], 'users.csv', { type: 'text/csv' }));
    return transfer;
  }, lines);
  await page
    .getByRole('textbox', { name: 'Add to: Members by name' })
    .dispatchEvent('drop', { dataTransfer: file });
  await include(page).getByText('1,500 added, 1 already there').waitFor();
  await page.getByRole('searchbox', { name: 'Search: Members by name' }).pressSequentially('love');
  await button(include(page), 'Remove Lovelace, Ada').waitFor();
  await save(page);
  const stored = await world.api('GET', at('many'));
  expect(stored['include']).toHaveLength(1_502);
  expect(stored).toMatchObject({ version: 2 });
  expect(JSON.stringify(stored['include'])).toContain('["user-1",7,"user-2"');
  await page.context().close();
});

describe('two people on one segment', () => {
  test('who add members at once do not collide, and each undoes only their own', async () => {
    await create('shared', { include: ['zoe'] });
    const [ada, other] = [await world.enter({ token: world.tokens.ada }), await world.enter({ token: ben })];
    for (const page of [ada, other]) await open(page, at('shared'));
    await add(ada, 'from-ada');
    await add(other, 'from-ben');
    await button(ada, 'Review and save').click();
    await button(other, 'Review and save').click();
    await Promise.all([ada, other].map((page) => button(page.getByRole('dialog'), 'Save').click()));
    for (const page of [ada, other]) await page.getByText('The segment shared is saved').waitFor();
    const { include: both } = await world.api('GET', at('shared'));
    expect([both].flat().sort()).toEqual(['from-ada', 'from-ben', 'zoe']);
    await other.getByRole('button', { name: 'Undo', exact: true }).first().click();
    await other.getByText('The change to the segment shared is undone').waitFor();
    expect((await world.api('GET', at('shared')))['include']).toEqual(
      [both].flat().filter((member) => member !== 'from-ben'),
    );
    for (const page of [ada, other]) await page.context().close();
  });

  test('who change the same description choose, and what is changed beside it is merged', async () => {
    await create('described', { description: 'As it was' });
    const page = await world.enter({ token: world.tokens.ada });
    await open(page, `${at('described')}?tab=settings`);
    const field = page.getByLabel('Description');
    await field.click();
    await page.keyboard.press('Control+a');
    await field.pressSequentially('Mine');
    const theirs = { description: 'Theirs', include: ['theirs'] };
    await world.api('PATCH', at('described'), theirs, { token: ben });
    await page.getByText('Ben changed the same in the meantime.').waitFor();
    await button(page, 'Compare and merge').click();
    await page.getByRole('dialog').getByText('Take mine').click();
    await button(page, 'Apply and keep editing').click();
    await save(page);
    expect(await world.api('GET', at('described'))).toMatchObject({
      description: 'Mine',
      include: ['theirs'],
    });
    await page.context().close();
  });
});

test('one that is in use is not deleted and says what uses it; without users it goes, and its page with it', async () => {
  await create('used');
  await create('outer', { conditions: [{ operator: 'in_segment', value: ['used'] }] });
  await use('uses-used', 'used');
  const page = await world.enter({ token: world.tokens.ada });
  await open(page, `${at('used')}?tab=settings`);
  const remove = async () => {
    await button(page, 'Delete segment').click();
    await button(page.getByRole('dialog'), 'Delete segment').click();
  };
  await remove();
  const alert = page.getByRole('alert').filter({ hasText: 'It is in use' });
  await alert.getByText('is used by the flag "uses-used" in rule').waitFor();
  await alert.getByText('is used by the segment "outer"').waitFor();
  await world.api('DELETE', `/apps/${world.shop}/flags/uses-used`);
  await world.api('DELETE', at('outer'));
  await remove();
  await page.waitForURL(/\/segments$/);
  await open(page, at('used'));
  await page.getByText('There is nothing here').waitFor();
  await page.context().close();
});

test('a change that another makes appears by itself, and what nobody may save is not offered', async () => {
  await create('watched', { include: ['zoe'] });
  const page = await world.enter({ token: world.tokens.reader });
  await open(page, `/apps/${world.shop}/edges`);
  await page.keyboard.press('Control+k');
  await page.getByPlaceholder('A flag, a page, an action').pressSequentially('watched');
  await page.getByRole('button', { name: 'watched', exact: true }).click();
  await page.waitForURL(/segments\/watched$/);
  await settled(page);
  expect(await page.getByRole('textbox').count()).toBe(0);
  expect(await button(page, 'Edit conditions').count()).toBe(0);
  await world.api('POST', `${at('watched')}/members`, { add: ['max'] }, { token: ben });
  await include(page).getByText('max', { exact: true }).waitFor();
  await page.context().close();
});

test('what the server refuses says so before it is saved, in the sentence of the server', async () => {
  await create('ring-a');
  await create('ring-b', { conditions: [{ operator: 'in_segment', value: ['ring-a'] }] });
  const page = await world.enter({ token: world.tokens.ada });
  await open(page, at('ring-a'));
  await button(page, 'Edit conditions').click();
  await button(page, 'Add segment').click();
  await page.getByRole('combobox', { name: 'Segments', exact: true }).pressSequentially('ring-b');
  await page.getByRole('option', { name: 'ring-b' }).click();
  await button(page, 'Review and save').click();
  await page
    .getByRole('dialog')
    .getByText(/circle/)
    .waitFor();
  expect(await button(page.getByRole('dialog'), 'Save').isDisabled()).toBe(true);
  await page.context().close();
});

test('the largest segment, and a flag with all the prerequisites and tests it may have, stay within three screens', {
  timeout: 240_000,
}, async () => {
  const key = 'a-segment-with-a-key-as-long-as-they-come-'.repeat(4).slice(0, 128);
  const names = (kind: string) =>
    Array.from({ length: 2_500 }, (_, index) => `${kind}-${index}-at-a-company-with-a-name@example.com`);
  await create(key, {
    description: 'https://wiki.example/a-path-without-a-place-to-break/'.repeat(6),
    include: names('in'),
    exclude: names('out'),
    conditions: Array.from({ length: 40 }, (_, index) => ({
      attribute: `attribute-${index}`,
      operator: 'equals',
      value: 'a-value-that-is-rather-long',
    })),
  });
  const boolean = (flag: string, more: object = {}) =>
    world.api('POST', `/apps/${world.shop}/flags`, {
      key: flag,
      variations: { on: true, off: false },
      default_variation: 'off',
      enabled: true,
      rules: [],
      ...more,
    });
  const needed = Array.from({ length: 16 }, (_, index) => `${'needed-by-many-others-'.repeat(5)}${index}`);
  for (const flag of needed) await boolean(flag);
  for (let index = 0; index < 30; index += 1) await use(`uses-the-largest-${index}`, key);
  await boolean('has-all', {
    prerequisites: needed.map((flag) => ({ flag, variations: ['on'] })),
    tests: Array.from({ length: 100 }, (_, index) => ({
      name: `a test with a name ${'as-long-as-they-come-'.repeat(5)}${index}`.slice(0, 128),
      context: { targetingKey: `user-${index}`, plan: 'pro', country: 'us' },
      expect: { variant: 'on' },
    })),
  });
  const found: string[] = [];
  for (const width of [1280, 320]) {
    const page = await world.enter({ width });
    for (const path of [
      at(key),
      ...['uses', 'settings'].map((tab) => `${at(key)}?tab=${tab}`),
      ...['targeting', 'tests'].map((tab) => `/apps/${world.shop}/flags/has-all?tab=${tab}`),
    ]) {
      await open(page, path);
      await page.getByRole('tab').first().waitFor();
      const { tall, wide } = await page.evaluate(() => ({
        tall: document.documentElement.scrollHeight / window.innerHeight,
        wide: document.documentElement.scrollWidth - window.innerWidth,
      }));
      if (tall > 3) found.push(`${path} is ${tall.toFixed(2)} screens tall at ${width} px`);
      if (wide > 0) found.push(`${path} is ${wide} px too wide at ${width} px`);
      const shots = process.env['SEGMENT_SHOTS'];
      const name = `${path.includes('has-all') ? 'all' : 'largest'}-${path.split('tab=')[1] ?? 'members'}`;
      if (shots) await page.screenshot({ path: `${shots}/${name}-${width}.png`, fullPage: true });
    }
    await page.context().close();
  }
  expect(found.join('\n')).toBe('');
});

describe.for(
  [1280, 400].flatMap((width) => (['light', 'dark'] as const).map((scheme) => ({ width, scheme }))),
)('at $width px, $scheme', ({ width, scheme }) => {
  test('the pages of segments are clean for axe and fit the window', { timeout: 240_000 }, async () => {
    const key = `clean-${width}-${scheme}`;
    await create(key, {
      description: 'Who tries things first',
      include: Array.from({ length: 40 }, (_, index) => `user-${index}@example.com`),
      exclude: ['somebody-with-a-very-long-name-that-does-not-fit-on-a-phone@example.com'],
      conditions: [{ attribute: 'plan', operator: 'in', value: ['pro', 'team'] }],
    });
    await use(`for-${key}`, key);
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
      const shots = process.env['SEGMENT_SHOTS'];
      if (shots) await page.screenshot({ path: `${shots}/${what}-${width}-${scheme}.png` });
    };
    await open(page, `/apps/${world.shop}/segments`);
    await page.getByText('Used by 1 flag').first().waitFor();
    await clean('list');
    for (const tab of ['members', 'uses', 'history', 'settings']) {
      await open(page, `${at(key)}?tab=${tab}`);
      await clean(tab);
    }
    await open(page, at(key));
    await add(page, 'one-more');
    await button(page, 'Edit conditions').click();
    await clean('builder');
    if (width < 768) await button(page.getByRole('dialog'), 'Done').click();
    await button(page, 'Review and save').click();
    await page.getByText('1 flag depends on this:').waitFor();
    await clean('review');
    expect(found).toEqual([]);
    await page.context().close();
  });
});
