import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accountSpace, appSpace, compareEpochs, type FlagCache, type Position } from '@halyard/caches';
import { createMemoryCache } from '@halyard/caches/memory';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Stores } from '../store/port.ts';
import { backupSqlite, openSqliteStores, restoreSqlite } from '../store/sqlite/index.ts';
import { quiet } from '../store/testing/quiet-log.ts';
import { adoptCache, refusalOf } from './adopt.ts';
import { deliver } from './deliver.ts';
import { ForeignSpace } from './relation.ts';

const at = '2026-01-01T00:00:00.000Z';
const write = { actor: { name: 'ada', token_id: 't1' }, at, comment: null };
const SHOP = { account: 'acme', app: 'shop' };
const ACCOUNT = { account: 'acme', app: null };
const space = appSpace('acme', 'shop');

let directory: string;
let cache: FlagCache;
const opened: Stores[] = [];

const open = async (name: string): Promise<Stores> => {
  const stores = await openSqliteStores(`file:${join(directory, name)}`, { now: Date.now, log: quiet });
  opened.push(stores);
  return stores;
};
const made = async (name: string): Promise<Stores> => {
  const stores = await open(name);
  await stores.accounts.ensureAccount('acme', at);
  await stores.accounts.createApp('acme', { id: 'shop', name: 'shop', client_side_default: true }, write);
  return stores;
};
const put = (stores: Stores, key: string, value: string) =>
  stores.app('acme', 'shop').commit({
    keys: [key],
    decide: (current) => ({
      changes: [
        {
          event: current.has(key) ? 'update' : 'create',
          key,
          after: {
            key,
            enabled: true,
            variations: { is: value },
            default_variation: 'is',
            rules: [],
            bucketing: { hash: 'murmur3', salt: key },
          },
        },
      ],
      answer: null,
    }),
    write,
  });
const valuesInCache = async (): Promise<Record<string, string>> =>
  Object.fromEntries(
    Array.from((await cache.load(space))?.entries ?? [], ([key, text]) => [
      key,
      JSON.parse(text).variations.is,
    ]),
  );
const head = async (): Promise<Position> => {
  const found = await cache.head(space);
  if (found === null) throw new Error('The cache has no such space.');
  return found;
};
const epochOf = ({ history }: Position): string => history?.epoch ?? '';

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'halyard-histories-'));
  cache = createMemoryCache({ now: Date.now, log: quiet });
});
afterEach(async () => {
  for (const stores of opened.splice(0)) await stores.close();
  await rm(directory, { recursive: true });
});

describe('a database that was put back to an earlier state', () => {
  test('by a restored backup has another epoch, so that the same number is not taken for the same content', async () => {
    const stores = await made('one.db');
    await put(stores, 'a', 'before');
    backupSqlite(`file:${join(directory, 'one.db')}`, join(directory, 'backup.db'));
    await put(stores, 'a', 'undone');
    await deliver(stores, cache, SHOP);
    const before = await head();
    restoreSqlite(join(directory, 'backup.db'), `file:${join(directory, 'two.db')}`);
    const restored = await open('two.db');
    await put(restored, 'a', 'other');
    await deliver(restored, cache, SHOP);
    const after = await head();
    expect([before.version, after.version]).toEqual([2, 2]);
    expect(after.history?.identity).toBe(before.history?.identity);
    expect(compareEpochs(epochOf(after), epochOf(before)) > 0).toBe(true);
    expect(await valuesInCache()).toEqual({ a: 'other' });
  });

  test.each([
    ['is behind the cache', []],
    ['has another entry at the same version', ['x']],
    ['has gone on past the cache with other entries', ['x', 'y', 'z']],
  ])('by a restored volume that %s begins a new epoch before it delivers', async (_, commits) => {
    const stores = await made('one.db');
    await put(stores, 'a', 'before');
    backupSqlite(`file:${join(directory, 'one.db')}`, join(directory, 'volume.db'));
    await put(stores, 'b', 'lost');
    await deliver(stores, cache, SHOP);
    const before = await head();
    // Nobody told Halyard: the file is simply there.
    await copyFile(join(directory, 'volume.db'), join(directory, 'two.db'));
    const restored = await open('two.db');
    for (const key of commits) await put(restored, key, 'new');
    const delivery = await deliver(restored, cache, SHOP);
    expect(delivery.begun).toBe(true);
    const after = await head();
    expect(after.version).toBe(1 + commits.length);
    expect(compareEpochs(epochOf(after), epochOf(before)) > 0).toBe(true);
    expect(await valuesInCache()).toEqual({
      a: 'before',
      ...Object.fromEntries(commits.map((key) => [key, 'new'])),
    });
    expect((await deliver(restored, cache, SHOP)).how).toBe('nothing');
  });

  test('along with its cache, or with one in memory, gave two contents one ETag: an empty cache begins a new epoch', async () => {
    const stores = await made('one.db');
    const fresh = async (of: Stores): Promise<void> => {
      cache = createMemoryCache({ now: Date.now, log: quiet });
      await deliver(of, cache, SHOP, { renews: true });
    };
    await put(stores, 'a', 'before');
    await fresh(stores);
    backupSqlite(`file:${join(directory, 'one.db')}`, join(directory, 'volume.db'));
    await put(stores, 'a', 'lost');
    await fresh(stores);
    const before = await head();
    await copyFile(join(directory, 'volume.db'), join(directory, 'two.db'));
    const restored = await open('two.db');
    await put(restored, 'a', 'other');
    await fresh(restored);
    const after = await head();
    expect([before.version, after.version]).toEqual([2, 2]);
    expect(compareEpochs(epochOf(after), epochOf(before)) > 0).toBe(true);
    expect(await valuesInCache()).toEqual({ a: 'other' });
    await deliver(restored, cache, SHOP, { renews: true });
    expect(await head()).toEqual(after);
  });

  test('begins one epoch, also when two servers find it out at once', async () => {
    const stores = await made('one.db');
    backupSqlite(`file:${join(directory, 'one.db')}`, join(directory, 'two.db'));
    await put(stores, 'a', 'lost');
    await deliver(stores, cache, SHOP);
    const restored = await open('two.db');
    await Promise.all([deliver(restored, cache, SHOP), deliver(restored, cache, SHOP)]);
    const standing = await restored.app('acme', 'shop').outbox.standing();
    expect(await head()).toEqual({ version: 0, history: standing?.history });
  });
});

