import { ACCOUNT, at, by, refusal, type Suite, settle, tokenOf } from './fixture.ts';

export const namesContract = ({ check, expect }: Suite): void => {
  const create = (id: string, name: string) => tokenOf(id, { name });

  check(
    'two tokens that are in use have names that cannot be taken for each other',
    async ({ stores, other }) => {
      await settle(stores);
      const { accounts } = stores;
      await accounts.createToken(ACCOUNT, create('t1', 'Ada Lovelace'), by('ann', 1));
      for (const name of ['Ada Lovelace', 'ADA LOVELACE', 'Ada  Lovelace', 'Ａda Lovelace']) {
        expect([
          name,
          await refusal(other.accounts.createToken(ACCOUNT, create('t2', name), by('ann', 2))),
        ]).toEqual([name, 'conflict']);
      }
      const saying = await accounts
        .createToken(ACCOUNT, create('t2', 'ada lovelace'), by('ann', 2))
        .catch(String);
      expect(saying).toBe(
        'Problem: name is "ada lovelace", which looks like "Ada Lovelace", the name of the token t1; expected another name, or revoke that token first.',
      );
      await accounts.ensureAccount('elsewhere', at(0));
      expect(
        await refusal(accounts.createToken('elsewhere', create('t3', 'Ada Lovelace'), by('ann', 2))),
      ).toBe(null);
    },
  );

  check('the name of a token that was revoked or has expired is free', async ({ stores }) => {
    await settle(stores);
    const { accounts } = stores;
    await accounts.createToken(ACCOUNT, create('t1', 'ada'), by('ann', 1));
    await accounts.revokeToken(ACCOUNT, 't1', by('ann', 2));
    await accounts.createToken(ACCOUNT, tokenOf('t2', { name: 'ada', expires_at: at(9) }), by('ann', 3));
    expect(await refusal(accounts.createToken(ACCOUNT, create('t3', 'ada'), by('ann', 8)))).toBe('conflict');
    expect(await refusal(accounts.createToken(ACCOUNT, create('t3', 'ada'), by('ann', 9)))).toBe(null);
  });

  check('of two tokens that race for a name one wins', async ({ stores, other }) => {
    await settle(stores);
    const outcomes = await Promise.all(
      [stores, other, stores, other].map(({ accounts }, n) =>
        refusal(accounts.createToken(ACCOUNT, create(`t${n}`, n % 2 === 0 ? 'Ada' : 'ada'), by('ann', 1))),
      ),
    );
    expect(outcomes.filter((outcome) => outcome === null).length).toBe(1);
    expect(outcomes.filter((outcome) => outcome === 'conflict').length).toBe(3);
  });

  check("a name of Halyard's own, or with characters that nobody sees, is refused", async ({ stores }) => {
    await settle(stores);
    for (const name of ['halyard', 'Halyard Command', 'ada\u200b', '\u202eada', ' ada', '']) {
      const refused = await refusal(stores.accounts.createToken(ACCOUNT, create('t1', name), by('ann', 1)));
      expect([name, refused]).toEqual([name, 'invalid']);
    }
  });
};
