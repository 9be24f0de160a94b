import { afterAll, beforeAll, expect, test } from 'vitest';
import { addHardFlags } from './hard-data.ts';
import { openWorld, settled, type World } from './world.ts';

let world: World;
let paths: Readonly<Record<string, string>>;
beforeAll(async () => {
  world = await openWorld();
  paths = (await addHardFlags(world)).paths;
});
afterAll(() => world?.close());

const SCREENS = 3;

test.each([1280, 1024, 400, 320])(
  'no flag’s page is taller than three screens or scrolls sideways at %i px',
  async (width) => {
    const page = await world.enter({ width });
    const found: string[] = [];
    for (const [name, path] of Object.entries(paths)) {
      await page.goto(`${world.url}/dashboard${path}`);
      await settled(page);
      await page.getByRole('tab', { name: 'Targeting' }).waitFor();
      const { tall, wide } = await page.evaluate(() => ({
        tall: document.documentElement.scrollHeight / window.innerHeight,
        wide: document.documentElement.scrollWidth - window.innerWidth,
      }));
      if (tall > SCREENS) found.push(`${name} is ${tall.toFixed(2)} screens tall`);
      if (wide > 0) found.push(`${name} is ${wide} px too wide`);
    }
    expect(found.join('\n')).toBe('');
    await page.context().close();
  },
);

test('a value in the innermost group can be read and typed on a phone', async () => {
  const page = await world.enter({ width: 320 });
  await page.goto(`${world.url}/dashboard${paths['hard-deep']}`);
  await settled(page);
  await page.getByRole('button', { name: 'Edit rule 1' }).click();
  const sheet = page.getByRole('dialog', { name: 'Rule 1' });
  const values = sheet.getByLabel('Value', { exact: true });
  await values.last().waitFor();
  for (const field of await values.all()) {
    expect((await field.boundingBox())?.width).toBeGreaterThan(140);
  }
  await values.last().press('End');
  await values.last().pressSequentially('-plus');
  await sheet.getByRole('button', { name: 'Done' }).click();
  await page.getByText('“enterprise-plus”').first().waitFor();
  await page.context().close();
});
