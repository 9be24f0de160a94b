import { accountSpace, appSpace, CacheUnavailable, type FlagCache, type Snapshot } from '@halyard/caches';
import { createMemoryCache } from '@halyard/caches/memory';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Stores } from '../store/port.ts';
import { openSqliteStores } from '../store/sqlite/index.ts';
import { quiet } from '../store/testing/quiet-log.ts';
import { StandIn } from './stand-in.ts';

const at = '2026-01-01T00:00:00.000Z';
const write = { actor: { name: 'ada', token_id: 't1' }, at, comment: null };
const shop = appSpace('acme', 'shop');

let stores: Stores;
let cache: FlagCache;
let reached: boolean;
let leads: boolean;
let clock: number;
let warnings: string[];
let standIn: StandIn;

const put = (key: string) =>
  stores.app('acme', 'shop').commit({
    keys: [key],
    decide: () => ({
      changes: [
        {
          event: 'create',
          key,
          after: {
            key,
            enabled: true,
            variations: { on: true, off: false },
            default_variation: 'off',
            rules: [],
            bucketing: { hash: 'murmur3', salt: `acme/${key}` },
          },
        },
      ],
      answer: null,
    }),
    write,
  });

const keys = async (): Promise<readonly string[]> => [
  ...((await cache.load(shop)) as Snapshot).entries.keys(),
];

beforeEach(async () => {
  stores = await openSqliteStores(':memory:', { now: Date.now, log: quiet });
  cache = createMemoryCache({ now: Date.now, log: quiet });
  reached = true;
  leads = false;
  clock = 0;
  warnings = [];
  await stores.accounts.ensureAccount('acme', at);
  await stores.accounts.createApp('acme', { id: 'shop', name: 'shop', client_side_default: true }, write);
  standIn = new StandIn({
    stores,
    cache: Object.assign(Object.create(cache) as FlagCache, {
      head: (space: string) =>
        reached ? cache.head(space) : Promise.reject(new CacheUnavailable('no answer')),
    }),
    log: { ...quiet, warn: (_, message) => warnings.push(message) },
    now: () => clock,
    leads: () => leads,
  });
});

afterEach(async () => {
  await cache.close();
  await stores.close();
});

describe('commits that a stuck leader leaves undelivered', () => {
  test('are delivered by another server after two seconds', async () => {
    await put('a');
    await standIn.look();
    clock = 2_000;
    await standIn.look();
    expect(await cache.head(shop)).toBe(null);
    clock = 2_001;
    await standIn.look();
    expect(await keys()).toEqual(['a']);
    expect(standIn.behindSeconds()).toBe(0);
    expect(await stores.undelivered()).toEqual([]);
    expect(warnings).toEqual([
      'The server that leads replication does not deliver; this one delivers in its place.',
    ]);
  });

  test('are a number that grows in the metrics, of the leader too, who delivers by itself', async () => {
    leads = true;
    await put('a');
    await standIn.look();
    expect(standIn.behindSeconds()).toBe(0);
    clock = 7_500;
    await standIn.look();
    expect(standIn.behindSeconds()).toBe(7.5);
    expect(await cache.head(shop)).toBe(null);
    expect(warnings).toEqual([]);
  });

  test('are known to wait, and delivered when the cache is back, where nobody reaches it', async () => {
    reached = false;
    await put('a');
    await standIn.look();
    clock = 9_000;
    await standIn.look();
    expect(standIn.behindSeconds()).toBe(9);
    reached = true;
    clock = 9_500;
    await standIn.look();
    expect(await keys()).toEqual(['a']);
    await standIn.look();
    expect(standIn.behindSeconds()).toBe(0);
  });

  test('are left alone where the leader delivered and only did not tidy up yet', async () => {
    await put('a');
    await cache.replace(shop, (await stores.app('acme', 'shop').outbox.snapshot()) as Snapshot);
    await cache.replace(accountSpace('acme'), (await stores.accounts.outbox('acme').snapshot()) as Snapshot);
    await standIn.look();
    clock = 60_000;
    await standIn.look();
    expect(standIn.behindSeconds()).toBe(0);
    expect(await stores.undelivered()).toHaveLength(2);
    expect(warnings).toEqual([]);
  });
});
