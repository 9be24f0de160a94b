import AxeBuilder from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openWorld, settled, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world?.close());

const WIDTHS = [1280, 400] as const;
const SCHEMES = ['light', 'dark'] as const;

/** What axe finds on the page as it is, and whether it is wider than its window, which a phone would have to scroll sideways for. */
const faults = async (page: Page, what: string): Promise<readonly string[]> => {
  const { violations } = await new AxeBuilder({ page }).options({ resultTypes: ['violations'] }).analyze();
  const wide = await page.evaluate(overflow);
  return [
    ...violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html }) => `${what}: ${id}: ${html.slice(0, 160)}`),
    ),
    ...(wide > 0 ? [`${what} is ${wide} px wider than its window`] : []),
  ];
};

const overflow = () => document.documentElement.scrollWidth - document.documentElement.clientWidth;

describe.for(WIDTHS.flatMap((width) => SCHEMES.map((scheme) => ({ width, scheme }))))(
  'at $width px, $scheme',
  ({ width, scheme }) => {
    test('every page is clean for axe, fits its window, runs under the policy and says nothing on the console', {
      timeout: 240_000,
    }, async () => {
      const page = await world.enter({ width, scheme });
      const said: string[] = [];
      page.on('console', (message) => {
        if (['error', 'warning'].includes(message.type())) said.push(`${page.url()}: ${message.text()}`);
      });
      page.on('pageerror', (error) => said.push(`${page.url()}: ${error.message}`));
      const found: string[] = [];
      for (const [name, path] of Object.entries(world.paths)) {
        await page.goto(`${world.url}/dashboard${path}`);
        await settled(page);
        found.push(...(await faults(page, name)));
      }
      expect(found).toEqual([]);
      // The page that is not there is a 404 of the API, which every browser reports.
      expect(said.filter((line) => !line.includes('there-is-no-such-flag'))).toEqual([]);
      await page.context().close();
    });

    test('the rule builder and the dialogs are clean for axe', { timeout: 240_000 }, async () => {
      const page = await world.enter({ width, scheme });
      const found: string[] = [];
      const clean = async (what: string) => {
        // A dialog that is still fading in has the contrast of neither state.
        await page.waitForTimeout(300);
        found.push(...(await faults(page, what)));
      };
      await page.goto(`${world.url}/dashboard${world.paths['flag']}`);
      await page.getByRole('button', { name: 'Edit rule 1' }).click();
      // On a phone a rule has the screen to itself.
      const phone = width < 768;
      if (!phone) await page.getByRole('button', { name: 'Edit rule 2' }).click();
      await page.getByText('Split', { exact: true }).last().click();
      await clean('rule builder');
      if (phone) await page.getByRole('dialog').getByRole('button', { name: 'Done' }).click();
      await page.getByRole('button', { name: 'Review and save' }).click();
      await page.getByRole('dialog').waitFor();
      await clean('review');
      await page.getByRole('button', { name: 'Keep editing' }).click();
      await page.getByRole('button', { name: 'Discard' }).click();
      await page.goto(`${world.url}/dashboard${world.paths['flags']}`);
      await settled(page);
      await page.keyboard.press('c');
      await page.getByRole('dialog').waitFor();
      await clean('create a flag');
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await page.keyboard.press('Control+k');
      await page.getByPlaceholder('A flag, a page, an action').waitFor();
      await clean('palette');
      await page.goto(`${world.url}/dashboard/tokens`);
      await page.getByRole('button', { name: 'Create token' }).click();
      await page.getByRole('dialog').waitFor();
      await clean('create a token');
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('textbox', { name: 'Name' }).fill(`of ${width} ${scheme}`);
      await dialog.getByRole('button', { name: 'Create token' }).click();
      await dialog.getByText('The secret is shown only this once.').waitFor();
      await clean('a minted secret');
      await dialog.getByRole('button', { name: 'I have copied it' }).click();
      await page.getByRole('button', { name: 'Sign-in link for Ada Lovelace' }).click();
      await dialog.waitFor();
      await clean('a sign-in link');
      await page.goto(`${world.url}/dashboard/apps/${world.shop}/flags/new-checkout`);
      await page.getByRole('button', { name: '5%', exact: true }).click();
      await page.getByRole('button', { name: 'Undo', exact: true }).first().waitFor();
      await clean('a step, with its notice');
      await page.keyboard.press('Control+z');
      await page.getByRole('button', { name: 'Turn off for everyone' }).click();
      await page.getByRole('dialog').waitFor();
      await clean('kill switch');
      await page.goto(`${world.url}/dashboard${world.paths['history']}`);
      await page.getByRole('button', { name: /^More for new-checkout, v1$/ }).click();
      await page.getByRole('menuitem', { name: /^Restore/ }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Restore' }).waitFor();
      await clean('restore');
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Undo this change: new-checkout, version 2' }).click();
      await page.getByRole('dialog').getByLabel('Why').waitFor();
      await clean('undo');
      await page.goto(`${world.url}/dashboard${world.paths['flag']}?tab=settings`);
      await page.getByLabel('Description').fill('Mine');
      const theirs = { description: `Theirs at ${width}, ${scheme}` };
      await world.api('PATCH', world.paths['flag'] ?? '', theirs, { token: world.tokens.ada });
      await page.getByRole('button', { name: 'Compare and merge' }).click();
      await dialog.getByRole('button', { name: 'Apply and keep editing' }).waitFor();
      await clean('merge');
      await page.goto(`${world.url}/dashboard/apps/${world.shop}/settings`);
      const line = {
        key: 'from-a-file',
        enabled: true,
        variations: { a: 1 },
        default_variation: 'a',
        rules: [],
      };
      await page.locator('input[type="file"]').setInputFiles({
        name: 'flags.ndjson',
        mimeType: 'application/x-ndjson',
        buffer: Buffer.from(JSON.stringify(line)),
      });
      await page.getByRole('button', { name: 'Preview' }).click();
      await page.getByRole('button', { name: 'Import', exact: true }).waitFor();
      await clean('the preview of an import');
      await page.goto(`${world.url}/dashboard/there/is/no/such/page`);
      await page.getByRole('link', { name: 'Go to your apps' }).waitFor();
      await clean('an address that leads nowhere');
      await page.goto(`${world.url}/dashboard${world.paths['flags']}`);
      await settled(page);
      await page.context().setOffline(true);
      await page.getByRole('switch').first().click();
      await page
        .getByRole('dialog')
        .getByRole('button', { name: /^Turn o/ })
        .click();
      await page.getByText(/What you see may be old/).waitFor();
      await clean('away from the server');
      await page.context().setOffline(false);
      await page.context().clearCookies();
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.getByText('Your session has ended').first().waitFor();
      await clean('an expired session');
      expect(found).toEqual([]);
      await page.context().close();
    });
  },
);

test('the sign-in page is clean for axe', { timeout: 120_000 }, async () => {
  for (const width of WIDTHS) {
    for (const scheme of SCHEMES) {
      const context = await world.browser.newContext({
        colorScheme: scheme,
        viewport: { width, height: 800 },
      });
      const page = await context.newPage();
      await page.goto(`${world.url}/dashboard/`);
      await page.getByRole('button', { name: 'Sign in' }).waitFor();
      expect(await faults(page, `sign-in at ${width} px, ${scheme}`)).toEqual([]);
      await context.close();
    }
  }
});
