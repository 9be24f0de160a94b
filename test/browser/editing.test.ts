import type { Page, Request } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openWorld, settled, type World } from './world.ts';

let world: World;
let page: Page;
beforeAll(async () => {
  world = await openWorld();
  page = await world.enter();
});
afterAll(() => world?.close());

const go = async (path: string, on: Page = page): Promise<void> => {
  await on.goto(`${world.url}/dashboard${path}`);
  await settled(on);
};
const flagPath = (key: string): string => `/apps/${world.shop}/flags/${key}`;
const rule = (place: number, on: Page = page) =>
  on.getByRole('listitem', { name: `Rule ${place}`, exact: true });
const save = async (why: string, on: Page = page): Promise<void> => {
  await on.getByRole('button', { name: 'Review and save' }).click();
  await on.getByLabel('Why').fill(why);
  await on.getByRole('button', { name: 'Save', exact: true }).click();
  // Its dialog goes when it is saved; what was said of the save before may still be there.
  await on.getByRole('dialog', { name: /^Save / }).waitFor({ state: 'hidden' });
  await on
    .getByText(/ is saved$/)
    .last()
    .waitFor();
};

describe('rules', () => {
  test('are built to depth 6 and no deeper, and read as a sentence', async () => {
    await go(flagPath('live-chat'));
    await page.getByRole('button', { name: 'Edit rule 1' }).click();
    const first = rule(1);
    for (let group = 1; group <= 5; group += 1) {
      await first.getByRole('button', { name: 'Add group' }).last().click();
    }
    expect(await first.getByRole('button', { name: 'Add group' }).count()).toBe(5);
    expect(await first.getByRole('button', { name: 'Add condition' }).count()).toBe(6);
    await first.getByRole('button', { name: 'Add condition' }).last().click();
    await first.getByRole('combobox', { name: 'Attribute' }).last().fill('age');
    await first.getByRole('combobox', { name: 'Comparison' }).last().click();
    await page.getByRole('option', { name: 'is at least', exact: true }).click();
    await first.getByLabel('Value', { exact: true }).last().fill('18');
    await first.getByText('age is at least 18').first().waitFor();
    await save('Grown-ups');
    const flag = await world.api('GET', flagPath('live-chat'));
    expect(JSON.stringify(flag['rules'])).toContain(
      '{"attribute":"age","operator":"greater_than_or_equals","value":18}',
    );
  });

  test('every kind of comparison has the input that fits it, and the sentence follows', async () => {
    await go(flagPath('page-size'));
    await page.getByRole('button', { name: 'Add rule' }).click();
    const first = rule(1);
    await first.getByRole('combobox', { name: 'Attribute' }).pressSequentially('it');
    const compare = async (words: string): Promise<void> => {
      await first.getByRole('combobox', { name: 'Comparison' }).click();
      await page.getByRole('option', { name: words, exact: true }).click();
    };
    const value = first.getByLabel('Value', { exact: true });
    const says = (sentence: string) => first.getByText(sentence).first().waitFor();

    await compare('is at least');
    await first.getByRole('button', { name: 'Pick a date' }).click();
    await page.getByLabel('Date and time, in your time zone').fill('2026-01-31T10:30');
    await page.keyboard.press('Escape');
    await says('it is at least “2026-01-31T');
    await compare('is version … or later');
    await value.fill('not a version');
    await value.and(page.locator('[aria-invalid="true"]')).waitFor();
    await value.fill('2.4.1');
    await says('it is version “2.4.1” or later');
    await compare('is an address in');
    const values = first.getByRole('combobox', { name: 'Values' });
    await values.fill('10.0.0.0/8, 2001:db8::/32');
    await page.keyboard.press('Enter');
    await says('it is an address in “10.0.0.0/8” or “2001:db8::/32”');
    await compare('is one of');
    await values.focus();
    await page.evaluate(() => navigator.clipboard.writeText('se\nno\ndk\n'));
    await page.keyboard.press('Control+v');
    await says('“se”, “no” or “dk”');
    await compare('is present');
    await says('it is present');
    expect(await value.count()).toBe(0);

    await first.getByText('Percentage', { exact: true }).click();
    await first.getByRole('textbox', { name: 'Percentage' }).fill('12.5');
    await first.getByLabel('Bucket by').fill('company');
    await says('for 12.5%');
    await save('A trial for one company in eight');
    expect((await world.api('GET', flagPath('page-size')))['rules']).toEqual([
      {
        id: expect.any(String),
        priority: 1,
        conditions: [{ attribute: 'it', operator: 'exists' }],
        serve_variation: 'large',
        rollout: { percentage: 12.5, attribute: 'company' },
      },
    ]);
  });

  test('nothing is sent before Save; the review says the difference in words; the reason stands in the history', async () => {
    await go(flagPath('gift-cards'));
    const sent: Request[] = [];
    const listen = (request: Request) => {
      if (request.method() !== 'GET') sent.push(request);
    };
    page.on('request', listen);
    await page.getByRole('button', { name: 'Edit rule 1' }).click();
    await rule(1).getByRole('button', { name: 'Add condition' }).click();
    await rule(1).getByRole('combobox', { name: 'Attribute' }).fill('email');
    await rule(1).getByRole('combobox', { name: 'Comparison' }).click();
    await page.getByRole('option', { name: 'is one of', exact: true }).click();
    await rule(1).getByRole('combobox', { name: 'Values' }).fill('a@x.org, b@x.org');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Review and save' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Rule 1: conditions').waitFor();
    await dialog.getByText('email is one of “a@x.org” or “b@x.org”').waitFor();
    // What it would reach was asked, which writes nothing.
    expect(sent.map((request) => request.url()).filter((url) => !url.endsWith('?dry_run=1'))).toEqual([]);
    await dialog.getByLabel('Why').fill('Testers first — größer');
    await dialog.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('gift-cards is saved').waitFor();
    page.off('request', listen);
    await page.getByText('Testers first — größer').waitFor();
  });

  test('are moved from the keyboard', async () => {
    await go(flagPath('enterprise-export'));
    await page.getByRole('button', { name: 'Move rule 2' }).focus();
    await page.keyboard.press('Alt+ArrowUp');
    await rule(1).getByText('version').first().waitFor();
    await page.getByRole('button', { name: 'Review and save' }).waitFor();
    // However long the page is, saving is in reach; and what was discarded can be had back.
    await page.evaluate(() => window.scrollTo(0, 0));
    const bar = page.getByRole('region', { name: 'Unsaved changes' });
    expect(await bar.evaluate((each) => each.getBoundingClientRect().bottom <= window.innerHeight)).toBe(
      true,
    );
    await page.getByRole('button', { name: 'Discard' }).click();
    await rule(1).getByText('plan').first().waitFor();
    const discarded = page.getByRole('alert').filter({ hasText: 'discarded' });
    await discarded.getByRole('button', { name: 'Undo' }).click();
    await rule(1).getByText('version').first().waitFor();
    await page.getByRole('button', { name: 'Discard' }).click();
    await bar.waitFor({ state: 'detached' });
  });

  test('are moved with the mouse, and Escape takes a move back', async () => {
    await go(flagPath('enterprise-export'));
    const drag = async (from: number, over: number) => {
      const handle = await page.getByRole('button', { name: `Move rule ${from}` }).boundingBox();
      const target = await rule(over).boundingBox();
      if (handle === null || target === null) throw new Error('A rule is not on the screen.');
      await page.mouse.move(handle.x + handle.width / 2, handle.y + handle.height / 2);
      await page.mouse.down();
      // Past the middle of the other one, in whichever direction.
      const end = over > from ? target.y + target.height - 4 : target.y + 4;
      await page.mouse.move(target.x + 40, end, { steps: 8 });
    };
    await drag(1, 2);
    await rule(2).getByText('plan').first().waitFor();
    await page.keyboard.press('Escape');
    await rule(1).getByText('plan').first().waitFor();
    await page.mouse.up();
    await page.getByRole('button', { name: 'Review and save' }).waitFor({ state: 'detached' });
    await drag(2, 1);
    await page.mouse.up();
    await rule(1).getByText('version').first().waitFor();
    await save('The newest first');
    expect((await world.api('GET', flagPath('enterprise-export')))['rules']).toMatchObject([
      { priority: 1, conditions: [{ attribute: 'version' }] },
      { priority: 2, conditions: [{ logical_operator: 'OR' }] },
    ]);
    await drag(1, 2);
    await page.mouse.up();
    await rule(1).getByText('plan').first().waitFor();
    await save('As it was');
  });

  test('are moved with a finger', async () => {
    const phone = await world.browser.newContext({
      hasTouch: true,
      viewport: { width: 400, height: 900 },
      storageState: await page.context().storageState(),
    });
    const hand = await phone.newPage();
    await go(flagPath('enterprise-export'), hand);
    const handle = hand.getByRole('button', { name: 'Move rule 2' });
    await handle.scrollIntoViewIfNeeded();
    const from = await handle.boundingBox();
    const to = await rule(1, hand).boundingBox();
    if (from === null || to === null) throw new Error('A rule is not on the screen.');
    const finger = await phone.newCDPSession(hand);
    const at = (y: number) => [{ x: from.x + 15, y }];
    await finger.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: at(from.y + 15) });
    for (const share of [0.25, 0.5, 0.75, 1]) {
      const y = from.y + 15 + share * (to.y + 6 - from.y - 15);
      await finger.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: at(y) });
    }
    await finger.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    await rule(1, hand).getByText('version').first().waitFor();
    await hand.getByRole('button', { name: 'Discard' }).click();
    await phone.close();
  });

  test('a split always totals 100 and says how many people move', async () => {
    await go(flagPath('search-algorithm'));
    await page.getByRole('button', { name: 'Edit rule 1' }).click();
    const share = (name: string) => rule(1).getByRole('textbox', { name: `Share of ${name}` });
    await share('bm25').fill('60');
    await share('bm25').blur();
    expect(await share('vector').inputValue()).toBe('20%');
    expect(await share('hybrid').inputValue()).toBe('20%');
    await rule(1).getByText('Total 100%. 10% of people move.').waitFor();
    await page.getByRole('button', { name: 'Discard' }).click();
  });

  test('a pattern is tried on a sample, and what is wrong keeps the flag from being saved', async () => {
    await go(flagPath('gift-cards'));
    await page.getByRole('button', { name: 'Edit rule 1' }).click();
    await rule(1).getByRole('combobox', { name: 'Comparison' }).click();
    await page.getByRole('option', { name: 'matches the pattern', exact: true }).click();
    await rule(1).getByLabel('Pattern (RE2)').fill('^[a-z]+@corp$');
    await rule(1).getByLabel('Sample text').fill('bob@corp');
    await rule(1).getByText('✓ The condition holds').waitFor();
    await rule(1).getByLabel('Pattern (RE2)').fill('(');
    await rule(1).getByRole('alert').waitFor();
    expect(await page.getByRole('button', { name: 'Review and save' }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Discard' }).click();
  });
});

