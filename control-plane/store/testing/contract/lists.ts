import type { StoredFlag } from '../../../model/flag.ts';
import type { FlagQuery, Page } from '../../port.ts';
import {
  ACCOUNT,
  APP,
  at,
  by,
  commit,
  create,
  refusal,
  type Suite,
  settle,
  toggle,
  update,
} from './fixture.ts';

const keysOf = (page: Page<StoredFlag>): readonly string[] => page.items.map((flag) => flag.definition.key);

export const listsContract = ({ check, expect }: Suite): void => {
  check('flags are listed by key, page by page', async ({ stores }) => {
    const app = await settle(stores);
    await commit(
      app,
      ['b', '_', 'B', 'a-1', '0'].map((key) => create(key)),
    );
    expect(keysOf(await app.flags({ limit: 10 }))).toEqual(['0', 'B', '_', 'a-1', 'b']);
    const one = await app.flags({ limit: 2 });
    expect(keysOf(one)).toEqual(['0', 'B']);
    // What sorts before the cursor moves nothing.
    await commit(app, [create('00')]);
    const two = await app.flags({ limit: 2, after: one.next ?? '' });
    expect(keysOf(two)).toEqual(['_', 'a-1']);
    const three = await app.flags({ limit: 2, after: two.next ?? '' });
    expect(keysOf(three)).toEqual(['b']);
    expect(three.next).toBe(null);
  });

  check('a last page that is exactly full has no next', async ({ stores }) => {
    const app = await settle(stores);
    await commit(app, [create('a'), create('b')]);
    expect((await app.flags({ limit: 2 })).next).toBe(null);
    expect((await app.changelog({ limit: 2 })).next).toBe(null);
  });

  check('flags are filtered by text, tag and state, and pages keep the filter', async ({ stores }) => {
    const app = await settle(stores);
    await commit(app, [
      create('checkout', { tags: ['web', 'pay'], enabled: true }),
      create('search', { description: 'Ähnliche 100%_treffer', tags: ['web'] }),
      create('sort', { description: null, tags: ['web'], enabled: true }),
      create('other'),
    ]);
    const keys = async (query: Omit<FlagQuery, 'limit'>): Promise<readonly string[]> =>
      keysOf(await app.flags({ limit: 10, ...query }));
    expect(await keys({ q: 'ÄHN' })).toEqual(['search']);
    expect(await keys({ q: '100%_' })).toEqual(['search']);
    expect(await keys({ q: '%' })).toEqual(['search']);
    expect(await keys({ q: 'HECK' })).toEqual(['checkout']);
    expect(await keys({ q: '' })).toEqual(['checkout', 'other', 'search', 'sort']);
    expect(await keys({ tags: ['pay'] })).toEqual(['checkout']);
    expect(await keys({ tags: ['we'] })).toEqual([]);
    expect(await keys({ state: 'disabled' })).toEqual(['other', 'search']);
    expect(await keys({ tags: ['web'], state: 'enabled' })).toEqual(['checkout', 'sort']);
    expect(await keys({ tags: ['web'], state: 'enabled', q: 's' })).toEqual(['sort']);
    const one = await app.flags({ limit: 2, tags: ['web'] });
    expect(keysOf(one)).toEqual(['checkout', 'search']);
    expect(keysOf(await app.flags({ limit: 2, tags: ['web'], after: one.next ?? '' }))).toEqual(['sort']);
  });

  check('a search finds its pieces in any order, in tags too, whatever their case', async ({ stores }) => {
    const app = await settle(stores);
    await commit(app, [
      create('new-checkout', { description: 'One page', tags: ['Zahlung', 'ÖPNV'] }),
      create('old-checkout', { description: 'Three pages', tags: ['zahlung'] }),
      create('page-size', { description: 'Results' }),
    ]);
    const keys = async (query: Omit<FlagQuery, 'limit'>): Promise<readonly string[]> =>
      keysOf(await app.flags({ limit: 10, ...query }));
    expect(await keys({ q: 'page checkout' })).toEqual(['new-checkout', 'old-checkout']);
    expect(await keys({ q: 'PAGE  new' })).toEqual(['new-checkout']);
    expect(await keys({ q: 'öpnv' })).toEqual(['new-checkout']);
    expect(await keys({ q: 'three zahl' })).toEqual(['old-checkout']);
    expect(await keys({ q: 'three öpnv' })).toEqual([]);
    expect(await keys({ q: ' ' })).toEqual(['new-checkout', 'old-checkout', 'page-size']);
    expect(await keys({ tags: ['Zahlung', 'ÖPNV'] })).toEqual(['new-checkout']);
    expect(await keys({ tags: ['zahlung', 'ÖPNV'] })).toEqual([]);
    expect(await keys({ tags: ['ÖPNV'], q: 'one' })).toEqual(['new-checkout']);
  });

  check('flags are filtered by type and by who changed them last', async ({ stores }) => {
    const app = await settle(stores);
    await commit(app, [create('a'), create('n', { variations: { low: 1 }, default_variation: 'low' })]);
    await commit(app, [create('b')], by('Øystein', 2));
    const keys = async (query: Omit<FlagQuery, 'limit'>): Promise<readonly string[]> =>
      keysOf(await app.flags({ limit: 10, ...query }));
    expect(await keys({ type: 'number' })).toEqual(['n']);
    expect(await keys({ type: 'boolean' })).toEqual(['a', 'b']);
    expect(await keys({ by: 'øyst' })).toEqual(['b']);
    expect(await keys({ by: 'N' })).toEqual(['a', 'b', 'n']);
    expect(await keys({ by: 'n', type: 'boolean', q: 'a' })).toEqual(['a']);
    expect(await keys({ by: 'nobody' })).toEqual([]);
  });

  check('flags are listed by their last change, newest first, page by page', async ({ stores }) => {
    const app = await settle(stores);
    await commit(
      app,
      ['d', 'a', 'c', 'b'].map((key) => create(key, { tags: ['x'] })),
      by('ann', 1),
    );
    await commit(app, [update('b', { enabled: true })], by('ben', 2));
    await commit(app, [update('c', { enabled: true, tags: ['x'] })], by('ben', 3));
    const page = (query: Omit<FlagQuery, 'limit'>) => app.flags({ limit: 2, sort: 'updated', ...query });
    const one = await page({});
    expect(keysOf(one)).toEqual(['c', 'b']);
    const two = await page({ after: one.next ?? '' });
    expect([keysOf(two), two.next]).toEqual([['a', 'd'], null]);
    const tagged = await page({ tags: ['x'], q: 'c' });
    expect(keysOf(tagged)).toEqual(['c']);
    expect(keysOf(await page({ tags: ['x'], after: one.next ?? '' }))).toEqual(['a', 'd']);
    expect(await refusal(page({ after: (await app.flags({ limit: 2 })).next ?? '' }))).toBe('invalid');
  });

  check('a search finds what flags are called now, page by page', async ({ stores }) => {
    const app = await settle(stores);
    const found = async (query: Omit<FlagQuery, 'limit'>): Promise<readonly string[]> =>
      keysOf(await app.flags({ limit: 10, ...query }));
    await commit(
      app,
      ['a1', 'a2', 'a3', 'b1'].map((key) => create(key, { enabled: key === 'a2' })),
    );
    const one = await app.flags({ limit: 2, q: 'A' });
    expect(keysOf(one)).toEqual(['a1', 'a2']);
    expect(await found({ q: 'a', after: one.next ?? '' })).toEqual(['a3']);
    expect(await found({ q: 'a', state: 'enabled' })).toEqual(['a2']);
    expect(await found({ q: 'a', state: 'disabled' })).toEqual(['a1', 'a3']);
    await Promise.all([
      commit(app, [update('a1', { description: 'Once' })]),
      commit(app, [update('a1', { description: 'Twice', enabled: true })]),
      commit(app, [{ event: 'delete', key: 'a2' }]),
      commit(app, [update('b1', { description: 'twice as well' })]),
    ]);
    expect([await found({ q: 'once' }), await found({ q: 'twice' })]).toEqual([[], ['a1', 'b1']]);
    expect(await found({ q: 'a2' })).toEqual([]);
    await commit(app, [create('a2', { description: 'Again' }), update('b1', { description: null })]);
    expect([await found({ q: 'again' }), await found({ q: 'twice' })]).toEqual([['a2'], ['a1']]);
  });

  check('tags follow their flags', async ({ stores }) => {
    const app = await settle(stores);
    const keys = async (tag: string): Promise<readonly string[]> =>
      keysOf(await app.flags({ limit: 10, tags: [tag] }));
    await commit(app, [create('a', { tags: ['x', 'y', 'x'] }), create('b', { tags: ['y'] })]);
    expect([await keys('x'), await keys('y')]).toEqual([['a'], ['a', 'b']]);
    await commit(app, [update('a', { tags: ['z'] })]);
    expect([await keys('x'), await keys('y'), await keys('z')]).toEqual([[], ['b'], ['a']]);
    await commit(app, [update('a', {}), { event: 'delete', key: 'b' }]);
    expect([await keys('y'), await keys('z')]).toEqual([[], []]);
    await commit(app, [create('b', { tags: ['y'] })]);
    expect(await keys('y')).toEqual(['b']);
    const long = 'ä'.repeat(3_000);
    await commit(app, [update('a', { tags: [long] })]);
    expect(await keys(long)).toEqual(['a']);
  });

  check(
    'a tag changed twice in requests that arrive together ends as the last one left it',
    async ({ stores }) => {
      const app = await settle(stores);
      await commit(app, [create('a', { tags: ['one'] })]);
      await Promise.all([
        commit(app, [update('a', { tags: ['two', 'three'] })]),
        commit(app, [update('a', { tags: ['one'], enabled: true })]),
        commit(app, [{ event: 'delete', key: 'a' }]),
        commit(app, [create('a', { tags: ['four'] })]),
      ]);
      const tagged = await Promise.all(
        ['one', 'two', 'three', 'four'].map(
          async (tag) => keysOf(await app.flags({ limit: 10, tags: [tag] })).length,
        ),
      );
      expect(tagged).toEqual([0, 0, 0, 1]);
    },
  );

  check('the changelog is newest first, page by page, and can be filtered', async ({ stores }) => {
    const app = await settle(stores);
    await commit(app, [create('a'), create('b')], by('ann', 10));
    await app.commit(toggle('a', by('ben', 20)));
    await app.commit(toggle('b', by('ann', 30)));
    await app.commit(toggle('a', by('ben', 40)));
    const ids = async (query: object): Promise<readonly string[]> =>
      (await app.changelog({ limit: 10, ...query })).items.map((entry) => entry.id);
    expect(await ids({})).toEqual(['5', '4', '3', '2', '1']);
    expect(await ids({ flag: 'a' })).toEqual(['5', '3', '1']);
    expect(await ids({ actor: 'ben' })).toEqual(['5', '3']);
    expect(await ids({ since: at(20) })).toEqual(['5', '4', '3']);
    expect(await ids({ until: at(20) })).toEqual(['3', '2', '1']);
    expect(await ids({ since: at(11), until: at(39) })).toEqual(['4', '3']);
    expect(await ids({ since: at(11), until: at(39), flag: 'b' })).toEqual(['4']);
    expect(await ids({ since: at(41) })).toEqual([]);
    expect(await ids({ until: at(9) })).toEqual([]);
    const one = await app.changelog({ limit: 2, flag: 'a' });
    expect(one.items.map((entry) => entry.id)).toEqual(['5', '3']);
    expect(await ids({ flag: 'a', after: one.next ?? '' })).toEqual(['1']);
  });

  check('the changelog is filtered by parts of names in any case, and by commit', async ({ stores }) => {
    const app = await settle(stores);
    await commit(app, [create('New-Checkout'), create('search')], by('Øystein', 10));
    await app.commit(toggle('search', by('ben', 20)));
    await app.commit(toggle('New-Checkout', by('Benedikt', 30)));
    const ids = async (query: object): Promise<readonly string[]> =>
      (await app.changelog({ limit: 10, ...query })).items.map((entry) => entry.id);
    expect(await ids({ flagPart: 'check' })).toEqual(['4', '1']);
    expect(await ids({ actorPart: 'BEN' })).toEqual(['4', '3']);
    expect(await ids({ actorPart: 'øyst' })).toEqual(['2', '1']);
    expect(await ids({ actorPart: 'ben', flagPart: 'SEARCH' })).toEqual(['3']);
    expect(await ids({ actorPart: 'ben', since: at(25) })).toEqual(['4']);
    expect(await ids({ flagPart: '%' })).toEqual([]);
    expect(await ids({ commit: 1 })).toEqual(['2', '1']);
    expect(await ids({ commit: 2 })).toEqual(['3']);
    expect(await ids({ commit: 4 })).toEqual([]);
    const one = await app.changelog({ limit: 1, actorPart: 'ben' });
    expect(one.items.map((entry) => entry.id)).toEqual(['4']);
    const two = await app.changelog({ limit: 1, actorPart: 'ben', after: one.next ?? '' });
    expect([two.items.map((entry) => entry.id), two.next]).toEqual([['3'], null]);
  });

  check('an entry is found by its id', async ({ stores }) => {
    const app = await settle(stores);
    await commit(app, [create('a')]);
    const { items } = await app.changelog({ limit: 1 });
    expect(await app.entry('1')).toEqual(items[0]);
    for (const id of ['2', '0', '01', '', 'x', '1.0', '99999999999999999999'])
      expect(await app.entry(id)).toBe(null);
  });

  check('a cursor that no list gave out is refused', async ({ stores }) => {
    const app = await settle(stores);
    await commit(app, [create('a'), create('b')]);
    const ours = (await app.flags({ limit: 1 })).next ?? '';
    const theirs = (await app.changelog({ limit: 1 })).next ?? '';
    expect([
      await refusal(app.flags({ limit: 1, after: ours })),
      await refusal(app.changelog({ limit: 1, after: theirs })),
    ]).toEqual([null, null]);
    // A number could be a flag's key.
    expect(await refusal(app.flags({ limit: 1, after: theirs }))).toBe('invalid');
    expect(await refusal(app.flags({ limit: 1, sort: 'updated', after: theirs }))).toBe('invalid');
    for (const after of ['', 'a', '%', 'YQ==\n', 'w6Q', btoa('no such key!'), `${ours}"`]) {
      expect(await refusal(app.flags({ limit: 1, after }))).toBe('invalid');
    }
    for (const after of ['', ours, 'x', btoa('0'), btoa('-1'), btoa('1e3')]) {
      expect(await refusal(app.changelog({ limit: 1, after }))).toBe('invalid');
    }
  });

  check(
    'news tell what was changed, newest first, and nothing of what it was changed to',
    async ({ stores }) => {
      const app = await settle(stores);
      expect(await app.news({ after: 0, limit: 10 })).toEqual([]);
      await commit(app, [create('a'), create('b')], by('ann', 1, 'why'));
      await app.commit(toggle('b', by('ben', 2)));
      await commit(app, [{ event: 'delete', key: 'a' }], by('ann', 3));
      const of = (name: string) => ({ name, token_id: `token-${name}` });
      const [four, three, two, one] = [
        { seq: 4, flag_key: 'a', app_version: 3, at: at(3), actor: of('ann'), comment: null },
        { seq: 3, flag_key: 'b', app_version: 2, at: at(2), actor: of('ben'), comment: null },
        { seq: 2, flag_key: 'b', app_version: 1, at: at(1), actor: of('ann'), comment: 'why' },
        { seq: 1, flag_key: 'a', app_version: 1, at: at(1), actor: of('ann'), comment: 'why' },
      ];
      expect(await app.news({ after: 0, limit: 10 })).toEqual([four, three, two, one]);
      expect(await app.news({ after: 1, limit: 2 })).toEqual([four, three]);
      expect(await app.news({ after: 4, limit: 10 })).toEqual([]);
    },
  );

  check(
    'a changelog whose app is deleted while it is read ends with a refusal, not early',
    async ({ stores }) => {
      const app = await settle(stores);
      await commit(app, [create('a')]);
      await Promise.all(Array.from({ length: 600 }, () => app.commit(toggle('a'))));
      const entries = app.everyEntry()[Symbol.asyncIterator]();
      await entries.next();
      await stores.accounts.deleteApp(ACCOUNT, APP, by('ann', 3), 'gone');
      const rest = async (): Promise<void> => {
        while ((await entries.next()).done !== true);
      };
      expect(await refusal(rest())).toBe('not_found');
    },
  );
};
