import { type Fixture, type Runner, until } from './fixture.ts';

type Test = (title: string, body: (fixture: Fixture) => Promise<void>) => void;

/** What caches promise that take reports. */
export const reportsContract = (test: Test, expect: Runner['expect']): void => {
  test('reports are handed over in order, of their account only, and those not taken again', async ({
    cache,
    other,
  }) => {
    if (other.report === undefined || cache.watchReports === undefined) return;
    const seen: string[] = [];
    let broken = true;
    const taking = await cache.watchReports('a', async (reports) => {
      seen.push(...reports);
      if (!broken) return;
      broken = false;
      throw new Error('the database is away');
    });
    const elsewhere = await cache.watchReports('b', async () => undefined);
    // Where nothing is kept, who filed one that was not taken is told, and files it again.
    await other.report('a', '1', 'one').catch(() => other.report?.('a', '1', 'one'));
    await until(() => seen.length >= 2);
    await other.report('b', '1', 'of another account');
    await other.report('a', '2', 'two');
    await other.report('a', '3', 'three');
    await until(() => seen.includes('three'));
    expect(seen).toEqual(['one', 'one', 'two', 'three']);
    await taking.close();
    await elsewhere.close();
    const later: string[] = [];
    const again = await cache.watchReports('a', async (reports) => {
      later.push(...reports);
    });
    await other.report('a', '4', 'four');
    await until(() => later.length > 0);
    expect(later).toEqual(['four']);
    await again.close();
  });

  test('many reports at once are all handed over, once', async ({ cache, other }) => {
    if (other.report === undefined || cache.watchReports === undefined) return;
    const seen: string[] = [];
    const taking = await cache.watchReports('a', async (reports) => {
      seen.push(...reports);
    });
    const texts = Array.from({ length: 600 }, (_, n) => `report ${n}`);
    await Promise.all(texts.map((text) => other.report?.('a', text, text)));
    await until(() => seen.length >= texts.length);
    expect([...seen].sort()).toEqual([...texts].sort());
    await taking.close();
  });
};