test('a JSON variation is checked while it is typed, and renaming one renames it in the rules', async () => {
  await go(`${flagPath('api-limits')}?tab=variations`);
  const value = page.getByLabel('Value').first();
  await value.fill('{"rps": ');
  await page.getByText('Not valid JSON').waitFor();
  await value.fill('{"rps": 12}');
  await page.getByLabel('Name').last().fill('vip');
  await page.getByText('unsaved changes').waitFor();
  await save('A better name');
  const flag = await world.api('GET', flagPath('api-limits'));
  expect(flag['variations']).toEqual({ standard: { rps: 12 }, vip: { rps: 100, burst: 300 } });
  expect(flag['rules']).toMatchObject([{ serve_variation: 'vip' }]);
});

test('what off serves can be what everyone else gets again', async () => {
  await go(flagPath('gift-cards'));
  const offServes = page.getByRole('combobox', { name: 'While the flag is off, everyone gets' });
  await offServes.click();
  await page.getByRole('option', { name: 'on', exact: true }).click();
  await save('Gifts for everyone');
  expect(await world.api('GET', flagPath('gift-cards'))).toMatchObject({ off_variation: 'on' });
  await offServes.click();
  await page.getByRole('option', { name: 'What everyone else gets' }).click();
  await save('Off is the default');
  // Said by name: what a flag serves while off cannot be unsaid.
  expect(await world.api('GET', flagPath('gift-cards'))).toMatchObject({ off_variation: 'off' });
});

