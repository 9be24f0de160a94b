import { appKey, otherTokenKey, SECRET_KEY, tokenKey } from '@halyard/caches';
import type { Accounts } from '../../port.ts';
import {
  ACCOUNT,
  APP,
  at,
  by,
  commit,
  create,
  from,
  LIMITS,
  refusal,
  type Suite,
  settle,
  toggle,
  tokenOf as token,
} from './fixture.ts';

/** The account's space, from its snapshot and from all of its commits: the two must agree. */
const space = async (accounts: Accounts): Promise<{ snapshot: object; replayed: object }> => {
  const outbox = accounts.outbox(ACCOUNT);
  const replayed = new Map<string, string>();
  for (const { changes } of await outbox.commits(0, 1_000)) {
    for (const { key, value } of changes) {
      if (value === null) replayed.delete(key);
      else replayed.set(key, value);
    }
  }
  const plain = (entries: ReadonlyMap<string, string>): object =>
    Object.fromEntries([...entries].map(([key, value]) => [key, JSON.parse(value)]));
  const snapshot = await outbox.snapshot();
  return { snapshot: plain(snapshot?.entries ?? new Map()), replayed: plain(replayed) };
};

export const accountsContract = ({ check, expect }: Suite): void => {
  const shop = { id: APP, name: 'shop', client_side_default: true };

  check('an account is created once', async ({ stores, other }) => {
    expect(await stores.accounts.outbox(ACCOUNT).version()).toBe(null);
    await Promise.all([stores, other].map(({ accounts }) => accounts.ensureAccount(ACCOUNT, at(0))));
    await stores.accounts.ensureAccount(ACCOUNT, at(9));
    expect(await other.accounts.accounts()).toEqual([{ id: ACCOUNT, created_at: at(0) }]);
    expect(await stores.accounts.outbox(ACCOUNT).version()).toBe(0);
    expect(await refusal(stores.accounts.createApp('nobody', shop, by('ann', 1)))).toBe('not_found');
  });

  check('apps are created, renamed and listed by name', async ({ stores, other }) => {
    await settle(stores);
    const { accounts } = stores;
    const api = { id: 'api', name: 'api', client_side_default: false };
    const dates = {
      created_at: at(1),
      updated_at: at(1),
      updated_by: 'ann',
      project: null,
      environment: null,
    };
    expect(await accounts.createApp(ACCOUNT, api, by('ann', 1))).toEqual({ ...api, tests: 'warn', ...dates });
    expect(await accounts.changeApp(ACCOUNT, APP, { name: 'a-shop' }, by('ben', 2))).toEqual({
      ...shop,
      name: 'a-shop',
      tests: 'warn',
      created_at: at(0),
      updated_at: at(2),
      updated_by: 'ben',
      project: null,
      environment: null,
    });
    expect((await other.accounts.apps(ACCOUNT)).map((app) => app.name)).toEqual(['a-shop', 'api']);
    expect(await other.accounts.app(ACCOUNT, 'api')).toEqual({ ...api, tests: 'warn', ...dates });
    expect(await other.accounts.app(ACCOUNT, 'none')).toBe(null);
    expect(await other.accounts.app('nobody', 'api')).toBe(null);
  });

  check(
    'of an app is changed what the change names, and nothing is noted of what is so already',
    async ({ stores, other }) => {
      await settle(stores);
      const { accounts } = stores;
      const created = await accounts.app(ACCOUNT, APP);
      const blocking = await accounts.changeApp(ACCOUNT, APP, { tests: 'block' }, by('ben', 1));
      expect(blocking).toEqual({ ...created, tests: 'block', updated_at: at(1), updated_by: 'ben' });
      expect(await other.accounts.app(ACCOUNT, APP)).toEqual(blocking);
      expect(await accounts.changeApp(ACCOUNT, APP, { tests: 'block', name: 'shop' }, by('eve', 2))).toEqual(
        blocking,
      );
      expect(await accounts.changeApp(ACCOUNT, APP, {}, by('eve', 2))).toEqual(blocking);
      const change = { tests: 'warn', name: 'store', client_side_default: false } as const;
      expect(await accounts.changeApp(ACCOUNT, APP, change, by('ann', 3))).toEqual({
        ...blocking,
        ...change,
        updated_at: at(3),
        updated_by: 'ann',
      });
      expect(await refusal(accounts.changeApp(ACCOUNT, 'none', { tests: 'warn' }, by('ann', 4)))).toBe(
        'not_found',
      );
      const { items } = await accounts.accountLog(ACCOUNT, { limit: 2 });
      expect(items.map(({ event, detail }) => [event, detail])).toEqual([
        [
          'app_changed',
          {
            app: APP,
            name: 'store',
            diff: {
              name: { from: 'shop', to: 'store' },
              client_side_default: { from: true, to: false },
              tests: { from: 'block', to: 'warn' },
            },
          },
        ],
        ['app_changed', { app: APP, name: 'shop', diff: { tests: { from: 'warn', to: 'block' } } }],
      ]);
    },
  );

  check(
    'a failing test refuses a commit of an app as soon as the app says so, and no more when it does not',
    async ({ stores, other }) => {
      const app = await settle(stores);
      const test = { name: 'ada', context: {}, expect: { variant: 'on' } };
      const failing = await commit(app, [create('a', { tests: [test] })]);
      expect(failing.failing.length).toBe(1);
      await other.accounts.changeApp(ACCOUNT, APP, { tests: 'block' }, by('ann', 2));
      expect(await refusal(app.commit(toggle('a')))).toBe('failing_tests');
      await other.accounts.changeApp(ACCOUNT, APP, { tests: 'warn' }, by('ann', 3));
      expect(await refusal(app.commit(toggle('a')))).toBe(null);
    },
  );

  check('a taken name, a taken id and a missing app are refused', async ({ stores }) => {
    await settle(stores);
    const { accounts } = stores;
    const write = by('ann', 1);
    expect(await refusal(accounts.createApp(ACCOUNT, { ...shop, id: 'other' }, write))).toBe('conflict');
    expect(await refusal(accounts.createApp(ACCOUNT, { ...shop, name: 'other' }, write))).toBe('conflict');
    await accounts.createApp(ACCOUNT, { ...shop, id: 'b', name: 'b' }, write);
    expect(await refusal(accounts.changeApp(ACCOUNT, 'b', { name: 'shop' }, write))).toBe('conflict');
    expect(await refusal(accounts.changeApp(ACCOUNT, 'b', { name: 'b' }, write))).toBe(null);
    expect(await refusal(accounts.changeApp(ACCOUNT, 'none', { name: 'x' }, write))).toBe('not_found');
    expect(await refusal(accounts.deleteApp(ACCOUNT, 'none', write))).toBe('not_found');
    expect((await accounts.accountLog(ACCOUNT, { limit: 10 })).items.length).toBe(2);
  });

  check('of two apps that race for a name one wins', async ({ stores, other }) => {
    await settle(stores);
    const outcomes = await Promise.all(
      [stores, other, stores, other].map(({ accounts }, n) =>
        refusal(accounts.createApp(ACCOUNT, { ...shop, id: `race-${n}`, name: 'race' }, by('ann', 1))),
      ),
    );
    expect(outcomes.filter((outcome) => outcome === null).length).toBe(1);
    expect(outcomes.filter((outcome) => outcome === 'conflict').length).toBe(3);
  });

  check('an account holds no more apps than its limit', async ({ stores }) => {
    await settle(stores);
    const another = (n: number): Promise<unknown> =>
      stores.accounts.createApp(ACCOUNT, { ...shop, id: `n${n}`, name: `n${n}` }, by('ann', 1));
    for (let n = 1; n < LIMITS.apps; n += 1) await another(n);
    expect(await refusal(another(99))).toBe('limit');
    await stores.accounts.deleteApp(ACCOUNT, 'n1', by('ann', 2));
    expect(await refusal(another(99))).toBe(null);
  });

  check('tokens are found by the hash of their secret, also when revoked', async ({ stores, other }) => {
    await settle(stores);
    const { accounts } = stores;
    const given = token('t1', {
      permission: 'write',
      app_ids: [APP],
      allowed_origins: ['https://a.example'],
      expires_at: '2027-01-01T02:00:00+02:00',
    });
    const created = await accounts.createToken(ACCOUNT, given, by('ann', 1));
    const token1 = {
      ...given,
      expires_at: '2027-01-01T00:00:00.000Z',
      account: ACCOUNT,
      created_at: at(1),
      created_by: 'ann',
      last_used_at: null,
      revoked_at: null,
    };
    expect(created).toEqual(token1);
    expect(await other.accounts.tokenByHash('hash-of-t1')).toEqual(token1);
    expect(await other.accounts.token(ACCOUNT, 't1')).toEqual(token1);
    expect(await other.accounts.token('nobody', 't1')).toBe(null);
    expect(await other.accounts.tokenByHash('hash-of-t2')).toBe(null);
    expect(
      await refusal(accounts.createToken(ACCOUNT, { ...token('t2'), hash: given.hash }, by('ann', 2))),
    ).toBe('conflict');
    await accounts.revokeToken(ACCOUNT, 't1', by('ann', 3));
    expect((await other.accounts.tokenByHash('hash-of-t1'))?.revoked_at).toBe(at(3));
    expect(await refusal(accounts.revokeToken(ACCOUNT, 't1', by('ann', 4)))).toBe('not_found');
    expect(await refusal(accounts.revokeToken(ACCOUNT, 'none', by('ann', 4)))).toBe('not_found');
    await accounts.createToken(ACCOUNT, token('t0'), by('ann', 5));
    expect((await accounts.tokens(ACCOUNT)).map(({ id }) => id)).toEqual(['t1', 't0']);
  });

  check('the last use of a token is noted, at most once a minute', async ({ stores }) => {
    await settle(stores);
    const { accounts } = stores;
    await accounts.createToken(ACCOUNT, token('t1'), by('ann', 1));
    const lastUse = async (): Promise<string | null | undefined> =>
      (await accounts.token(ACCOUNT, 't1'))?.last_used_at;
    await accounts.tokenUsed('t1', at(10));
    expect(await lastUse()).toBe(at(10));
    await accounts.tokenUsed('t1', at(69));
    expect(await lastUse()).toBe(at(10));
    await accounts.tokenUsed('t1', at(70));
    expect(await lastUse()).toBe(at(70));
  });

  check('revoking a token ends its sessions and its sign-in links', async ({ stores, other }) => {
    await settle(stores);
    const { accounts } = stores;
    for (const id of ['t1', 't2']) {
      await accounts.createToken(ACCOUNT, token(id, { permission: 'admin' }), by('ann', 1));
      const dates = { created_at: at(2), expires_at: at(100) };
      const held = { account: ACCOUNT, token_id: id };
      await accounts.createSession({ hash: `s-${id}`, ...held, ...dates }, from(2), null);
      await accounts.createLink({ hash: `l-${id}`, ...held, expires_at: at(100) }, by('ann', 2));
    }
    await accounts.revokeToken(ACCOUNT, 't1', by('ann', 3));
    expect(await other.accounts.session('s-t1')).toBe(null);
    expect(await other.accounts.consumeLink('l-t1', at(4))).toBe(null);
    expect(await other.accounts.session('s-t2')).toEqual({
      hash: 's-t2',
      account: ACCOUNT,
      token_id: 't2',
      created_at: at(2),
      expires_at: at(100),
    });
    await accounts.deleteSession('s-t2', from(5));
    expect(await other.accounts.session('s-t2')).toBe(null);
  });

  check(
    'a sign-in link works once, also for two that race, and not when expired',
    async ({ stores, other }) => {
      await settle(stores);
      await stores.accounts.createToken(ACCOUNT, token('t1'), by('ann', 1));
      const link = { hash: 'l1', account: ACCOUNT, token_id: 't1', expires_at: at(60) };
      await stores.accounts.createLink(link, by('ann', 2));
      const taken = await Promise.all(
        [stores, other, stores].map(({ accounts }) => accounts.consumeLink('l1', at(59))),
      );
      expect(taken.filter((found) => found !== null)).toEqual([{ ...link, created_by: 'ann' }]);
      await stores.accounts.createLink(link, by('ann', 2));
      expect(await stores.accounts.consumeLink('l1', at(60))).toBe(null);
    },
  );

  check(
    "edges hear of an account's apps, its secret, its evaluate and config tokens, and that there are others",
    async ({ stores }) => {
      await settle(stores);
      const { accounts } = stores;
      await accounts.secret(ACCOUNT, 's3cret');
      const browser = { app_ids: [APP], allowed_origins: ['https://a.example'] };
      await accounts.createToken(ACCOUNT, token('e', browser), by('ann', 1));
      await accounts.createToken(
        ACCOUNT,
        token('c', { permission: 'config', expires_at: at(1e6) }),
        by('ann', 1),
      );
      await accounts.createToken(ACCOUNT, token('gone'), by('ann', 1));
      await accounts.createToken(ACCOUNT, token('short', { expires_at: at(50) }), by('ann', 1));
      await accounts.createToken(ACCOUNT, token('late', { expires_at: at(1) }), by('ann', 2));
      for (const permission of ['read', 'write', 'admin'] as const) {
        await accounts.createToken(ACCOUNT, token(permission, { permission }), by('ann', 2));
      }
      await accounts.createApp(ACCOUNT, { ...shop, id: 'x', name: 'x' }, by('ann', 3));
      await accounts.createToken(ACCOUNT, token('former', { permission: 'read' }), by('ann', 2));
      await accounts.revokeToken(ACCOUNT, 'gone', by('ann', 3));
      await accounts.revokeToken(ACCOUNT, 'former', by('ann', 3));
      await accounts.deleteApp(ACCOUNT, 'x', by('ann', 3));
      await accounts.changeApp(ACCOUNT, APP, { name: 'store' }, by('ann', 60));
      const expected = {
        [appKey(APP)]: { id: APP, name: 'store' },
        [SECRET_KEY]: { secret: 's3cret' },
        [tokenKey('hash-of-e')]: { id: 'e', name: 'e', permission: 'evaluate', ...browser },
        [tokenKey('hash-of-c')]: { id: 'c', name: 'c', permission: 'config', expires_at: at(1e6) },
        ...Object.fromEntries(
          ['read', 'write', 'admin'].map((permission) => [
            otherTokenKey(permission),
            { id: permission, permission, hash_start: 'hash' },
          ]),
        ),
      };
      expect(await space(accounts)).toEqual({ snapshot: expected, replayed: expected });
    },
  );

  check('living browser tokens are had without the others', async ({ stores }) => {
    await settle(stores);
    const { accounts } = stores;
    const browser = { app_ids: [APP], allowed_origins: ['HTTPS://A.example:443', 'https://*.b.example'] };
    await accounts.createToken(ACCOUNT, token('page', browser), by('ann', 1));
    await accounts.createToken(ACCOUNT, token('former', browser), by('ann', 1));
    await accounts.createToken(ACCOUNT, token('service'), by('ann', 1));
    await accounts.revokeToken(ACCOUNT, 'former', by('ann', 2));
    expect((await accounts.browserTokens(ACCOUNT)).map((page) => page.allowed_origins)).toEqual([
      ['https://a.example', 'https://*.b.example'],
    ]);
    expect(await accounts.browserTokens('nobody')).toEqual([]);
  });

  check('the first proposal of a secret stays, until it is replaced', async ({ stores, other }) => {
    await settle(stores);
    const secrets = await Promise.all(
      [stores, other, stores, other].map(({ accounts }, n) => accounts.secret(ACCOUNT, `proposal-${n}`)),
    );
    expect(new Set(secrets).size).toBe(1);
    expect(await stores.accounts.secret(ACCOUNT, 'later')).toBe(secrets[0]);
    expect(await stores.accounts.replaceSecret(ACCOUNT, String(secrets[0]))).toBe(false);
    expect(await other.accounts.replaceSecret(ACCOUNT, 'chosen')).toBe(true);
    expect(await stores.accounts.secret(ACCOUNT, 'later')).toBe('chosen');
    expect(await stores.accounts.replaceSecret(ACCOUNT, 'chosen')).toBe(false);
    const snapshot = await stores.accounts.outbox(ACCOUNT).snapshot();
    expect(new Map(snapshot?.entries).get('secret')).toBe('{"secret":"chosen"}');
    expect(await refusal(stores.accounts.replaceSecret('nobody', 'x'))).toBe('not_found');
    expect(await refusal(stores.accounts.secret('nobody', 'x'))).toBe('not_found');
  });
};
