/**
 * Takes a picture of every page, with data that is hard to show as well, into docs/images/pages, and of four into docs/images; run by
 * `npm run screenshots`. `SCREENSHOTS` names another folder, `SCREENSHOTS_OF` takes only pages whose names begin so.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { addHardFlags } from './hard-data.ts';
import { openWorld, settled } from './world.ts';

const images = join(import.meta.dirname, '..', '..', 'docs', 'images');
const everything = join(process.env['SCREENSHOTS'] ?? join(images, 'pages'));
mkdirSync(everything, { recursive: true });

const world = await openWorld();

const open = async (page: Page, path: string): Promise<void> => {
  await page.goto(`${world.url}/dashboard${path}`);
  await settled(page);
  await page.waitForTimeout(300);
};

try {
  const paths = { ...world.paths, ...(await addHardFlags(world)).paths };
  const asked = Object.entries(paths).filter(([name]) =>
    name.startsWith(process.env['SCREENSHOTS_OF'] ?? ''),
  );
  for (const width of [1280, 400, 320]) {
    for (const scheme of ['light', 'dark', 'forced'] as const) {
      const page = await world.enter({ width, scheme: scheme === 'dark' ? 'dark' : 'light' });
      if (scheme === 'forced') await page.emulateMedia({ forcedColors: 'active' });
      for (const [name, path] of asked) {
        await open(page, path);
        await page.screenshot({ path: join(everything, `${name}-${scheme}-${width}.png`), fullPage: true });
      }
      await page.context().close();
    }
  }
  const page = await world.enter();
  await open(page, world.paths['flags'] ?? '/');
  await page.screenshot({ path: join(images, 'flags.png') });
  await open(page, world.paths['flag'] ?? '/');
  await page.screenshot({ path: join(images, 'flag.png') });
  await page.getByRole('button', { name: 'Edit rule 1' }).click();
  await page.getByRole('listitem', { name: 'Rule 1' }).scrollIntoViewIfNeeded();
  await page.waitForTimeout(300);
  await page.screenshot({ path: join(images, 'rule.png') });
  await open(page, world.paths['history'] ?? '/');
  await page.screenshot({ path: join(images, 'history.png') });
} finally {
  await world.close();
}