test('leaving with unsaved work asks', async () => {
  await go(`${flagPath('page-size')}?tab=settings`);
  await page.getByLabel('Description').fill('Something else');
  await page.getByRole('link', { name: 'History', exact: true }).click();
  await page.getByText('Leave without saving?').waitFor();
  await page.getByRole('button', { name: 'Stay' }).click();
  expect(await page.getByLabel('Description').inputValue()).toBe('Something else');
  await page.getByRole('link', { name: 'History', exact: true }).click();
  await page.getByRole('button', { name: 'Leave', exact: true }).click();
  await page.getByRole('heading', { name: 'History' }).waitFor();
});

describe('two people on one flag', () => {
  test('changes beside mine are taken in; of the same, somebody has to choose', async () => {
    const ada = await world.enter({ token: world.tokens.ada });
    await go(`${flagPath('page-size')}?tab=settings`);
    await page.getByLabel('Description').fill('Mine');
    await world.api('PATCH', flagPath('page-size'), { enabled: true }, { token: world.tokens.ada });
    await page.getByText('Ada Lovelace changed page-size').waitFor();
    expect(await page.getByLabel('Description').inputValue()).toBe('Mine');

    await go(`${flagPath('page-size')}?tab=settings`, ada);
    await ada.getByLabel('Description').fill('Theirs');
    await save('Ada was first', ada);
    await page.getByText('Ada Lovelace changed the same in the meantime.').waitFor();
    expect(await page.getByRole('button', { name: 'Review and save' }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Compare and merge' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('“Theirs”').waitFor();
    expect(await dialog.getByRole('button', { name: 'Apply and keep editing' }).isDisabled()).toBe(true);
    await dialog.getByText('Take mine').click();
    await dialog.getByRole('button', { name: 'Apply and keep editing' }).click();
    await save('Merged');
    expect(await world.api('GET', flagPath('page-size'))).toMatchObject({
      description: 'Mine',
      enabled: true,
    });
    await ada.context().close();
  });

  test('a save that comes second is shown the other, not written over it', async () => {
    await go(`${flagPath('page-size')}?tab=settings`);
    // Without the event stream this tab does not hear of the other change before it saves.
    await page.route('**/events', (route) => route.abort());
    await go(`${flagPath('page-size')}?tab=settings`);
    await page.getByLabel('Description').fill('Second');
    await world.api('PATCH', flagPath('page-size'), { description: 'First' }, { token: world.tokens.ada });
    await page.getByRole('button', { name: 'Review and save' }).click();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Merge with the changes of Ada Lovelace').waitFor();
    expect(await world.api('GET', flagPath('page-size'))).toMatchObject({ description: 'First' });
    await page.unroute('**/events');
    const merging = page.getByRole('dialog', { name: /Ada Lovelace/ });
    await merging.getByRole('button', { name: 'Keep editing', exact: true }).click();
    await page.getByRole('button', { name: 'Discard' }).click();
  });
});

describe('try a user', () => {
  test('says what a context gets and why, with the unsaved change, and is shared by a link', async () => {
    await go(flagPath('enterprise-export'));
    await page.getByRole('button', { name: 'Try a user', exact: true }).click();
    const context = page.getByLabel('Evaluation context');
    await context.fill('{"targetingKey": "user-1", "plan": "free", "version": "3.0"}');
    const result = page.getByLabel('Result');
    await rule(1).getByText('Does not fit.').waitFor();
    const bucket = await rule(2)
      .getByText(/bucket \d+\.\d+ of targetingKey/)
      .innerText();
    expect(bucket).toMatch(/of targetingKey is (within|outside)/);
    await page.getByRole('button', { name: 'Edit rule 1' }).click();
    await rule(1).getByLabel('Value', { exact: true }).first().fill('free');
    await context.fill('{"plan": "free", "country": "us"}');
    await rule(1).getByText('This rule decides.').waitFor();
    expect((await result.innerText()).replace(/\s+/g, ' ')).toContain('gets on = true TARGETING_MATCH');
    await page.getByText('With your unsaved changes.').waitFor();
    await page.getByRole('button', { name: 'Copy a link to this context' }).click();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    await page.getByRole('button', { name: 'Discard' }).click();
    const other = await world.enter({ token: world.tokens.reader });
    await other.goto(link);
    await other.getByLabel('Result').waitFor();
    expect(await other.getByLabel('Evaluation context').inputValue()).toContain('"plan": "free"');
    await other.context().close();
  });

  test('keeps named test users', async () => {
    await go(flagPath('enterprise-export'));
    await page.getByRole('button', { name: 'Try a user', exact: true }).click();
    await page.getByLabel('Evaluation context').fill('{"plan": "enterprise", "country": "ca"}');
    await page.getByRole('button', { name: 'Test users' }).click();
    await page.getByLabel('Name for this context').fill('Canadian');
    await page.getByRole('button', { name: 'Keep' }).click();
    await go(flagPath('enterprise-export'));
    await page.getByRole('button', { name: 'Try a user', exact: true }).click();
    await page.getByRole('button', { name: 'Test users' }).click();
    await page.getByRole('menuitem', { name: 'Canadian' }).click();
    expect(await page.getByLabel('Evaluation context').inputValue()).toContain('"ca"');
  });
});
