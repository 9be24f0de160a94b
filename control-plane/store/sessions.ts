import type { Database } from './database.ts';
import type { Accounts } from './port.ts';

type Sessions = Pick<Accounts, 'createSession' | 'session' | 'deleteSession' | 'createLink' | 'consumeLink'>;

export const createSessions = (database: Database): Sessions => ({
  createSession: ({ hash, account, token_id, created_at, expires_at }) =>
    database.transact(async ({ db }) => {
      await db.deleteFrom('session').where('expires_at', '<=', created_at).execute();
      await db.insertInto('session').values({ hash, account, token_id, created_at, expires_at }).execute();
    }),

  async session(hash) {
    const row = await database.db
      .selectFrom('session')
      .selectAll()
      .where('hash', '=', hash)
      .executeTakeFirst();
    return row ?? null;
  },

  deleteSession: (hash) =>
    database.transact(async ({ db }) => {
      await db.deleteFrom('session').where('hash', '=', hash).execute();
    }),

  createLink: ({ hash, account, token_id, expires_at }) =>
    database.transact(async ({ db }) => {
      await db.insertInto('sign_in_link').values({ hash, account, token_id, expires_at }).execute();
    }),

  consumeLink: (hash, now) =>
    database.transact(async ({ db }) => {
      const link = await db
        .deleteFrom('sign_in_link')
        .where('hash', '=', hash)
        .returningAll()
        .executeTakeFirst();
      await db.deleteFrom('sign_in_link').where('expires_at', '<=', now).execute();
      return link !== undefined && link.expires_at > now ? link : null;
    }),
});
