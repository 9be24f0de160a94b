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
    // What belongs to a field is pressed for it: its label, and the frame that it is drawn in.
    const labels = element instanceof HTMLInputElement ? [...(element.labels ?? [])] : [];
    const frame = element.tagName === 'INPUT' ? element.closest('[class*="-wrapper"]') : null;
    const boxes = [own, ...[...labels, frame].flatMap((each) => each?.getBoundingClientRect() ?? [])];
    const box = boxes.toSorted((one, other) => other.height - one.height)[0];
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
