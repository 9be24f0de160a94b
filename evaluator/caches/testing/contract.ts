import { accountSpace, appSpace, EDGE_TTL_MS } from '../port.ts';
import {
  commit,
  type Fixture,
  type Limits,
  plain,
  type Runner,
  receipts,
  record,
  SPACE,
  snapshot,
  until,
  versionIn,
} from './fixture.ts';
import { historyContract } from './histories.ts';
import { reportsContract } from './reports.ts';

export type { Fixture, Limits, Runner };

/** What every `FlagCache` promises. `open` gives an empty cache each time. */
export const flagCacheContract = (
  runner: Runner,
  name: string,
  open: () => Promise<Fixture>,
  limits: Limits = {},
): void => {
  const { describe, expect } = runner;

  const test = (title: string, body: (fixture: Fixture) => Promise<void>): void =>
    runner.test(title, async () => {
      const fixture = await open();
      try {
        await body(fixture);
      } finally {
        await fixture.close();
      }
    });

  describe(`${name} keeps the promises of a flag cache`, () => {
    test('a space that was never filled is null, and refuses a commit as a gap', async ({ cache }) => {
      expect(await cache.head(SPACE)).toBe(null);
      expect(await cache.load(SPACE)).toBe(null);
      expect(await cache.publish(SPACE, commit(1, { a: '1' }))).toBe('gap');
      expect(await cache.head(SPACE)).toBe(null);
    });

    test('an empty space at version 0 exists', async ({ cache, other }) => {
      await cache.replace(SPACE, snapshot(0, {}));
      expect(versionIn(await other.head(SPACE))).toBe(0);
      expect(plain(await other.load(SPACE))).toEqual({ version: 0, entries: {} });
    });

    test('commits set, overwrite and delete keys, in order', async ({ cache, other }) => {
      await cache.replace(SPACE, snapshot(0, {}));
      expect(await cache.publish(SPACE, commit(1, { a: '1', b: '2' }))).toBe('applied');
      expect(await cache.publish(SPACE, commit(2, { a: '3', b: null, c: '4' }))).toBe('applied');
      expect(versionIn(await other.head(SPACE))).toBe(2);
      expect(plain(await other.load(SPACE))).toEqual({ version: 2, entries: { a: '3', c: '4' } });
    });

    test('a repeated commit changes nothing and answers already', async ({ cache, other }) => {
      await cache.replace(SPACE, snapshot(0, {}));
      await cache.publish(SPACE, commit(1, { a: '1' }));
      await cache.publish(SPACE, commit(2, { a: '2' }));
      const second = limits.oneWriter ? cache : other;
      expect(await second.publish(SPACE, commit(2, { a: 'other' }))).toBe('already');
      expect(await second.publish(SPACE, commit(1, { a: 'other' }))).toBe('already');
      expect(plain(await cache.load(SPACE))).toEqual({ version: 2, entries: { a: '2' } });
    });

    test('a commit past the next is a gap and leaves nothing behind', async ({ cache }) => {
      await cache.replace(SPACE, snapshot(4, { a: '1' }));
      expect(await cache.publish(SPACE, commit(6, { a: '6', b: '6' }))).toBe('gap');
      expect(plain(await cache.load(SPACE))).toEqual({ version: 4, entries: { a: '1' } });
      expect(await cache.publish(SPACE, commit(5, { c: '5' }))).toBe('applied');
      expect(plain(await cache.load(SPACE))).toEqual({ version: 5, entries: { a: '1', c: '5' } });
    });

    test('of two writers racing for a version one wins, and its commit is whole', async ({
      cache,
      other,
    }) => {
      await cache.replace(SPACE, snapshot(0, {}));
      const answers = await Promise.all([
        cache.publish(SPACE, commit(1, { a: 'one', b: 'one' })),
        (limits.oneWriter ? cache : other).publish(SPACE, commit(1, { a: 'two', b: 'two' })),
      ]);
      expect([...answers].sort()).toEqual(['already', 'applied']);
      const winner = answers[0] === 'applied' ? 'one' : 'two';
      expect(plain(await cache.load(SPACE))).toEqual({ version: 1, entries: { a: winner, b: winner } });
    });

    test('a commit without changes still counts', async ({ cache, other }) => {
      await cache.replace(SPACE, snapshot(0, { a: '1' }));
      const seen = record();
      const subscription = await other.watch(SPACE, seen);
      expect(await cache.publish(SPACE, commit(1, {}))).toBe('applied');
      await seen.until((log) => log.includes('commit 1 {}'));
      expect(plain(await cache.load(SPACE))).toEqual({ version: 1, entries: { a: '1' } });
      await subscription.close();
    });

    test('replace removes what is not in the snapshot', async ({ cache, other }) => {
      await cache.replace(SPACE, snapshot(3, { a: '1', b: '2' }));
      await cache.replace(SPACE, snapshot(7, { b: '3', c: '4' }));
      expect(plain(await other.load(SPACE))).toEqual({ version: 7, entries: { b: '3', c: '4' } });
      expect(await cache.publish(SPACE, commit(8, { d: '5' }))).toBe('applied');
    });

    test('a watcher gets the snapshot, then live, then every commit in order', async ({ cache, other }) => {
      await cache.replace(SPACE, snapshot(2, { a: '1' }));
      const seen = record();
      const subscription = await other.watch(SPACE, seen);
      expect(seen.log).toEqual(['snapshot 2 {"a":"1"}', 'live']);
      for (let version = 3; version <= 20; version += 1) {
        await cache.publish(SPACE, commit(version, { a: `${version}`, [`k${version}`]: 'x' }));
      }
      await seen.until((log) => log.length >= 20);
      expect(seen.log.slice(2)).toEqual(
        Array.from({ length: 18 }, (_, i) => `commit ${i + 3} {"a":"${i + 3}","k${i + 3}":"x"}`),
      );
      await subscription.close();
    });

    test('a watcher of nothing is told absent, and the snapshot when it comes', async ({ cache, other }) => {
      const seen = record();
      const subscription = await other.watch(SPACE, seen);
      expect(seen.log).toEqual(['absent', 'live']);
      await cache.replace(SPACE, snapshot(1, { a: '1' }));
      await seen.until((log) => log.includes('snapshot 1 {"a":"1"}'));
      await cache.publish(SPACE, commit(2, { a: null }));
      await seen.until((log) => log.includes('commit 2 {"a":null}'));
      await subscription.close();
    });

    test('a watcher that joins amid commits misses none and sees none twice', async ({ cache, other }) => {
      await cache.replace(SPACE, snapshot(0, {}));
      const publishing = (async () => {
        for (let version = 1; version <= 60; version += 1) {
          await cache.publish(SPACE, commit(version, { n: `${version}` }));
        }
      })();
      const watchers = [record(), record(), record()];
      const subscriptions = await Promise.all(watchers.map((seen) => other.watch(SPACE, seen)));
      await publishing;
      for (const seen of watchers) {
        await seen.until(() => seen.version() === 60);
        expect(seen.versionsAreMonotone()).toBe(true);
        expect(seen.entries()).toEqual({ n: '60' });
      }
      for (const subscription of subscriptions) await subscription.close();
    });

    test('a watcher is shown a replacement at the same or a later version as a snapshot', async ({
      cache,
      other,
    }) => {
      await cache.replace(SPACE, snapshot(1, { a: '1' }));
      const seen = record();
      const subscription = await other.watch(SPACE, seen);
      await cache.replace(SPACE, snapshot(5, { b: '5' }));
      await seen.until(() => seen.version() === 5);
      expect(seen.entries()).toEqual({ b: '5' });
      await cache.publish(SPACE, commit(6, { c: '6' }));
      await seen.until(() => seen.version() === 6);
      expect(seen.entries()).toEqual({ b: '5', c: '6' });
      expect(seen.versionsAreMonotone()).toBe(true);
      await subscription.close();
    });

    test('a replacement by an older state ends the space before it begins again lower', async ({
      cache,
      other,
    }) => {
      await cache.replace(SPACE, snapshot(9, { a: '9' }));
      const seen = record();
      const subscription = await other.watch(SPACE, seen);
      await cache.replace(SPACE, snapshot(4, { a: '4' }));
      await seen.until(() => seen.version() === 4);
      expect(seen.log.filter((line) => line !== 'live')).toEqual([
        'snapshot 9 {"a":"9"}',
        'absent',
        'snapshot 4 {"a":"4"}',
      ]);
      expect(await cache.publish(SPACE, commit(5, { a: '5' }))).toBe('applied');
      await seen.until(() => seen.version() === 5);
      await subscription.close();
    });

    test('removing a space tells its watchers, and is no error when there is none', async ({
      cache,
      other,
    }) => {
      await cache.remove(SPACE);
      await cache.replace(SPACE, snapshot(3, { a: '1' }));
      const seen = record();
      const subscription = await other.watch(SPACE, seen);
      await cache.remove(SPACE);
      await seen.until((log) => log.includes('absent'));
      expect(await other.head(SPACE)).toBe(null);
      expect(await other.load(SPACE)).toBe(null);
      expect(await cache.publish(SPACE, commit(4, { a: '2' }))).toBe('gap');
      await cache.replace(SPACE, snapshot(1, { b: '1' }));
      await seen.until((log) => log.includes('snapshot 1 {"b":"1"}'));
      expect(plain(await other.load(SPACE))).toEqual({ version: 1, entries: { b: '1' } });
      await subscription.close();
    });

    test('a watcher that throws hurts neither the writer nor the others', async ({ cache, other }) => {
      await cache.replace(SPACE, snapshot(0, {}));
      const fails = (): never => {
        throw new Error('a watcher that fails');
      };
      const failing = { snapshot: fails, commit: fails, absent: fails, cutOff: fails, live: fails };
      const seen = record();
      const subscriptions = [
        await other.watch(SPACE, failing),
        await other.watch(SPACE, seen),
        await other.watch(SPACE, failing),
      ];
      expect(await cache.publish(SPACE, commit(1, { a: '1' }))).toBe('applied');
      expect(await cache.publish(SPACE, commit(2, { a: '2' }))).toBe('applied');
      await seen.until(() => seen.version() === 2);
      for (const subscription of subscriptions) await subscription.close();
    });

    test('a closed subscription is told nothing more', async ({ cache, other }) => {
      await cache.replace(SPACE, snapshot(0, {}));
      const closed = record();
      const open = record();
      const first = await other.watch(SPACE, closed);
      const second = await other.watch(SPACE, open);
      await first.close();
      await cache.publish(SPACE, commit(1, { a: '1' }));
      await open.until(() => open.version() === 1);
      expect(closed.version()).toBe(0);
      await second.close();
    });

    test('spaces do not mix, whatever their names begin with', async ({ cache, other }) => {
      const spaces = [appSpace('a', 'b'), appSpace('a', 'bc'), appSpace('a-b', 'c'), accountSpace('a')];
      for (const [i, space] of spaces.entries()) await cache.replace(space, snapshot(i, { key: `${i}` }));
      const seen = record();
      const subscription = await other.watch(spaces[0] ?? '', seen);
      await cache.remove(spaces[1] ?? '');
      await cache.publish(spaces[2] ?? '', commit(3, { key: 'x' }));
      await cache.publish(spaces[0] ?? '', commit(1, { key: 'y' }));
      await seen.until(() => seen.version() === 1);
      expect(seen.log).toEqual(['snapshot 0 {"key":"0"}', 'live', 'commit 1 {"key":"y"}']);
      expect(plain(await other.load(spaces[3] ?? ''))).toEqual({ version: 3, entries: { key: '3' } });
      await subscription.close();
    });

    test('keys that are names of Object, of a hash, or not plain text are ordinary', async ({
      cache,
      other,
    }) => {
      const keys = [
        ...['__proto__', 'constructor', 'token/0af', '-', 'A-_9', 'x'.repeat(128)],
        // Keys of flags may hold these, and differ by nothing else.
        ...['a.b', 'a:b', 'a|b', 'a..', 'a.:|', 'segment/a.b', 'segment/a:b'],
      ];
      await cache.replace(SPACE, snapshot(1, Object.fromEntries(keys.map((key) => [key, `"${key}"`]))));
      await cache.publish(SPACE, {
        version: 2,
        changes: [
          { key: '__proto__', value: '{"deep":"ünïcödé \\u0001 🎏"}' },
          { key: 'constructor', value: null },
        ],
      });
      const loaded = await other.load(SPACE);
      expect(loaded?.entries.get('__proto__')).toBe('{"deep":"ünïcödé \\u0001 🎏"}');
      expect(loaded?.entries.has('constructor')).toBe(false);
      expect(loaded?.entries.size).toBe(keys.length - 1);
    });

    test('a commit of many large flags arrives whole', async ({ cache, other }) => {
      await cache.replace(SPACE, snapshot(0, {}));
      const seen = record();
      const subscription = await other.watch(SPACE, seen);
      const large = JSON.stringify('ä'.repeat(120_000));
      const changes = Array.from({ length: 40 }, (_, i) => ({ key: `flag-${i}`, value: large }));
      expect(await cache.publish(SPACE, { version: 1, changes })).toBe('applied');
      await seen.until(() => seen.version() === 1);
      expect(Object.values(seen.entries()).every((value) => value === large)).toBe(true);
      expect(Object.keys(seen.entries()).length).toBe(40);
      const loaded = await other.load(SPACE);
      expect(loaded?.entries.get('flag-39') === large).toBe(true);
      await subscription.close();
    });

    test('a space of thousands of keys is loaded whole at one version', async ({ cache, other }) => {
      const entries = new Map(Array.from({ length: 3_000 }, (_, i) => [`flag-${i}`, `{"n":${i}}`]));
      await cache.replace(SPACE, { version: 12, entries });
      const loaded = await other.load(SPACE);
      expect(loaded?.version).toBe(12);
      expect(loaded?.entries.size).toBe(3_000);
      expect(loaded?.entries.get('flag-2999')).toBe('{"n":2999}');
    });

    test('what a watcher was given does not change under its hands', async ({ cache, other }) => {
      await cache.replace(SPACE, snapshot(0, { a: '0' }));
      const seen = record();
      const subscription = await other.watch(SPACE, seen);
      const given = seen.firstSnapshot();
      await cache.publish(SPACE, commit(1, { a: '1' }));
      await seen.until(() => seen.version() === 1);
      expect(plain(given)).toEqual({ version: 0, entries: { a: '0' } });
      await subscription.close();
    });

    if (limits.noReceipts) {
      test('edges that do not report are not known, and beating is no error', async ({ cache, other }) => {
        expect(cache.receipts).toBe(false);
        await other.beat('edge-1', new Map([[SPACE, { version: 3 }]]));
        expect(await cache.edges(SPACE)).toEqual([]);
        const subscription = await cache.watchEdges(SPACE, () => undefined);
        expect(await cache.silentEdges(SPACE)).toEqual([]);
        await other.leave('edge-1');
        await subscription.close();
        const uses = await cache.watchUses('a', () => undefined);
        await other.used('a', ['token']);
        await uses.close();
      });
      return;
    }

    test('a live edge is known with what it applied, merged over its beats', async ({ cache, other }) => {
      expect(cache.receipts).toBe(true);
      expect(await cache.edges(SPACE)).toEqual([]);
      await other.beat('edge-1', new Map([[SPACE, { version: 3 }]]));
      await other.beat('edge-1', new Map([[accountSpace('a'), { version: 8 }]]));
      await other.beat('edge-2', new Map());
      expect(receipts(await cache.edges(SPACE))).toEqual([
        ['edge-1', 3],
        ['edge-2', null],
      ]);
      await other.beat('edge-1', new Map([[SPACE, { version: 4 }]]));
      expect(receipts(await cache.edges(SPACE))).toEqual([
        ['edge-1', 4],
        ['edge-2', null],
      ]);
      expect(
        (await cache.edges(SPACE)).every(({ lastSeenMs }) => lastSeenMs >= 0 && lastSeenMs < EDGE_TTL_MS),
      ).toBe(true);
    });

    test('an edge that stops beating leaves the set, and is new when it comes back', async ({
      cache,
      other,
      age,
    }) => {
      await other.beat('stopped', new Map([[SPACE, { version: 3 }]]));
      await other.beat('beating', new Map([[SPACE, { version: 3 }]]));
      await age(EDGE_TTL_MS * 0.6);
      await other.beat('beating', new Map());
      await age(EDGE_TTL_MS * 0.6);
      expect(receipts(await cache.edges(SPACE))).toEqual([['beating', 3]]);
      await other.beat('stopped', new Map());
      expect(receipts(await cache.edges(SPACE))).toEqual([
        ['beating', 3],
        ['stopped', null],
      ]);
    });

    test('an edge that falls silent is remembered with what it had, until it beats again', async ({
      cache,
      other,
      age,
    }) => {
      await other.beat('cut off', new Map([[SPACE, { version: 3 }]]));
      await other.beat('elsewhere', new Map([[accountSpace('a'), { version: 3 }]]));
      await other.beat('beating', new Map([[SPACE, { version: 3 }]]));
      expect(await cache.silentEdges(SPACE)).toEqual([]);
      await age(EDGE_TTL_MS * 0.6);
      await other.beat('beating', new Map());
      await age(EDGE_TTL_MS * 0.6);
      const silent = await cache.silentEdges(SPACE);
      expect(receipts(silent)).toEqual([['cut off', 3]]);
      expect(silent.every(({ lastSeenMs }) => lastSeenMs > 0)).toBe(true);
      await other.beat('cut off', new Map([[SPACE, { version: 4 }]]));
      expect(await cache.silentEdges(SPACE)).toEqual([]);
      expect(receipts(await cache.edges(SPACE)).find(([edge]) => edge === 'cut off')).toEqual(['cut off', 4]);
    });

    test('a silent edge is forgotten when somebody says that it will not come back', async ({
      cache,
      other,
      age,
    }) => {
      await other.beat('gone', new Map([[SPACE, { version: 3 }]]));
      await age(EDGE_TTL_MS * 1.2);
      expect(receipts(await cache.silentEdges(SPACE))).toEqual([['gone', 3]]);
      await cache.leave('gone');
      expect(await cache.silentEdges(SPACE)).toEqual([]);
    });

    test('an edge that says goodbye is gone at once, and not silent', async ({ cache, other, age }) => {
      await other.beat('edge-1', new Map([[SPACE, { version: 3 }]]));
      await other.leave('edge-1');
      await other.leave('never-seen');
      expect(await cache.edges(SPACE)).toEqual([]);
      await age(EDGE_TTL_MS * 1.2);
      expect(await cache.silentEdges(SPACE)).toEqual([]);
    });

    test('receipts are called back for their space only', async ({ cache, other }) => {
      const heard: string[] = [];
      const subscription = await cache.watchEdges(SPACE, ({ edge, appliedVersion }) => {
        heard.push(`${edge} ${appliedVersion}`);
      });
      await other.beat('edge-1', new Map([[accountSpace('a'), { version: 7 }]]));
      await other.beat('edge-1', new Map([[SPACE, { version: 1 }]]));
      await other.beat(
        'edge-2',
        new Map([
          [accountSpace('a'), { version: 9 }],
          [SPACE, { version: 2 }],
        ]),
      );
      await until(() => heard.length >= 2);
      expect(heard).toEqual(['edge-1 1', 'edge-2 2']);
      await subscription.close();
      await other.beat('edge-1', new Map([[SPACE, { version: 3 }]]));
      expect(heard.length).toBe(2);
    });

    test('who watches is told of tokens that edges were shown, of its account only', async ({
      cache,
      other,
    }) => {
      const heard: string[] = [];
      const throwing = await cache.watchUses('a', () => {
        throw new Error('a watcher that throws');
      });
      const subscription = await cache.watchUses('a', (tokens) => heard.push(...tokens));
      await other.used('b', ['of-another-account']);
      await other.used('a', ['one', 'two']);
      await until(() => heard.length >= 2);
      await other.used('a', ['one']);
      await until(() => heard.length >= 3);
      expect(heard).toEqual(['one', 'two', 'one']);
      await subscription.close();
      await throwing.close();
      await other.used('a', ['three']);
      expect(heard.length).toBe(3);
    });

    reportsContract(test, expect);
    historyContract(test, expect, limits);
  });
};
