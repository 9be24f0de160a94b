import { accountSpace, appSpace, CacheUnavailable, type FlagCache, newEpoch } from '@halyard/caches';
import { createMemoryCache } from '@halyard/caches/memory';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FlagDefinition } from '../model/flag.ts';
import type { Place, Stores } from '../store/port.ts';
import type { AppPlace } from '../store/sql/rows.ts';
import { openSqliteStores } from '../store/sqlite/index.ts';
import { quiet } from '../store/testing/quiet-log.ts';
import { createCourier } from './courier.ts';

const NOW = Date.UTC(2026, 0, 1);
const write = { actor: { name: 'ada', token_id: 't1' }, at: new Date(NOW).toISOString(), comment: null };
const shop = { account: 'acme', app: 'shop' };
const space = appSpace('acme', 'shop');

let stores: Stores;
let cache: FlagCache;
let away: boolean;
let alarms: number[];
let heard: AppPlace[];
let onApp: (place: AppPlace) => Promise<void>;

beforeEach(async () => {
  stores = await openSqliteStores(':memory:', { now: () => NOW, log: quiet });
  cache = createMemoryCache({ now: () => NOW });
  await stores.accounts.ensureAccount('acme', write.at);
  await stores.accounts.createApp('acme', { id: 'shop', name: 'shop', client_side_default: true }, write);
  away = false;
  alarms = [];
  heard = [];
  onApp = async (place) => void heard.push(place);
});
afterEach(() => stores.close());

const courierOf = (place: Place) => {
  let alarm: number | null = null;
  return createCourier({
    stores,
    openCache: () => ({
      ...cache,
      head: (asked) => (away ? Promise.reject(new CacheUnavailable('away')) : cache.head(asked)),
    }),
    place,
    alarm: {
      getAlarm: async () => alarm,
      setAlarm: async (at) => {
        alarms.push(at - NOW);
        alarm = at;
      },
    },
    log: quiet,
    now: () => NOW,
    random: () => 1,
    onApp: (app) => onApp(app),
  });
};

const put = (key: string): Promise<unknown> => {
  const after: FlagDefinition = {
    key,
    enabled: true,
    variations: { on: true, off: false },
    default_variation: 'off',
    rules: [],
    bucketing: { hash: 'murmur3', salt: key },
  };
  const decide = () => ({ changes: [{ event: 'create', key, after } as const], answer: null });
  return stores.app('acme', 'shop').commit({ keys: [key], decide, write });
};
const waiting = async (): Promise<number> =>
  (await stores.app('acme', 'shop').outbox.commits(0, 1_000)).length;

test('brings what was committed, and drops it then', async () => {
  await put('a');
  await put('b');
  expect(await waiting()).toBe(2);
  await courierOf(shop).rung();
  expect([(await cache.head(space))?.version, await waiting(), alarms]).toEqual([2, 0, []]);
});

test('tries again until a cache that is away is back, less and less often, and loses nothing', async () => {
  const courier = courierOf(shop);
  await courier.rung();
  away = true;
  for (let n = 0; n < 9; n += 1) {
    await put(`f${n}`);
    await courier.rung();
  }
  expect(alarms[0]).toBe(1_000);
  expect([(await cache.head(space))?.version, await waiting()]).toEqual([0, 9]);
  away = false;
  await courier.rung();
  expect([(await cache.head(space))?.version, await waiting()]).toEqual([9, 0]);
});

test('waits longer after each failure, up to a minute', async () => {
  const waits: number[] = [];
  away = true;
  const courier = createCourier({
    stores,
    openCache: () => ({ ...cache, head: () => Promise.reject(new CacheUnavailable('away')) }),
    place: shop,
    alarm: { getAlarm: async () => null, setAlarm: async (at) => void waits.push(at - NOW) },
    log: quiet,
    now: () => NOW,
    random: () => 1,
    onApp,
  });
  for (let n = 0; n < 8; n += 1) await courier.rung();
  expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
});

test('a cache that was emptied, or went back, is repaired', async () => {
  const courier = courierOf(shop);
  await put('a');
  await courier.rung();
  await cache.remove(space);
  await courier.repair();
  expect((await cache.load(space))?.entries.has('a')).toBe(true);
  const { history } = (await cache.head(space)) ?? {};
  await cache.remove(space);
  await cache.replace(space, { version: 0, ...(history && { history }), entries: new Map() });
  await courier.repair();
  expect((await cache.load(space))?.entries.has('a')).toBe(true);
});

test('a cache is asked anew where it is when nothing was brought to it for a minute', async () => {
  let time = NOW;
  let opened = 0;
  const courier = createCourier({
    stores,
    openCache: () => {
      opened += 1;
      return cache;
    },
    place: shop,
    alarm: { getAlarm: async () => null, setAlarm: async () => {} },
    log: quiet,
    now: () => time,
    random: () => 1,
    onApp,
  });
  const after = async (ms: number): Promise<number> => {
    time += ms;
    await courier.rung();
    return opened;
  };
  expect([await after(0), await after(60_000), await after(60_001), await after(1)]).toEqual([1, 1, 2, 2]);
});

test('apps hear of what the account made of them, again until they could be told', async () => {
  const courier = courierOf({ account: 'acme', app: null });
  let refused = 0;
  onApp = async () => {
    refused += 1;
    throw new Error('the object is being moved');
  };
  await courier.rung();
  expect([refused, alarms, heard, (await cache.head(accountSpace('acme')))?.version]).toEqual([
    1,
    [1_000],
    [],
    1,
  ]);
  onApp = async (place) => void heard.push(place);
  await courier.rung();
  expect(heard).toEqual([shop]);
  await courier.rung();
  expect(heard).toEqual([shop]);
});

test('what was deleted is taken out of the cache', async () => {
  const courier = courierOf(shop);
  await put('a');
  await courier.rung();
  await stores.accounts.deleteApp('acme', 'shop', write);
  await courier.rung();
  expect(await cache.head(space)).toBe(null);
});

test('two deliveries at once go one after the other', async () => {
  let inside = 0;
  let most = 0;
  const replace = cache.replace.bind(cache);
  cache.replace = async (...given) => {
    inside += 1;
    most = Math.max(most, inside);
    await new Promise((resolve) => setTimeout(resolve, 5));
    const answer = await replace(...given);
    inside -= 1;
    return answer;
  };
  const courier = courierOf(shop);
  await put('a');
  await Promise.all([courier.rung(), courier.repair(), courier.rung()]);
  expect(most).toBe(1);
});

test('a namespace that another database filled is left alone, and taken over when its identity is named', async () => {
  const theirs = { identity: 'theirs', epoch: newEpoch(NOW + 60_000) };
  await cache.replace(space, { version: 9, history: theirs, entries: new Map([['a', '1']]) });
  await put('b');
  const errors: string[] = [];
  const courier = (adopt?: string) =>
    createCourier({
      stores,
      openCache: () => cache,
      place: shop,
      alarm: { getAlarm: async () => null, setAlarm: async () => undefined },
      log: { ...quiet, error: (_, message) => errors.push(message) },
      now: () => NOW,
      random: () => 1,
      onApp,
      adopt,
    });
  await courier().rung();
  await courier('somebody').rung();
  expect(await cache.head(space)).toEqual({ version: 9, history: theirs });
  expect(errors.length).toBe(2);
  expect(errors[0]).toContain('on Workers, set HALYARD_ADOPT_CACHE to theirs.');
  await courier('theirs').rung();
  expect((await cache.load(space))?.entries.has('b')).toBe(true);
});
