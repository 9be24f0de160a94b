import type { Source } from '../../../model/changelog.ts';
import type { Change } from '../../../model/commit.ts';
import type { AppStore } from '../../port.ts';
import { hashedText, verifyChain } from '../../sql/audit.ts';
import { all, by, commit, create, flagOf, type Suite, settle, update } from './fixture.ts';

const SOURCE: Source = { app_id: 'elsewhere', flag_version: 4, entry_hash: 'ab'.repeat(32) };

const write = (app: AppStore, changes: readonly Change[], second = 1) =>
  app.commit({
    keys: changes.flatMap(({ kind = 'flag', key }) => (kind === 'flag' ? key : [])),
    segments: changes.flatMap(({ kind, key }) => (kind === 'segment' ? key : [])),
    decide: () => ({ changes, answer: null }),
    write: by('ann', second),
  });

const digestsOf = async (app: AppStore) =>
  Object.fromEntries((await app.outline()).map(({ kind, key, digest }) => [`${kind}/${key}`, digest]));

const rule = { priority: 1, conditions: [], serve_variation: 'on' } as const;

export const carriedContract = ({ check, expect }: Suite): void => {
  check('flags and segments are outlined by what is compared of them', async ({ stores, other }) => {
    const app = await settle(stores);
    const there = other.accounts === stores.accounts ? app : other.app('acme', 'app-1');
    const beta = { key: 'beta', include: ['ada'], exclude: [], conditions: [] };
    await write(app, [
      create('a', { rules: [{ ...rule, id: 'r1', rollout: { percentage: 5 } }] }),
      create('b'),
      { kind: 'segment', event: 'create', key: 'beta', after: beta },
    ]);
    const before = await digestsOf(there);
    expect((await there.outline()).map(({ kind, key, version }) => [kind, key, version])).toEqual([
      ['flag', 'a', 1],
      ['flag', 'b', 1],
      ['segment', 'beta', 1],
    ]);
    expect(Object.values(before).every((digest) => /^[0-9a-f]{64}$/.test(digest))).toBe(true);

    const state = {
      enabled: true,
      protected: true,
      rules: [{ ...rule, id: 'r2', rollout: { percentage: 80 } }],
    };
    await write(app, [update('a', { ...state, bucketing: { hash: 'murmur3', salt: 'other' } })], 2);
    expect(await digestsOf(there)).toEqual(before);
    await write(app, [
      update('a', { ...state, description: 'new' }),
      { kind: 'segment', event: 'update', key: 'beta', after: { ...beta, include: ['ben'] } },
    ]);
    const after = await digestsOf(there);
    expect([after['flag/a'] === before['flag/a'], after['segment/beta'] === before['segment/beta']]).toEqual([
      false,
      false,
    ]);
    expect(after['flag/b']).toBe(before['flag/b']);
    await commit(app, [{ event: 'delete', key: 'b' }]);
    expect(Object.keys(await digestsOf(there))).toEqual(['flag/a', 'segment/beta']);
  });

  check('an entry keeps where it was carried over from, inside its hash', async ({ stores }) => {
    const app = await settle(stores);
    await write(app, [{ ...create('a'), source: SOURCE }, create('b')]);
    await write(app, [update('a', { description: 'ours' })], 2);
    const [first, second] = await all(app.everyEntry());
    expect([first?.source, second?.source]).toEqual([SOURCE, undefined]);
    expect((await verifyChain(app.everyEntry())).ok).toBe(true);
    if (first === undefined) throw new Error('There is an entry.');
    const { hash: _, ...entry } = first;
    const { source: __, ...without } = entry;
    expect(hashedText(entry, null) === hashedText(without, null)).toBe(false);
  });

  check('the newest link of each is found, and what was there at a version', async ({ stores }) => {
    const app = await settle(stores);
    const newer = { ...SOURCE, flag_version: 6 };
    const beta = { key: 'a', include: [], exclude: [], conditions: [] };
    await write(app, [
      { ...create('a', { description: 'first' }), source: SOURCE },
      { ...create('b'), source: { ...SOURCE, app_id: 'another' } },
      { kind: 'segment', event: 'create', key: 'a', after: beta, source: SOURCE },
    ]);
    await write(app, [{ ...update('a', { description: 'second' }), source: newer }], 2);
    await write(app, [update('a', { description: 'third' })], 3);
    const names = [
      { kind: 'flag', key: 'a' },
      { kind: 'flag', key: 'b' },
      { kind: 'flag', key: 'none' },
      { kind: 'segment', key: 'a' },
    ] as const;
    const links = await app.links('elsewhere', names);
    expect(
      links.map(({ kind, key, version, source }) => [kind, key, version, source.flag_version]).toSorted(),
    ).toEqual([
      ['flag', 'a', 2, 6],
      ['segment', 'a', 1, 4],
    ]);
    expect(await app.links('elsewhere', [])).toEqual([]);
    const earlier = await app.earlier([
      { kind: 'flag', key: 'a', version: 2 },
      { kind: 'flag', key: 'b', version: 9 },
      { kind: 'segment', key: 'a', version: 1 },
    ]);
    expect(
      Object.fromEntries(earlier.map(([{ kind, key }, definition]) => [`${kind}/${key}`, definition])),
    ).toEqual({
      'flag/a': flagOf('a', { description: 'second' }),
      'segment/a': beta,
    });
    const named = await app.named(names);
    const entries = await all(app.everyEntry());
    expect(named.map(({ kind, key, version, hash }) => [kind, key, version, hash])).toEqual([
      ['flag', 'a', 3, entries[4]?.hash],
      ['flag', 'b', 1, entries[1]?.hash],
      ['segment', 'a', 1, entries[2]?.hash],
    ]);
  });
};
