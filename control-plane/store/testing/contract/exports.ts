import type { Change } from '../../../model/commit.ts';
import type { SegmentDefinition } from '../../../model/segment.ts';
import {
  ACCOUNT,
  APP,
  all,
  by,
  commit,
  create,
  refusal,
  type Suite,
  settle,
  update,
  writeAll,
} from './fixture.ts';

const segment = (key: string, include: readonly string[] = []): SegmentDefinition => ({
  key,
  include,
  exclude: [],
  conditions: [],
});
const put = (event: 'create' | 'update', after: SegmentDefinition): Change => ({
  kind: 'segment',
  event,
  key: after.key,
  after,
});

export const exportsContract = ({ check, expect }: Suite): void => {
  check('an export shows one version while commits go on', async ({ stores }) => {
    const app = await settle(stores);
    await commit(app, [create('a'), create('b'), create('c')]);
    const flags = app.everything()[Symbol.asyncIterator]();
    const seen = [(await flags.next()).value];
    await commit(app, [update('c', { enabled: true }), { event: 'delete', key: 'b' }, create('d')]);
    for (let next = await flags.next(); !next.done; next = await flags.next()) seen.push(next.value);
    expect(seen.map((flag) => [flag.definition.key, flag.definition.enabled])).toEqual([
      ['a', false],
      ['b', false],
      ['c', false],
    ]);
    expect((await all(app.everything())).map((flag) => flag.definition.key)).toEqual(['a', 'c', 'd']);
    expect((await all(app.everyEntry())).map((entry) => entry.id)).toEqual(['1', '2', '3', '4', '5', '6']);
  });

  check('an export page by page shows one version, whatever is changed between pages', async ({ stores }) => {
    const app = await settle(stores);
    const keys = ['a', 'b', 'c', 'd', 'e'];
    await commit(
      app,
      keys.map((key) => create(key)),
    );
    await commit(app, [update('e', { enabled: true })], by('ben', 2));
    const expected = await all(app.everything());
    const flags = app.everything(1)[Symbol.asyncIterator]();
    const seen = [(await flags.next()).value];
    await commit(
      app,
      [update('a', { enabled: true }), { event: 'delete', key: 'b' }, { event: 'delete', key: 'e' }],
      by('cleo', 3),
    );
    seen.push((await flags.next()).value);
    await commit(
      app,
      [create('aa'), create('b', { enabled: true }), update('c', { enabled: true })],
      by('cleo', 4),
    );
    seen.push((await flags.next()).value);
    await commit(app, [{ event: 'delete', key: 'd' }, create('z')], by('cleo', 5));
    for (let next = await flags.next(); !next.done; next = await flags.next()) seen.push(next.value);
    expect(seen).toEqual(expected);
    expect((await all(app.everything(2))).map((flag) => flag.definition.key)).toEqual([
      'a',
      'aa',
      'b',
      'c',
      'z',
    ]);
    expect(await all(app.everything(2))).toEqual(await all(app.everything()));
  });

  check(
    'an export has segments before flags, all at one version, whatever is changed between pages',
    async ({ stores }) => {
      const app = await settle(stores);
      await writeAll(app, [
        put('create', segment('a')),
        put('create', segment('b')),
        put('create', segment('c')),
      ]);
      // A flag may have the key of a segment.
      await writeAll(app, [create('a'), create('b'), put('update', segment('c', ['ada']))], by('ben', 2));
      const expected = await all(app.everything());
      expect(expected.map(({ kind, definition }) => `${kind} ${definition.key}`)).toEqual([
        'segment a',
        'segment b',
        'segment c',
        'flag a',
        'flag b',
      ]);
      const read = app.everything(1)[Symbol.asyncIterator]();
      const seen = [(await read.next()).value];
      await writeAll(app, [
        put('update', segment('a', ['eve'])),
        { kind: 'segment', event: 'delete', key: 'b' },
        put('create', segment('bb')),
        { event: 'delete', key: 'a' },
      ]);
      seen.push((await read.next()).value);
      await writeAll(app, [put('create', segment('b', ['eve'])), put('update', segment('c')), create('aa')]);
      for (let next = await read.next(); !next.done; next = await read.next()) seen.push(next.value);
      expect(seen).toEqual(expected);
      expect(
        (await all(app.everything(2))).map(({ kind, definition }) => `${kind} ${definition.key}`),
      ).toEqual(['segment a', 'segment b', 'segment bb', 'segment c', 'flag aa', 'flag b']);
    },
  );

  check(
    'an export whose app is deleted while it is read ends with a refusal, not early',
    async ({ stores }) => {
      const app = await settle(stores);
      await commit(app, [create('a'), create('b'), create('c')]);
      const flags = app.everything(1)[Symbol.asyncIterator]();
      await flags.next();
      await stores.accounts.deleteApp(ACCOUNT, APP, by('ann', 3));
      expect(await refusal(all({ [Symbol.asyncIterator]: () => flags }))).toBe('not_found');
    },
  );
};
