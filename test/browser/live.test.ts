import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openWorld, settled, type World } from './world.ts';

let world: World;
let page: Page;
beforeAll(async () => {
  world = await openWorld();
  page = await world.enter();
});
afterAll(() => world?.close());

const go = async (path: string): Promise<void> => {
  await page.goto(`${world.url}/dashboard${path}`);
  await settled(page);
};
const toggle = (name: string) => page.getByRole('switch', { name, exact: true });

test('what others change appears without a reload, with who did it', async () => {
  await go(`/apps/${world.shop}/flags`);
  const path = `/apps/${world.shop}/flags/gift-cards`;
  await world.api('PATCH', path, { enabled: true }, { token: world.tokens.ada });
  await page.getByText('Ada Lovelace changed gift-cards').waitFor();
  await expect.poll(() => toggle('gift-cards').isChecked(), { timeout: 10_000 }).toBe(true);
  await world.api(
    'POST',
    `/apps/${world.shop}/flags`,
    {
      key: 'brand-new',
      enabled: true,
      variations: { on: true },
      default_variation: 'on',
      rules: [],
    },
    { token: world.tokens.ada },
  );
  await page.getByRole('link', { name: 'brand-new', exact: true }).waitFor();
});

test('a change is followed to every edge, with how long the slowest took', async () => {
  const edge = (index: number, applied: number) => ({
    id: `edge-${index}`,
    applied_version: applied,
    lag_ms: 26 + index,
    last_seen: new Date().toISOString(),
  });
  let behind = 1;
  // Twelve edges are more than a test starts; what they say is made up, what is said of it is not.
  await page.route('**/events', () => new Promise(() => undefined));
  const changelog = await world.api('GET', `/apps/${world.shop}/flags/dark-mode/changelog?limit=1`);
  const version = Number(Object(changelog)[0].app_version);
  await page.route('**/propagation', (route) =>
    route.fulfill({
      json: {
        success: true,
        errors: [],
        messages: [],
        result: {
          version,
          edges: Array.from({ length: 12 }, (_, index) =>
            edge(index + 1, index < behind ? version - 1 : version),
          ),
        },
      },
    }),
  );
  await go(`/apps/${world.shop}/flags/dark-mode`);
  await page.getByText('Live on 11 of 12 edges …').waitFor();
  behind = 0;
  await page.getByText('Live on 12 of 12 edges, 38 ms').waitFor();
  await page.unroute('**/propagation');
  await page.unroute('**/events');
});

test('an expired session asks for the token over the page, and loses no typing', async () => {
  await go(`/apps/${world.shop}/flags/page-size?tab=settings`);
  await page.getByLabel('Description').fill('Typed before the session ended');
  await page.context().clearCookies();
  await page.getByRole('button', { name: 'Review and save' }).click();
  await page.getByLabel('Why').fill('And why');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  const expired = page.getByRole('dialog').filter({ hasText: 'Your session has ended' });
  await expired.waitFor();
  await expired.getByLabel('Token', { exact: true }).fill(world.tokens.ada);
  await expired.getByRole('button', { name: 'Sign in' }).click();
  await expired.waitFor({ state: 'detached' });
  expect(await page.getByLabel('Why').inputValue()).toBe('And why');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('page-size is saved').waitFor();
});

test('a server that is away is said plainly, what was typed stays, and it goes on by itself', async () => {
  await go(`/apps/${world.shop}/flags/page-size?tab=settings`);
  await page.getByLabel('Description').fill('Typed while the server was away');
  await world.server().kill('SIGKILL');
  await page
    .getByText(/The server does not answer|Live updates are interrupted/)
    .first()
    .waitFor();
  await page.getByRole('switch', { name: 'page-size' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Turn on' }).click();
  await page.getByText('page-size was not changed').waitFor();
  await world.restart();
  await page.getByText(/What you see may be old/).waitFor({ state: 'detached' });
  expect(await page.getByLabel('Description').inputValue()).toBe('Typed while the server was away');
  await page.getByRole('button', { name: 'Review and save' }).click();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('page-size is saved').waitFor();
});
