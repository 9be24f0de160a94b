import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openWorld, settled, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world?.close());

test('a token typed into the form is in no address and no storage afterwards', async () => {
  const context = await world.browser.newContext();
  const page = await context.newPage();
  const addresses: string[] = [];
  page.on('request', (request) => addresses.push(request.url()));
  await page.goto(`${world.url}/dashboard/tokens`);
  await page.getByLabel('Token', { exact: true }).fill('nonsense');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('This token is unknown, expired or revoked.').waitFor();
  await page.getByLabel('Token', { exact: true }).fill(world.tokens.admin);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Tokens' }).waitFor();
  expect(page.url()).toBe(`${world.url}/dashboard/tokens`);
  const stored = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
  for (const text of [stored, await page.content(), ...addresses])
    expect(text).not.toContain(world.tokens.admin);
  expect(await page.evaluate(() => document.cookie)).toBe('');
  await context.close();
});

test('the policy allows no inline script, and text is shown as text', async () => {
  const answer = await fetch(`${world.url}/dashboard/`);
  const policy = answer.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("script-src 'self'");
  expect(policy).not.toMatch(/script-src[^;]*unsafe/);
  expect(await answer.text()).not.toMatch(/<script(?![^>]*\ssrc=)[^>]*>/);
  const markup = '<img src=x onerror="document.title=\'owned\'">';
  await world.api('PATCH', `/apps/${world.shop}/flags/gift-cards`, { description: markup });
  const page = await world.enter();
  await page.goto(`${world.url}/dashboard${world.paths['flags']}`);
  await page.getByText(markup).waitFor();
  expect(await page.title()).not.toContain('owned');
  await page.context().close();
});

describe('who may only read', () => {
  test('sees everything of a flag and nothing that would change it', async () => {
    const page = await world.enter({ token: world.tokens.reader });
    const go = async (path: string) => {
      await page.goto(`${world.url}/dashboard${path}`);
      await settled(page);
    };
    await go(world.paths['flags'] ?? '');
    await page.getByRole('link', { name: 'enterprise-export', exact: true }).waitFor();
    expect(await page.getByRole('switch').count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Create flag' }).count()).toBe(0);
    expect(await page.getByRole('link', { name: 'Tokens' }).count()).toBe(0);
    await go(world.paths['flag'] ?? '');
    await page.getByLabel('Result').waitFor();
    for (const name of ['Edit rule 1', 'Add rule', '5%', 'Turn off for everyone']) {
      expect(await page.getByRole('button', { name, exact: true }).count(), name).toBe(0);
    }
    await go(world.paths['settings'] ?? '');
    await page.getByRole('button', { name: 'Download flags' }).waitFor();
    expect(await page.getByRole('button', { name: 'Preview' }).count()).toBe(0);
    await go('/tokens');
    await page.getByText('You may not see this').waitFor();
    expect(await page.getByRole('button', { name: 'Create token' }).count()).toBe(0);
    await go(world.paths['history'] ?? '');
    await page.getByText('As agreed in the release meeting').first().waitFor();
    expect(await page.getByRole('button', { name: /^Restore/ }).count()).toBe(0);
    await page.context().close();
  });
});

test('the keyboard goes everywhere: skip link, help, palette, back', async () => {
  const page = await world.enter();
  await page.goto(`${world.url}/dashboard${world.paths['flags']}`);
  await settled(page);
  await page.keyboard.press('Tab');
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the content');
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.keyboard.press('Control+k');
  await page.getByPlaceholder('A flag, a page, an action').fill('ranking');
  await page.getByRole('button', { name: /search-algorithm/ }).waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'search-algorithm' }).waitFor();
  await page.getByRole('tab', { name: 'Variations' }).click();
  await page.getByRole('button', { name: 'Add variation' }).waitFor();
  await page.goBack();
  await page.getByRole('button', { name: 'Add rule' }).waitFor();
  await page.goBack();
  await page.getByRole('heading', { name: 'Flags' }).waitFor();
  await page.context().close();
});

test('the colour scheme that was chosen is there before anything is drawn, and signing out leaves nothing behind', async () => {
  const page = await world.enter({ scheme: 'light' });
  await page.goto(`${world.url}/dashboard${world.paths['flags']}`);
  await settled(page);
  await page.getByText('Dark', { exact: true }).click({ force: true });
  await page.route('**/assets/*.js', (route) => route.abort());
  await page.reload();
  expect(await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)).toBe(
    'rgb(18, 21, 23)',
  );
  await page.unroute('**/assets/*.js');
  await page.reload();
  await settled(page);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await page.goBack();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  expect(await page.context().cookies()).toEqual([]);
  await page.context().close();
});
