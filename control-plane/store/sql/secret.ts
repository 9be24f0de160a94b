import { SECRET_KEY } from '@halyard/caches';
import type { Accounts } from '../port.ts';
import { changeAccount } from './account-change.ts';
import type { Database } from './database.ts';

/** The secret that signs stream tickets. */
export const createSecret = (
  database: Database,
  nowText: () => string,
): Pick<Accounts, 'secret' | 'replaceSecret'> => {
  const stored = async (db: Database['db'], account: string): Promise<string | null> => {
    const query = db.selectFrom('account').select('secret').where('id', '=', account);
    return (await query.executeTakeFirst())?.secret ?? null;
  };

  /** What is stored afterwards, and whether it is new. */
  const store = (account: string, secret: string, keeps: (found: string) => boolean) =>
    changeAccount(
      database,
      account,
      { actor: { name: 'halyard', token_id: '' }, at: nowText(), comment: null },
      async (db) => {
        const found = await stored(db, account);
        if (found !== null && keeps(found)) {
          return { answer: { secret: found, isNew: false }, log: null, changes: [] };
        }
        await db.updateTable('account').set({ secret }).where('id', '=', account).execute();
        return {
          answer: { secret, isNew: true },
          log: null,
          changes: [{ key: SECRET_KEY, value: JSON.stringify({ secret }) }],
        };
      },
    );

  return {
    async secret(account, proposal) {
      return (await stored(database.db, account)) ?? (await store(account, proposal, () => true)).secret;
    },

    async replaceSecret(account, secret) {
      // Nearly every start finds the secret of the one before, and then writes nothing.
      if ((await stored(database.db, account)) === secret) return false;
      return (await store(account, secret, (found) => found === secret)).isNew;
    },
  };
};
