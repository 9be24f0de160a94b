import type { WriteInfo } from '../../model/commit.ts';
import type { Origin, Session } from '../../model/session.ts';
import type { Accounts } from '../port.ts';
import { changeAccount } from './account-change.ts';
import { shortHash } from './audit.ts';
import type { Database } from './database.ts';
import { nameOfToken } from './sign-in-links.ts';

type Sessions = Pick<Accounts, 'createSession' | 'session' | 'deleteSession' | 'signIns'>;

export const createSessions = (database: Database): Sessions => {
  const { db } = database;

  const session = async (hash: string): Promise<Session | null> => {
    const row = await db.selectFrom('session').selectAll().where('hash', '=', hash).executeTakeFirst();
    return row ?? null;
  };

  return {
    session,

    async createSession(given, from, link) {
      const { hash, account, token_id, created_at, expires_at } = given;
      const name = await nameOfToken(database, account, token_id);
      const by =
        link === null
          ? { by: 'token' }
          : { by: 'link', link: shortHash(link.hash), made_by: link.created_by };
      await changeAccount(database, account, writeOf(given, name, from), async (transaction) => {
        await transaction.deleteFrom('session').where('expires_at', '<=', created_at).execute();
        await transaction
          .insertInto('session')
          .values({ hash, account, token_id, created_at, expires_at })
          .execute();
        return {
          answer: undefined,
          log: {
            event: 'signed_in',
            detail: { token: token_id, name, ...by, session: shortHash(hash), expires_at },
          },
          changes: [],
        };
      });
    },

    async deleteSession(hash, from) {
      const found = await session(hash);
      if (found === null) return;
      const { account, token_id } = found;
      const name = await nameOfToken(database, account, token_id);
      await changeAccount(database, account, writeOf(found, name, from), async (transaction) => {
        const gone = await transaction
          .deleteFrom('session')
          .where('hash', '=', hash)
          .returning('hash')
          .executeTakeFirst();
        return {
          answer: undefined,
          log:
            gone === undefined
              ? null
              : { event: 'signed_out', detail: { token: token_id, name, session: shortHash(hash) } },
          changes: [],
        };
      });
    },

    async signIns(account) {
      return {
        sessions: await db.selectFrom('session').selectAll().where('account', '=', account).execute(),
        links: await db.selectFrom('sign_in_link').selectAll().where('account', '=', account).execute(),
      };
    },
  };
};

/** Who signs in or out is the token's holder. */
const writeOf = ({ token_id }: Session, name: string, { at, address }: Origin): WriteInfo => ({
  actor: { name, token_id },
  at,
  address,
  comment: null,
});
