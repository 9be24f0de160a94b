import { verifyChain } from '../../sql/audit.ts';
import {
  ACCOUNT,
  at,
  by,
  commit,
  create,
  flagOf,
  fresh,
  LIMITS,
  refusal,
  type Suite,
  settle,
  toggle,
  update,
} from './fixture.ts';

export const commitsContract = ({ check, expect }: Suite): void => {
  check('a commit is the flag, its entry, the app version and an outbox row', async ({ stores, other }) => {
    const app = await settle(stores);
    const committed = await commit(app, [create('a', { description: 'first' })], by('ann', 1, 'why'));
    const read = other.app(ACCOUNT, 'app-1');
    const flag = {
      definition: flagOf('a', { description: 'first' }),
      type: 'boolean',
      version: 1,
      created_at: at(1),
      updated_at: at(1),
      updated_by: 'ann',
    };
    expect(await read.flag('a')).toEqual(flag);
    expect(committed.flags.get('a')).toEqual(flag);
    expect(committed.appVersion).toBe(1);
    const { items } = await read.changelog({ limit: 10 });
    expect(items).toEqual(committed.entries);
    const { hash, ...entry } = items[0] ?? { hash: '' };
    expect(hash.length).toBe(64);
    expect(entry).toEqual({
      id: '1',
      flag_key: 'a',
      event: 'create',
      after: flag.definition,
      version: 1,
      app_version: 1,
      at: at(1),
      actor: { name: 'ann', token_id: 'token-ann' },
      comment: 'why',
    });
    expect(await read.outbox.commits(0, 10)).toEqual([
      {
        version: 1,
        changes: [{ key: 'a', value: JSON.stringify({ ...flag.definition, version: 1 }) }],
        hash,
      },
    ]);
    expect(await read.outbox.version()).toBe(1);
    expect(await read.flagCount()).toBe(1);
  });

  check('an update is recorded with its diff, a deletion with the last state', async ({ stores }) => {
    const app = await settle(stores);
    await commit(app, [create('a')]);
    await commit(app, [update('a', { enabled: true })], by('ben', 2));
    const deleted = await commit(app, [{ event: 'delete', key: 'a' }], by('ann', 3));
    expect(deleted.flags.get('a')).toBe(null);
    expect(await app.flag('a')).toBe(null);
    expect(await app.flagCount()).toBe(0);
    const { items } = await app.changelog({ limit: 10, flag: 'a' });
    expect(items.map(({ event, diff, version, after }) => ({ event, diff, version, after }))).toEqual([
      { event: 'delete', diff: undefined, version: 3, after: flagOf('a', { enabled: true }) },
      {
        event: 'update',
        diff: { enabled: { from: false, to: true } },
        version: 2,
        after: flagOf('a', { enabled: true }),
      },
      { event: 'create', diff: undefined, version: 1, after: flagOf('a') },
    ]);
    expect((await app.outbox.commits(2, 10)).map(({ changes }) => changes)).toEqual([
      [{ key: 'a', value: null }],
    ]);
  });

  check('a flag created again under a deleted key counts its versions on', async ({ stores }) => {
    const app = await settle(stores);
    await commit(app, [create('a')], by('ann', 1));
    await commit(app, [{ event: 'delete', key: 'a' }], by('ann', 2));
    await commit(app, [create('a')], by('ann', 3));
    const flag = await app.flag('a');
    expect(flag?.version).toBe(3);
    expect(flag?.created_at).toBe(at(3));
    await commit(app, [{ event: 'delete', key: 'a' }], by('ann', 4));
    await commit(app, [create('a')], by('ann', 5));
    expect((await app.flag('a'))?.version).toBe(5);
  });

  check('several flags change in one commit, or none of them does', async ({ stores }) => {
    const app = await settle(stores);
    await commit(app, [create('a'), create('b')]);
    const result = await commit(app, [
      update('a', { enabled: true }),
      { event: 'delete', key: 'b' },
      create('c'),
    ]);
    expect(result.appVersion).toBe(2);
    expect(result.entries.map((entry) => entry.app_version)).toEqual([2, 2, 2]);
    expect((await app.outbox.commits(1, 10)).map((row) => row.changes.map((change) => change.key))).toEqual([
      ['a', 'b', 'c'],
    ]);
    const refused = app.commit({
      keys: ['a', 'c'],
      decide: () => {
        throw new Error('second thoughts');
      },
      write: by('ann', 3),
    });
    expect(await refusal(refused)).toBe('Error: second thoughts');
    expect(await app.outbox.version()).toBe(2);
    expect((await app.changelog({ limit: 10 })).items.length).toBe(5);
  });

  check('a commit without changes writes nothing', async ({ stores }) => {
    const app = await settle(stores);
    await commit(app, [create('a')]);
    const nothing = await app.commit({
      keys: ['a', 'missing'],
      decide: (current) => ({ changes: [], answer: [...current.keys()] }),
      write: by('ann', 2),
    });
    expect(fresh(nothing).answer).toEqual(['a']);
    expect(fresh(nothing).appVersion).toBe(1);
    expect((await app.changelog({ limit: 10 })).items.length).toBe(1);
    expect((await app.outbox.commits(0, 10)).length).toBe(1);
  });

  check('concurrent writers lose no update, and versions have no gaps', async ({ stores, other }) => {
    const app = await settle(stores);
    await commit(app, [create('a'), create('b')]);
    const elsewhere = other.app(ACCOUNT, 'app-1');
    const results = await Promise.all(
      Array.from({ length: 40 }, (_, n) =>
        (n % 2 === 0 ? app : elsewhere).commit(toggle(n % 4 < 2 ? 'a' : 'b', by('ann', 10 + n))),
      ),
    );
    const versions = results.map((result) => fresh(result).appVersion);
    expect([...versions].sort((x, y) => x - y)).toEqual(Array.from({ length: 40 }, (_, n) => n + 2));
    expect(await app.outbox.version()).toBe(41);
    expect((await app.outbox.commits(0, 100)).map((row) => row.version)).toEqual(
      Array.from({ length: 41 }, (_, n) => n + 1),
    );
    for (const key of ['a', 'b']) {
      const { items } = await app.changelog({ limit: 100, flag: key });
      expect(items.map((entry) => entry.version)).toEqual(Array.from({ length: 21 }, (_, n) => 21 - n));
      // Each toggled what the one before it had left.
      expect(items.map(({ after }) => 'enabled' in after && after.enabled)).toEqual(
        Array.from({ length: 21 }, (_, n) => n % 2 === 1),
      );
      expect((await app.flag(key))?.version).toBe(21);
    }
    expect((await verifyChain(app.everyEntry())).ok).toBe(true);
  });

  check('a refused commit costs the ones that arrive with it nothing', async ({ stores }) => {
    const app = await settle(stores);
    await commit(app, [create('a')]);
    const outcomes = await Promise.all(
      Array.from({ length: 9 }, (_, n) => refusal(app.commit(toggle(n % 3 === 1 ? 'missing' : 'a')))),
    );
    expect(outcomes).toEqual([null, 'not_found', null, null, 'not_found', null, null, 'not_found', null]);
    expect((await app.flag('a'))?.version).toBe(7);
    expect(await app.outbox.version()).toBe(7);
    expect((await verifyChain(app.everyEntry())).ok).toBe(true);
  });

  check('a text that cannot be hashed refuses its own commit only', async ({ stores }) => {
    const app = await settle(stores);
    const outcomes = await Promise.all([
      refusal(commit(app, [create('a')])),
      refusal(commit(app, [create('b', { description: 'lone \ud800 surrogate' })])),
      refusal(commit(app, [create('c')])),
    ]);
    expect(outcomes).toEqual([null, 'Error: Lone surrogate is not allowed', null]);
    expect((await app.flags({ limit: 10 })).items.map((flag) => flag.definition.key)).toEqual(['a', 'c']);
  });

  check('an app that does not exist refuses commits and reads as empty', async ({ stores }) => {
    await settle(stores);
    const nowhere = stores.app(ACCOUNT, 'nowhere');
    expect(await refusal(commit(nowhere, [create('a')]))).toBe('not_found');
    expect(await nowhere.flag('a')).toBe(null);
    expect(await nowhere.flags({ limit: 10 })).toEqual({ items: [], next: null });
    expect(await nowhere.changelog({ limit: 10 })).toEqual({ items: [], next: null });
    expect(await nowhere.flagCount()).toBe(0);
    expect(await nowhere.outbox.version()).toBe(null);
    expect(await nowhere.outbox.snapshot()).toBe(null);
  });

  check('an app holds no more flags than its limit, and a full app can still change', async ({ stores }) => {
    const app = await settle(stores);
    const keys = Array.from({ length: LIMITS.flags }, (_, n) => `f${n}`);
    await commit(
      app,
      keys.map((key) => create(key)),
    );
    expect(await refusal(commit(app, [create('one-more')]))).toBe('limit');
    expect(await app.flagCount()).toBe(LIMITS.flags);
    expect(await refusal(app.commit(toggle('f0')))).toBe(null);
    expect(await refusal(commit(app, [{ event: 'delete', key: 'f0' }, create('one-more')]))).toBe(null);
    expect(await app.flagCount()).toBe(LIMITS.flags);
  });

  check('a change of a flag that was not asked for is refused', async ({ stores }) => {
    const app = await settle(stores);
    await commit(app, [create('a')]);
    const blind = app.commit({
      keys: [],
      decide: () => ({ changes: [create('a', { enabled: true })], answer: null }),
      write: by('ann', 2),
    });
    expect(await refusal(blind)).toBe('Error: The change of flag a was decided without asking for the flag.');
    expect((await app.flag('a'))?.version).toBe(1);
  });

  check('a replacing commit is given every flag', async ({ stores }) => {
    const app = await settle(stores);
    await commit(app, [create('a'), create('b'), create('c')]);
    await commit(app, [{ event: 'delete', key: 'c' }]);
    const result = await app.commit({
      keys: 'all',
      decide: (current) => ({
        changes: [
          ...[...current.keys()].map((key) => ({ event: 'delete' as const, key })),
          create('c'),
          create('d'),
        ],
        answer: [...current.keys()].sort(),
      }),
      write: by('ann', 2),
    });
    expect(fresh(result).answer).toEqual(['a', 'b']);
    expect(
      (await app.flags({ limit: 10 })).items.map(({ definition, version }) => [definition.key, version]),
    ).toEqual([
      ['c', 3],
      ['d', 1],
    ]);
  });

  check("an app's time never goes back, whatever the clocks of its writers do", async ({ stores }) => {
    const app = await settle(stores);
    await commit(app, [create('a')], by('ann', 100));
    await commit(app, [update('a', { enabled: true })], by('slow-clock', 50));
    expect((await app.changelog({ limit: 10 })).items.map((entry) => entry.at)).toEqual([at(100), at(100)]);
    expect((await app.flag('a'))?.updated_at).toBe(at(100));
  });

  check('what was stored is what was given, to the last character', async ({ stores }) => {
    const app = await settle(stores);
    const value = { z: 1, a: [0.1, -0, 1e21, 'ä\u2028"\\'], 10: 'x', 2: null, ['__proto__']: { deep: true } };
    const definition = { variations: { v: JSON.parse(JSON.stringify(value)) }, default_variation: 'v' };
    const result = await commit(app, [create('j', definition)]);
    const flag = await app.flag('j');
    expect(JSON.stringify(flag?.definition)).toBe(JSON.stringify(result.flags.get('j')?.definition));
    expect(flag?.type).toBe('json');
    expect((await app.outbox.commits(0, 1))[0]?.changes[0]?.value).toBe(
      JSON.stringify({ ...flag?.definition, version: 1 }),
    );
    expect((await verifyChain(app.everyEntry())).ok).toBe(true);
  });
};
