import { ACCOUNT, APP, by, refusal, type Suite, settle } from './fixture.ts';

export const contextsContract = ({ check, expect }: Suite): void => {
  check('a context is kept under its name, without a commit', async ({ stores, other }) => {
    const app = await settle(stores);
    const saved = await app.saveContext('b', { targetingKey: 'b', deep: { list: [1, null] } }, by('ann', 1));
    await app.saveContext('a', { targetingKey: 'a' }, by('ann', 1));
    const replaced = await app.saveContext('a', { targetingKey: 'z' }, by('ben', 2));
    expect(await other.app(ACCOUNT, APP).contexts()).toEqual([replaced, saved]);
    expect(replaced.updated_by).toBe('ben');
    expect((await app.head())?.entries).toBe(0);
    expect(await app.deleteContext('b')).toBe(true);
    expect(await app.deleteContext('b')).toBe(false);
    expect(await app.contexts()).toEqual([replaced]);
  });

  check('contexts end at 200, and one that is there may still change', async ({ stores }) => {
    const app = await settle(stores);
    for (let n = 0; n < 200; n += 1) await app.saveContext(`c${n}`, {}, by('ann', 1));
    expect(await refusal(app.saveContext('more', {}, by('ann', 1)))).toBe('limit');
    await app.saveContext('c7', { targetingKey: 'x' }, by('ann', 1));
    expect((await app.contexts()).length).toBe(200);
  });

  check('contexts go with their app', async ({ stores }) => {
    const app = await settle(stores);
    await app.saveContext('a', {}, by('ann', 1));
    await stores.accounts.deleteApp(ACCOUNT, APP, by('ann', 2));
    expect(await app.contexts()).toEqual([]);
    expect(await refusal(app.saveContext('a', {}, by('ann', 3)))).toBe('not_found');
  });
};
