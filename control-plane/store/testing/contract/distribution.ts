import { compareEpochs, newEpoch } from '@halyard/caches';
import type { Place } from '../../port.ts';
import { ACCOUNT, APP, by, clock, commit, create, type Suite, settle, toggle, until } from './fixture.ts';

export const distributionContract = ({ check, expect }: Suite): void => {
  check('an outbox is read in order and dropped when delivered', async ({ stores }) => {
    const app = await settle(stores);
    expect(await app.outbox.version()).toBe(0);
    const { history } = (await app.outbox.standing()) ?? {};
    expect(await app.outbox.snapshot()).toEqual({ version: 0, history, entries: new Map() });
    await commit(app, [create('a')]);
    for (let n = 0; n < 4; n += 1) await app.commit(toggle('a'));
    const versions = async (after: number, limit: number): Promise<readonly number[]> =>
      (await app.outbox.commits(after, limit)).map((row) => row.version);
    expect(await versions(0, 3)).toEqual([1, 2, 3]);
    expect(await versions(3, 3)).toEqual([4, 5]);
    await app.outbox.delivered(4);
    expect(await versions(0, 10)).toEqual([5]);
    await app.outbox.delivered(4);
    expect(await versions(0, 10)).toEqual([5]);
    expect(await app.outbox.version()).toBe(5);
  });

  check('a snapshot is what all the commits add up to', async ({ stores }) => {
    const app = await settle(stores);
    await commit(app, [create('a'), create('b')]);
    await commit(app, [{ event: 'delete', key: 'a' }, create('c')]);
    await app.commit(toggle('c'));
    const entries = new Map<string, string>();
    for (const { changes } of await app.outbox.commits(0, 10)) {
      for (const { key, value } of changes) {
        if (value === null) entries.delete(key);
        else entries.set(key, value);
      }
    }
    const snapshot = await app.outbox.snapshot();
    expect(snapshot?.version).toBe(3);
    expect(new Map([...(snapshot?.entries ?? [])].sort())).toEqual(new Map([...entries].sort()));
  });

  check('every commit names the entry before it, of an app and of its account', async ({ stores }) => {
    const app = await settle(stores);
    await commit(app, [create('a'), create('b')]);
    await app.commit(toggle('a'));
    await stores.accounts.changeApp(ACCOUNT, APP, { name: 'other' }, by('ann', 3));
    for (const outbox of [app.outbox, stores.accounts.outbox(ACCOUNT)]) {
      const [first, second, ...rest] = await outbox.commits(0, 10);
      expect([first?.parent, rest.length]).toEqual([undefined, 0]);
      expect(second?.parent === first?.hash && second?.hash !== first?.hash).toBe(true);
      expect((await outbox.standing())?.hash).toBe(second?.hash);
      expect((await outbox.snapshot())?.hash).toBe(second?.hash);
    }
    const { items } = await app.changelog({ limit: 1 });
    expect((await app.outbox.standing())?.hash).toBe(items[0]?.hash);
  });

  check('the database has one name, and each app and account an epoch', async ({ stores, other }) => {
    const app = await settle(stores);
    const { identity } = await other.identity();
    const ofApp = await app.outbox.standing();
    const ofAccount = await stores.accounts.outbox(ACCOUNT).standing();
    expect([ofApp?.history.identity, ofAccount?.history.identity]).toEqual([identity, identity]);
    expect(ofApp?.history.epoch === ofAccount?.history.epoch).toBe(false);
    expect(await other.app(ACCOUNT, APP).outbox.standing()).toEqual(ofApp);
    expect(await stores.app(ACCOUNT, 'absent').outbox.standing()).toBe(null);
  });

  check(
    'a new epoch orders after every one before, and of two who begin it one does',
    async ({ stores, other }) => {
      const app = await settle(stores);
      for (const outbox of [app.outbox, stores.accounts.outbox(ACCOUNT)]) {
        const before = await outbox.standing();
        if (before === null) throw new Error('There is no such place.');
        const above = newEpoch(clock() + 3_600_000);
        const again = outbox === app.outbox ? other.app(ACCOUNT, APP).outbox : other.accounts.outbox(ACCOUNT);
        await Promise.all([
          outbox.beginEpoch(before.history.epoch, above),
          again.beginEpoch(before.history.epoch, above),
        ]);
        const after = await outbox.standing();
        expect(compareEpochs(after?.history.epoch ?? '', above) > 0).toBe(true);
        expect([after?.version, after?.hash]).toEqual([before.version, before.hash]);
        await outbox.beginEpoch(before.history.epoch, above);
        expect(await outbox.standing()).toEqual(after);
      }
    },
  );

  check('places with something undelivered are known until it is delivered', async ({ stores, other }) => {
    const app = await settle(stores);
    const account: Place = { account: ACCOUNT, app: null };
    expect(await other.undelivered()).toEqual([account]);
    await commit(app, [create('a')]);
    expect(await other.undelivered()).toEqual([account, { account: ACCOUNT, app: APP }]);
    expect(await other.outboxSize()).toBe(2);
    await stores.accounts.outbox(ACCOUNT).delivered(1);
    expect(await other.undelivered()).toEqual([{ account: ACCOUNT, app: APP }]);
    await app.outbox.delivered(1);
    expect(await other.undelivered()).toEqual([]);
    expect(await other.outboxSize()).toBe(0);
  });

  check('listeners hear of commits, whichever process made them', async ({ stores, other }) => {
    const app = await settle(stores);
    const heard: (string | null)[] = [];
    const subscription = other.onCommit((place) => heard.push(place.app));
    expect(
      await until(async () => {
        // The other process may still be about to listen.
        await stores.accounts.changeApp(
          ACCOUNT,
          APP,
          { name: `n${heard.length}-${Math.random()}` },
          by('ann', 1),
        );
        return heard.includes(null);
      }),
    ).toBe(true);
    await commit(app, [create('a')]);
    expect(await until(() => heard.includes(APP))).toBe(true);
    await other.app(ACCOUNT, APP).commit(toggle('a'));
    expect(await until(() => heard.filter((place) => place === APP).length >= 2)).toBe(true);
    await subscription.close();
    const before = heard.length;
    await app.commit(toggle('a'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(heard.length).toBe(before);
  });

  check('one process leads; another takes over when it stops', async ({ stores, other }) => {
    const terms: string[] = [];
    const term = (name: string) => async (signal: AbortSignal) => {
      terms.push(`${name} leads`);
      await new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
      terms.push(`${name} ended`);
    };
    const one = stores.lead(term('one'));
    expect(await until(() => terms.length === 1)).toBe(true);
    const two = other.lead(term('two'));
    if (other !== stores) {
      await new Promise((resolve) => setTimeout(resolve, 600));
      expect(terms).toEqual(['one leads']);
    }
    await one.close();
    expect(await until(() => terms.includes('two leads'))).toBe(true);
    await two.close();
    expect(terms.filter((event) => event.endsWith('ended'))).toEqual(['one ended', 'two ended']);
    if (other !== stores) expect(terms).toEqual(['one leads', 'one ended', 'two leads', 'two ended']);
  });

  check('every term of the process that leads runs, whenever it was asked for', async ({ stores }) => {
    const running = new Set<string>();
    const term = (name: string) => async (signal: AbortSignal) => {
      running.add(name);
      await new Promise<void>((resolve) => {
        if (signal.aborted) resolve();
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
      running.delete(name);
    };
    const one = stores.lead(term('one'));
    const two = stores.lead(term('two'));
    expect(await until(() => running.size === 2)).toBe(true);
    const three = stores.lead(term('three'));
    expect(await until(() => running.size === 3)).toBe(true);
    await one.close();
    expect([...running].sort()).toEqual(['three', 'two']);
    await two.close();
    await three.close();
    expect(running.size).toBe(0);
    const again = stores.lead(term('again'));
    expect(await until(() => running.has('again'))).toBe(true);
    await again.close();
  });

  check('a term that fails is begun again', async ({ stores }) => {
    let terms = 0;
    const subscription = stores.lead(async () => {
      terms += 1;
      throw new Error('the cache fell over');
    });
    expect(await until(() => terms >= 2)).toBe(true);
    await subscription.close();
  });

  check('a database that answers is alive', async ({ stores }) => {
    await stores.ping();
  });
};
