import { compareEpochs, type History, newEpoch } from '../following/history.ts';
import { commit, type Fixture, type Limits, plain, type Runner, record, SPACE, snapshot } from './fixture.ts';

type Test = (title: string, body: (fixture: Fixture) => Promise<void>) => void;

const NOON = Date.UTC(2026, 4, 4, 12);
const ours: History = { identity: 'ours', epoch: newEpoch(NOON) };
const newer: History = { identity: 'ours', epoch: newEpoch(NOON + 1) };
const theirs: History = { identity: 'theirs', epoch: newEpoch(NOON + 2) };

/** What a cache promises of histories: nothing of one is ever mixed with, or overwritten by, another. */
export const historyContract = (test: Test, expect: Runner['expect'], limits: Limits): void => {
  test('a head says its history and its newest entry', async ({ cache, other }) => {
    await cache.replace(SPACE, snapshot(1, { a: '1' }, { history: ours, hash: 'h1' }));
    expect(await other.head(SPACE)).toEqual({ version: 1, history: ours, hash: 'h1' });
    const answer = await cache.publish(
      SPACE,
      commit(2, { a: '2' }, { history: ours, parent: 'h1', hash: 'h2' }),
    );
    expect(answer).toBe('applied');
    expect(await other.head(SPACE)).toEqual({ version: 2, history: ours, hash: 'h2' });
    const loaded = await other.load(SPACE);
    expect([loaded?.history, loaded?.hash]).toEqual([ours, 'h2']);
    await cache.publish(SPACE, commit(3, { a: '3' }, { history: ours }));
    expect(await other.head(SPACE)).toEqual({ version: 3, history: ours });
  });

  test('a watcher is told the history of what it is shown', async ({ cache, other }) => {
    await cache.replace(SPACE, snapshot(1, {}, { history: ours, hash: 'h1' }));
    const seen = record();
    const subscription = await other.watch(SPACE, seen);
    expect([seen.firstSnapshot()?.history, seen.firstSnapshot()?.hash]).toEqual([ours, 'h1']);
    await subscription.close();
  });

  test('a space that a former release filled says no history, and may be replaced by one that does', async ({
    cache,
    other,
  }) => {
    await cache.replace(SPACE, snapshot(7, { a: '7' }));
    expect(await other.head(SPACE)).toEqual({ version: 7 });
    const seen = record();
    const subscription = await other.watch(SPACE, seen);
    expect(await cache.publish(SPACE, commit(8, {}, { history: ours }))).toBe('other');
    expect(await cache.replace(SPACE, snapshot(7, { a: '7' }, { history: ours }))).toBe('replaced');
    expect(await cache.publish(SPACE, commit(8, { a: '8' }, { history: ours }))).toBe('applied');
    await seen.until(() => seen.version() === 8);
    await subscription.close();
  });

  test('a commit of another epoch or another database changes nothing', async ({ cache, other }) => {
    await cache.replace(SPACE, snapshot(1, { a: '1' }, { history: ours, hash: 'h1' }));
    for (const history of [newer, theirs]) {
      expect(await cache.publish(SPACE, commit(2, { a: 'x' }, { history }))).toBe('other');
      expect(await cache.publish(SPACE, commit(1, { a: 'x' }, { history }))).toBe('other');
    }
    expect(plain(await other.load(SPACE))).toEqual({ version: 1, entries: { a: '1' } });
  });

  test('a commit that follows another entry than the newest changes nothing', async ({ cache, other }) => {
    await cache.replace(SPACE, snapshot(1, { a: '1' }, { history: ours, hash: 'h1' }));
    const strange = commit(2, { a: 'x' }, { history: ours, parent: 'of a restored volume', hash: 'x2' });
    expect(await cache.publish(SPACE, strange)).toBe('other');
    expect(await cache.publish(SPACE, commit(1, { a: 'x' }, { history: ours, hash: 'x1' }))).toBe('other');
    expect(await cache.publish(SPACE, commit(1, { a: 'x' }, { history: ours, hash: 'h1' }))).toBe('already');
    expect(plain(await other.load(SPACE))).toEqual({ version: 1, entries: { a: '1' } });
  });

  test('what another database filled is neither replaced nor removed, unless told to', async ({
    cache,
    other,
  }) => {
    await cache.replace(SPACE, snapshot(9, { a: 'theirs' }, { history: theirs }));
    const later = { identity: 'ours', epoch: newEpoch(NOON, theirs.epoch) };
    expect(await cache.replace(SPACE, snapshot(1, {}, { history: later }))).toBe('other');
    await cache.remove(SPACE, 'ours');
    expect(plain(await other.load(SPACE))).toEqual({ version: 9, entries: { a: 'theirs' } });
    const adopting = { adopting: true };
    expect(await cache.replace(SPACE, snapshot(1, {}, { history: ours }), adopting)).toBe('other');
    expect(await cache.replace(SPACE, snapshot(1, {}, { history: later }), adopting)).toBe('replaced');
    expect(await other.head(SPACE)).toEqual({ version: 1, history: later });
    await cache.remove(SPACE, 'ours');
    expect(await other.head(SPACE)).toBe(null);
  });

  test('a head goes back for a newer epoch only, and so do watchers', async ({ cache, other }) => {
    await cache.replace(SPACE, snapshot(9, { a: '9' }, { history: ours }));
    const seen = record();
    const subscription = await other.watch(SPACE, seen);
    expect(await cache.replace(SPACE, snapshot(4, { a: '4' }, { history: ours }))).toBe('already');
    expect(await other.head(SPACE)).toEqual({ version: 9, history: ours });
    expect(await cache.replace(SPACE, snapshot(4, { a: '4' }, { history: newer }))).toBe('replaced');
    await seen.until(() => seen.version() === 4);
    expect(seen.log.filter((line) => line !== 'live')).toEqual([
      'snapshot 9 {"a":"9"}',
      'absent',
      'snapshot 4 {"a":"4"}',
    ]);
    expect(await cache.replace(SPACE, snapshot(99, {}, { history: ours }))).toBe('other');
    expect(await cache.publish(SPACE, commit(5, { a: '5' }, { history: newer }))).toBe('applied');
    await seen.until(() => seen.version() === 5);
    await subscription.close();
  });

  test('a watcher that holds more than a cache from an old dump is shown nothing until that has caught up', async ({
    cache,
    other,
  }) => {
    await cache.replace(SPACE, snapshot(3, { a: 'old' }, { history: ours }));
    const seen = record();
    const subscription = await other.watch(SPACE, seen, { version: 5, history: ours });
    expect(seen.log).toEqual(['cut off, behind']);
    await cache.publish(SPACE, commit(4, { a: '4' }, { history: ours }));
    await cache.publish(SPACE, commit(5, { a: '5' }, { history: ours }));
    await cache.publish(SPACE, commit(6, { a: '6' }, { history: ours }));
    await seen.until((log) => log.includes('live') && seen.version() === 6);
    expect((seen.firstSnapshot()?.version ?? 0) >= 5).toBe(true);
    expect(seen.entries()).toEqual({ a: '6' });
    expect(seen.log.filter((line) => line.startsWith('cut off'))).toEqual(['cut off, behind']);
    await subscription.close();
  });

  test('a watcher takes from a cache what is newer than what it holds, and a newer epoch at any version', async ({
    cache,
    other,
  }) => {
    await cache.replace(SPACE, snapshot(3, { a: '3' }, { history: newer }));
    for (const held of [{ version: 5, history: ours }, { version: 3, history: newer }, { version: 9 }]) {
      const seen = record();
      const subscription = await other.watch(SPACE, seen, held);
      await seen.until((log) => log.includes('live'));
      expect(seen.log).toEqual(['snapshot 3 {"a":"3"}', 'live']);
      await subscription.close();
    }
  });

  if (limits.noReceipts) return;

  test('a receipt says of which history it is', async ({ cache, other }) => {
    await other.beat('edge-1', new Map([[SPACE, { version: 3, history: ours }]]));
    await other.beat('edge-2', new Map([[SPACE, { version: 3 }]]));
    const of = new Map((await cache.edges(SPACE)).map(({ edge, history }) => [edge, history]));
    expect([of.get('edge-1'), of.get('edge-2')]).toEqual([ours, undefined]);
    await other.beat('edge-1', new Map([[SPACE, { version: 1, history: newer }]]));
    const [first] = (await cache.edges(SPACE)).filter(({ edge }) => edge === 'edge-1');
    expect([first?.appliedVersion, first?.history]).toEqual([1, newer]);
    expect(compareEpochs(newer.epoch, ours.epoch) > 0).toBe(true);
  });
};