describe('a control plane that was started without its volume', () => {
  test('leaves the flags and tokens of the edges alone, and says why in a sentence', async () => {
    const stores = await made('one.db');
    await put(stores, 'a', 'kept');
    await deliver(stores, cache, SHOP);
    await deliver(stores, cache, ACCOUNT);
    const before = [await cache.load(space), await cache.load(accountSpace('acme'))];
    const fresh = await made('fresh.db');
    for (const place of [SHOP, ACCOUNT]) {
      const refusal = await deliver(fresh, cache, place).catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(ForeignSpace);
    }
    const { identity } = await stores.identity();
    const own = (await fresh.identity()).identity;
    expect((await refusalOf(fresh, ACCOUNT, await cache.head(accountSpace('acme'))))?.message).toBe(
      `account/acme in the flag cache belongs to another database (${identity}), at version 1; this database is ${own}. Nothing was overwritten, and nothing of this database reaches the edges. If this database was lost or put in the place of another by mistake, start with the right one. If two installations share the cache, give each its own HALYARD_CACHE_PREFIX. If this database is to take the other's place for good, run "halyard adopt-cache"; on Workers, set HALYARD_ADOPT_CACHE to ${identity}.`,
    );
    // Nor does an app that is deleted there take the other's space with it.
    await fresh.accounts.deleteApp('acme', 'shop', write);
    await deliver(fresh, cache, SHOP);
    expect([await cache.load(space), await cache.load(accountSpace('acme'))]).toEqual(before);
  });

  test('takes over when it is told to, in a newer epoch than the one before', async () => {
    const stores = await made('one.db');
    await put(stores, 'a', 'theirs');
    await put(stores, 'a', 'theirs');
    await deliver(stores, cache, SHOP);
    await deliver(stores, cache, ACCOUNT);
    const before = await head();
    const fresh = await made('fresh.db');
    await put(fresh, 'a', 'ours');
    expect(await adoptCache(fresh, cache)).toEqual([accountSpace('acme'), space]);
    expect(await valuesInCache()).toEqual({ a: 'ours' });
    expect(compareEpochs(epochOf(await head()), epochOf(before)) > 0).toBe(true);
    expect(await adoptCache(fresh, cache)).toEqual([]);
    await put(fresh, 'a', 'again');
    expect((await deliver(fresh, cache, SHOP)).how).toBe('commits');
  });

  test('does not take what a release before identities filled for its own', async () => {
    await cache.replace(space, { version: 7, entries: new Map() });
    await expect(deliver(await made('fresh.db'), cache, SHOP)).rejects.toThrow(
      'app/acme/shop in the flag cache was filled by a former release from another database, at version 7;',
    );
  });
});
