import { ACCOUNT, APP, all, at, by, commit, create, refusal, type Suite, settle, toggle } from './fixture.ts';

const shop = { id: APP, name: 'shop', client_side_default: true };
const KEPT_UNTIL = '2027-02-06T00:00:03.000Z';

export const deletedAppsContract = ({ check, expect }: Suite): void => {
  check(
    'a deleted app is gone but for its changelog, and the log has its last hash',
    async ({ stores, other }) => {
      const app = await settle(stores);
      const { accounts } = stores;
      await commit(app, [create('a', { tags: ['t'] }), create('b')]);
      await commit(app, [{ event: 'delete', key: 'b' }]);
      const before = await all(app.everyEntry());
      await accounts.deleteApp(ACCOUNT, APP, by('ben', 3));
      expect(await accounts.app(ACCOUNT, APP)).toBe(null);
      expect(await accounts.apps(ACCOUNT)).toEqual([]);
      expect(await app.flag('a')).toBe(null);
      expect(await all(app.everything())).toEqual([]);
      expect(await app.flagCount()).toBe(0);
      expect(await app.outbox.version()).toBe(null);
      expect(await app.outbox.snapshot()).toBe(null);
      expect(await app.outbox.commits(0, 10)).toEqual([]);
      expect(await refusal(app.commit(toggle('a')))).toBe('not_found');
      expect(await refusal(accounts.changeApp(ACCOUNT, APP, { name: 'x' }, by('ann', 4)))).toBe('not_found');
      expect(await refusal(accounts.deleteApp(ACCOUNT, APP, by('ann', 4)))).toBe('not_found');
      const [entry] = (await accounts.accountLog(ACCOUNT, { limit: 1 })).items;
      const last_hash = before.at(-1)?.hash ?? '';
      const detail = { app: APP, name: 'shop', version: 2, flags: 1, entries: 3, last_hash };
      expect([entry?.event, entry?.detail]).toEqual(['app_deleted', { ...detail, kept_until: KEPT_UNTIL }]);

      const reader = other.app(ACCOUNT, APP);
      expect(await all(reader.everyEntry())).toEqual(before);
      expect((await reader.changelog({ limit: 10, flag: 'b' })).items.length).toBe(2);
      expect(await reader.head()).toEqual({ version: 2, flags: 0, entries: 3, last_hash });
      const kept = { id: APP, name: 'shop', deleted_at: at(3), kept_until: KEPT_UNTIL };
      expect(await other.accounts.deletedApp(ACCOUNT, APP)).toEqual(kept);
      expect(await other.accounts.deletedApps(ACCOUNT)).toEqual([kept]);
    },
  );

  check('the name of a deleted app is free, its id is not', async ({ stores }) => {
    await settle(stores);
    const { accounts } = stores;
    await accounts.deleteApp(ACCOUNT, APP, by('ben', 3));
    expect(await refusal(accounts.createApp(ACCOUNT, shop, by('ann', 4)))).toBe('conflict');
    await accounts.createApp(ACCOUNT, { ...shop, id: 'app-2' }, by('ann', 4));
    await accounts.deleteApp(ACCOUNT, 'app-2', by('ben', 5));
    expect((await accounts.deletedApps(ACCOUNT)).map(({ id, name }) => [id, name])).toEqual([
      ['app-2', 'shop'],
      [APP, 'shop'],
    ]);
    expect(await accounts.deletedApp(ACCOUNT, 'none')).toBe(null);
  });

  check('a deleted app whose history is not kept leaves nothing that could come back', async ({ stores }) => {
    const app = await settle(stores);
    const { accounts } = stores;
    await commit(app, [create('a', { tags: ['t'] }), create('b')]);
    const [newest] = (await app.changelog({ limit: 1 })).items;
    await accounts.deleteApp(ACCOUNT, APP, by('ben', 3), 'gone');
    expect(await all(app.everyEntry())).toEqual([]);
    expect(await app.head()).toBe(null);
    expect(await accounts.deletedApps(ACCOUNT)).toEqual([]);
    expect((await accounts.accountLog(ACCOUNT, { limit: 1 })).items[0]?.detail).toEqual({
      app: APP,
      name: 'shop',
      version: 1,
      flags: 2,
      entries: 2,
      last_hash: newest?.hash,
      kept_until: null,
    });
    await accounts.createApp(ACCOUNT, shop, by('ann', 4));
    expect(await app.outbox.version()).toBe(0);
    await commit(app, [create('b', { tags: ['t'] })]);
    expect((await app.flag('b'))?.version).toBe(1);
    expect((await app.flags({ limit: 10, tags: ['t'] })).items.length).toBe(1);
  });

  check('a deleted app is forgotten once, and the log says so', async ({ stores }) => {
    const app = await settle(stores);
    const { accounts } = stores;
    await commit(app, [create('a')]);
    const last_hash = (await app.head())?.last_hash;
    await accounts.forgetApp(ACCOUNT, APP, by('halyard', 2));
    expect((await app.head())?.flags).toBe(1);
    await accounts.deleteApp(ACCOUNT, APP, by('ben', 3));
    await accounts.forgetApp(ACCOUNT, APP, by('halyard', 4));
    await accounts.forgetApp(ACCOUNT, APP, by('halyard', 5));
    expect(await all(app.everyEntry())).toEqual([]);
    expect(await accounts.deletedApp(ACCOUNT, APP)).toBe(null);
    const log = (await accounts.accountLog(ACCOUNT, { limit: 2 })).items;
    expect(log.map(({ event, at: moment, detail }) => [event, moment, detail])).toEqual([
      ['app_forgotten', at(4), { app: APP, name: 'shop', entries: 1, last_hash }],
      [
        'app_deleted',
        at(3),
        { app: APP, name: 'shop', version: 1, flags: 1, entries: 1, last_hash, kept_until: KEPT_UNTIL },
      ],
    ]);
  });
};
