import { segmentName } from '../../../model/changelog.ts';
import { ACCOUNT, APP, by, type Suite, settle } from './fixture.ts';

/** What imports from other vendors said is kept for the next one, beside the commit. */
export const importedContract = ({ check, expect }: Suite): void => {
  const names = ['a', segmentName('s'), 'never'];
  const decide =
    (imported: Readonly<Record<string, string>>, seen: Map<string, string>[]) =>
    (_: unknown, __: unknown, last: ReadonlyMap<string, string>) => {
      seen.push(new Map(last));
      return { changes: [], imported: new Map(Object.entries(imported)), answer: null };
    };

  check(
    'what an import said is told to the next one, also where nothing changed',
    async ({ stores, other }) => {
      const app = await settle(stores);
      const seen: Map<string, string>[] = [];
      const request = (said: Readonly<Record<string, string>>) => ({
        keys: [],
        imported: names,
        decide: decide(said, seen),
        write: by('ann', 1),
      });
      await app.commit(request({ a: '{"n":1}', 'segment/s': '{}' }));
      await app.commit(request({ a: '{"n":2}' }));
      await other.app(ACCOUNT, APP).commit(request({}));
      expect(seen.map((each) => Object.fromEntries(each))).toEqual([
        {},
        { a: '{"n":1}', 'segment/s': '{}' },
        { a: '{"n":2}', 'segment/s': '{}' },
      ]);
      expect((await app.head())?.entries).toBe(0);
    },
  );

  check('a dry run keeps nothing, and whoever does not ask is told nothing', async ({ stores }) => {
    const app = await settle(stores);
    const seen: Map<string, string>[] = [];
    const write = by('ann', 1);
    await app.commit({ keys: [], imported: names, decide: decide({ a: '1' }, seen), write, dryRun: true });
    await app.commit({ keys: [], imported: names, decide: decide({ a: '2' }, seen), write });
    await app.commit({ keys: [], decide: decide({}, seen), write });
    expect(seen.map(({ size }) => size)).toEqual([0, 0, 0]);
  });
};
