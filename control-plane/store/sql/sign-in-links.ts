import { Problem } from '../../model/problem.ts';
import type { Accounts } from '../port.ts';
import { changeAccount } from './account-change.ts';
import { shortHash } from './audit.ts';
import type { Database } from './database.ts';

export const createSignInLinks = (database: Database): Pick<Accounts, 'createLink' | 'consumeLink'> => ({
  async createLink({ hash, account, token_id, expires_at }, write) {
    const name = await nameOfToken(database, account, token_id);
    await changeAccount(database, account, write, async (transaction) => {
      await transaction
        .insertInto('sign_in_link')
        .values({ hash, account, token_id, expires_at, created_by: write.actor.name })
        .execute();
      return {
        answer: undefined,
        log: {
          event: 'link_created',
          detail: { token: token_id, name, link: shortHash(hash), expires_at },
        },
        changes: [],
      };
    });
  },

  consumeLink: (hash, now) =>
    database.transact(async (transaction) => {
      const link = await transaction.db
        .deleteFrom('sign_in_link')
        .where('hash', '=', hash)
        .returningAll()
        .executeTakeFirst();
      await transaction.db.deleteFrom('sign_in_link').where('expires_at', '<=', now).execute();
      return link !== undefined && link.expires_at > now ? link : null;
    }),
});

/** A token's name never changes. */
export const nameOfToken = async ({ db }: Database, account: string, token: string): Promise<string> => {
  const row = await db
    .selectFrom('token')
    .select('name')
    .where('account', '=', account)
    .where('id', '=', token)
    .executeTakeFirst();
  if (row === undefined) throw new Problem('not_found', { message: `There is no token ${token}.` });
  return row.name;
};
