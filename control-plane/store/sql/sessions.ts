import type { WriteInfo } from '../../model/commit.ts';
import { Problem } from '../../model/problem.ts';
import type { Origin, Session } from '../../model/session.ts';
import type { Accounts } from '../port.ts';
import { changeAccount } from './account-change.ts';
import { shortHash } from './audit.ts';
import type { Database } from './database.ts';

type Sessions = Pick<
  Accounts,
  'createSession' | 'session' | 'deleteSession' | 'signIns' | 'createLink' | 'consumeLink'
>;

export const createSessions = (database: Database): Sessions => {
  const { db } = database;

  const session = async (hash: string): Promise<Session | null> => {
    const row = await db.selectFrom('session').selectAll().where('hash', '=', hash).executeTakeFirst();
    return row ?? null;
  };

  /** A token's name never changes. */
  const nameOf = async (account: string, token: string): Promise<string> => {
    const row = await db
      .selectFrom('token')
      .select('name')
      .where('account', '=', account)
      .where('id', '=', token)
      .executeTakeFirst();
    if (row === undefined) throw new Problem('not_found', { message: `There is no token ${token}.` });
    return row.name;
  };

  /** Who signs in or out is the token's holder. */
  const writeOf = ({ token_id }: Session, name: string, { at, address }: Origin): WriteInfo => ({
    actor: { name, token_id },
    at,
    address,
    comment: null,
  });

  return {
    session,

    async createSession(given, from, link) {
      const { hash, account, token_id, created_at, expires_at } = given;
      const name = await nameOf(account, token_id);
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
      const name = await nameOf(account, token_id);
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

    async createLink({ hash, account, token_id, expires_at }, write) {
      const name = await nameOf(account, token_id);
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
  };
};
