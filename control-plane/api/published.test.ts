import { expect, test } from 'vitest';
import { openGround } from './scenario.ts';

test('where edges do not report, propagation says what the flag cache has instead', async () => {
  const reporting = await openGround();
  const heads: (number | null)[] = [null, 0];
  const ground = await openGround({
    cache: { ...reporting.cache, receipts: false, head: async () => heads.shift() ?? null },
  });
  const ask = async () => (await ground.ask('GET', '/apps/shop/propagation')).json.result;
  expect(await ask()).toEqual({ version: 0, edges: [], published_version: null });
  expect(await ask()).toEqual({ version: 0, edges: [], published_version: 0 });
  await ground.close();
  await reporting.close();
});
