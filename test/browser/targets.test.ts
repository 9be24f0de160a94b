import { afterAll, beforeAll, expect, test } from 'vitest';
import { addHardFlags } from './hard-data.ts';
import { openWorld, settled, type World } from './world.ts';

let world: World;
let paths: Readonly<Record<string, string>>;
beforeAll(async () => {
  world = await openWorld();
  paths = { ...world.paths, ...(await addHardFlags(world)).paths };
});
afterAll(() => world?.close());

/** What can be pressed and is smaller than a finger needs (WCAG 2.5.8); a link within a sentence is as high as its line. */
const faults = () => {
  const LEAST = 24;
  const small = [
    ...document.querySelectorAll('a[href], button, input, select, textarea, [role="tab"], [role="button"]'),
  ].flatMap((element) => {
    const inline = element.tagName === 'A' && getComputedStyle(element).display === 'inline';
    if (inline || element.closest('.skip-link, [inert], [aria-hidden="true"]') !== null) return [];
    if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: false })) return [];
    const own = element.getBoundingClientRect();
    // What is drawn over a hidden box is pressed by its label.
    const box =
      own.width < 2 || own.height < 2 ? element.closest('label, div')?.getBoundingClientRect() : own;
    if (box === undefined || (box.width >= LEAST - 0.5 && box.height >= LEAST - 0.5)) return [];
    const name = element.getAttribute('aria-label') ?? element.textContent ?? '';
    return [`${element.tagName} ${name.slice(0, 40)}: ${Math.round(box.width)} × ${Math.round(box.height)}`];
  });
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  return [...small, ...(wide > 0 ? [`${wide} px wider than its window`] : [])];
};

test.each([320, 1280])(
  'every page, also with long and foreign data, fits %i px, and what can be pressed is 24 px at least',
  { timeout: 240_000 },
  async (width) => {
    const page = await world.enter({ width });
    const found: string[] = [];
    for (const [name, path] of Object.entries(paths)) {
      await page.goto(`${world.url}/dashboard${path}`);
      await settled(page);
      for (const fault of await page.evaluate(faults)) found.push(`${name}: ${fault}`);
    }
    expect([...new Set(found)].join('\n')).toBe('');
    await page.context().close();
  },
);
