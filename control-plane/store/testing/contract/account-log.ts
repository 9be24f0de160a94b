import type { AccountLogEntry, AccountLogQuery } from '../../../model/account-log.ts';
import type { Accounts } from '../../port.ts';
import { hashedLogText, webSha256 } from '../../sql/audit.ts';
import { ACCOUNT, APP, at, by, from, refusal, type Suite, settle, tokenOf } from './fixture.ts';

const logOf = async (accounts: Accounts, query: Partial<AccountLogQuery> = {}) =>
  (await accounts.accountLog(ACCOUNT, { limit: 200, ...query })).items;

/** Every hash as it follows from the entries, oldest first. */
const hashesOf = async (entries: readonly AccountLogEntry[]): Promise<readonly string[]> => {
  const hashes: string[] = [];
  for (const { hash: _, ...entry } of entries.toReversed()) {
    hashes.push(await webSha256(hashedLogText(entry, hashes.at(-1) ?? null)));
  }
  return hashes;
};

export const accountLogContract = ({ check, expect }: Suite): void => {
  check('tells who did what, from where and why, newest first', async ({ stores }) => {
    await settle(stores);
    const { accounts } = stores;
    await accounts.changeApp(ACCOUNT, APP, { name: 'store' }, by('ben', 1));
    const token = tokenOf('t1', { app_ids: [APP], expires_at: at(1e6) });
    await accounts.createToken(ACCOUNT, token, { ...by('ann', 2, 'for the shop'), address: '203.0.113.7' });
    await accounts.revokeToken(ACCOUNT, 't1', by('ben', 3));
    const log = await logOf(accounts, { limit: 3 });
    expect(log.map(({ hash: _, ...entry }) => entry)).toEqual([
      {
        id: '4',
        event: 'token_revoked',
        at: at(3),
        actor: { name: 'ben', token_id: 'token-ben' },
        address: null,
        comment: null,
        detail: { token: 't1', name: 't1', permission: 'evaluate' },
      },
      {
        id: '3',
        event: 'token_created',
        at: at(2),
        actor: { name: 'ann', token_id: 'token-ann' },
        address: '203.0.113.7',
        comment: 'for the shop',
        detail: {
          token: 't1',
          name: 't1',
          permission: 'evaluate',
          app_ids: [APP],
          allowed_origins: null,
          expires_at: at(1e6),
          fingerprint: await webSha256(token.hash),
        },
      },
      {
        id: '2',
        event: 'app_renamed',
        at: at(1),
        actor: { name: 'ben', token_id: 'token-ben' },
        address: null,
        comment: null,
        detail: { app: APP, from: 'shop', to: 'store' },
      },
    ]);
  });

  check('a sign-in link names who made it for whom, and who signed in by it', async ({ stores }) => {
    await settle(stores);
    const { accounts } = stores;
    await accounts.createToken(ACCOUNT, tokenOf('t1', { name: 'ada', permission: 'admin' }), by('ann', 1));
    const held = { account: ACCOUNT, token_id: 't1', expires_at: at(600) };
    const hash = '0123456789abcdef0123456789abcdef';
    await accounts.createLink({ hash, ...held }, { ...by('mallory', 2), address: '198.51.100.9' });
    const link = await accounts.consumeLink(hash, at(3));
    await accounts.createSession({ hash: 's1', created_at: at(3), ...held }, from(3), link);
    await accounts.createSession({ hash: 's2', created_at: at(4), ...held }, from(4), null);
    await accounts.deleteSession('s1', from(5));
    await accounts.deleteSession('s1', from(6));
    await accounts.deleteSession('none', from(6));
    const shown = (await logOf(accounts, { limit: 4 })).map(({ event, actor, address, detail }) => [
      event,
      actor.name,
      address,
      detail,
    ]);
    const ada = { token: 't1', name: 'ada' };
    expect(shown).toEqual([
      ['signed_out', 'ada', '203.0.113.7', { ...ada, session: 's1' }],
      ['signed_in', 'ada', '203.0.113.7', { ...ada, by: 'token', session: 's2', expires_at: at(600) }],
      [
        'signed_in',
        'ada',
        '203.0.113.7',
        {
          ...ada,
          by: 'link',
          link: '0123456789abcdef',
          made_by: 'mallory',
          session: 's1',
          expires_at: at(600),
        },
      ],
      ['link_created', 'mallory', '198.51.100.9', { ...ada, link: '0123456789abcdef', expires_at: at(600) }],
    ]);
    expect(await refusal(accounts.createLink({ hash: 'l2', ...held, token_id: 'none' }, by('ann', 7)))).toBe(
      'not_found',
    );
  });

  check('its entries are a chain of hashes, also when several processes write', async ({ stores, other }) => {
    await settle(stores);
    await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        (n % 2 === 0 ? stores : other).accounts.note(
          ACCOUNT,
          { event: 'database_restored', detail: { n } },
          by('ann', n),
        ),
      ),
    );
    const log = await logOf(stores.accounts);
    expect(log.map(({ id }) => id)).toEqual(Array.from({ length: 13 }, (_, n) => String(13 - n)));
    expect(log.map(({ hash }) => hash).toReversed()).toEqual(await hashesOf(log));
    expect(await other.accounts.accountLogHead(ACCOUNT)).toEqual({ entries: 13, last_hash: log[0]?.hash });
    expect(await other.accounts.accountLogHead('nobody')).toBe(null);
  });

  check('what is refused leaves no entry', async ({ stores }) => {
    await settle(stores);
    const { accounts } = stores;
    const head = await accounts.accountLogHead(ACCOUNT);
    await refusal(accounts.changeApp(ACCOUNT, 'none', { name: 'x' }, by('ann', 1)));
    await refusal(accounts.createToken(ACCOUNT, tokenOf('t1', { name: 'halyard' }), by('ann', 1)));
    await refusal(accounts.revokeToken(ACCOUNT, 'none', by('ann', 1)));
    expect(await accounts.accountLogHead(ACCOUNT)).toEqual(head);
    expect(await refusal(accounts.note('nobody', { event: 'cache_adopted', detail: {} }, by('ann', 1)))).toBe(
      'not_found',
    );
  });

  check('is read in pages, by event, by person and by time', async ({ stores }) => {
    await settle(stores);
    const { accounts } = stores;
    for (const [n, name] of ['ann', 'ben', 'ann', 'ben'].entries()) {
      await accounts.createToken(ACCOUNT, tokenOf(`t${n}`), by(name, n + 1));
    }
    await accounts.revokeToken(ACCOUNT, 't0', by('ben', 9));
    const first = await accounts.accountLog(ACCOUNT, { limit: 4 });
    const second = await accounts.accountLog(ACCOUNT, { limit: 4, after: first.next ?? '' });
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(['6', '5', '4', '3', '2', '1']);
    expect(second.next).toBe(null);
    const ids = async (query: Partial<AccountLogQuery>) => (await logOf(accounts, query)).map(({ id }) => id);
    expect(await ids({ events: ['token_revoked', 'app_created'] })).toEqual(['6', '1']);
    expect(await ids({ actor: 'ben' })).toEqual(['6', '5', '3']);
    expect(await ids({ since: at(2), until: at(4) })).toEqual(['5', '4', '3']);
    expect(await ids({ events: ['token_created'], actor: 'ann', since: at(2) })).toEqual(['4']);
    expect(await refusal(accounts.accountLog(ACCOUNT, { limit: 4, after: 'x' }))).toBe('invalid');
  });
};
