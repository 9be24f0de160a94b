import { allowedOrigin } from '@halyard/caches/access';
import type { Kysely, Selectable } from 'kysely';
import { checkName, foldName } from '../../model/names.ts';
import { coversApps } from '../../model/permission.ts';
import { Problem } from '../../model/problem.ts';
import type { NewToken, Token } from '../../model/token.ts';
import type { Accounts } from '../port.ts';
import { changeAccount } from './account-change.ts';
import type { Database } from './database.ts';
import type { Schema, TokenTable } from './schema.ts';
import { listsOf, tokenEntry, tokenEntryKey } from './token-entries.ts';

/** A token in steady use is written this often. */
const USED_EVERY_MS = 60_000;

type Tokens = Pick<
  Accounts,
  'tokens' | 'tokenByHash' | 'token' | 'createToken' | 'revokeToken' | 'tokenUsed'
>;

export const createTokens = (database: Database): Tokens => {
  const lastWrites = new Map<string, number>();
  return {
    async tokens(account) {
      const rows = await database.db
        .selectFrom('token')
        .selectAll()
        .where('account', '=', account)
        .orderBy('created_at')
        .orderBy('id')
        .execute();
      return rows.map(tokenOfRow);
    },

    async tokenByHash(hash) {
      const row = await database.db
        .selectFrom('token')
        .selectAll()
        .where('hash', '=', hash)
        .executeTakeFirst();
      return row === undefined ? null : tokenOfRow(row);
    },

    async token(account, id) {
      const row = await database.db
        .selectFrom('token')
        .selectAll()
        .where('account', '=', account)
        .where('id', '=', id)
        .executeTakeFirst();
      return row === undefined ? null : tokenOfRow(row);
    },

    createToken: (account, given, write, reach = null) =>
      changeAccount(database, account, write, async (db) => {
        checkName(given.name);
        await refuseLookalike(db, account, given.name, write.at, reach);
        const token: Token = {
          ...copyOf(given),
          account,
          created_at: write.at,
          created_by: write.actor.name,
          last_used_at: null,
          revoked_at: null,
        };
        const { app_ids, allowed_origins } = token;
        const told = token.expires_at === null || token.expires_at > write.at;
        const inserted = await db
          .insertInto('token')
          .values({
            ...token,
            app_ids: app_ids === null ? null : JSON.stringify(app_ids),
            allowed_origins: allowed_origins === null ? null : JSON.stringify(allowed_origins),
            replicated: told ? 1 : 0,
          })
          .onConflict((conflict) => conflict.doNothing())
          .returning('id')
          .executeTakeFirst();
        if (inserted === undefined) {
          throw new Problem('conflict', { message: 'A token with this id or secret exists already.' });
        }
        return {
          answer: token,
          log: {
            event: 'token_created',
            detail: {
              token: token.id,
              name: token.name,
              permission: token.permission,
              app_ids,
              allowed_origins,
              expires_at: token.expires_at,
              fingerprint: await database.sha256(token.hash),
            },
          },
          changes: told ? [tokenEntry(token)] : [],
        };
      }),

    revokeToken: (account, id, write) =>
      changeAccount(database, account, write, async (db) => {
        const row = await db
          .selectFrom('token')
          .select(['id', 'hash', 'name', 'permission', 'replicated'])
          .where('account', '=', account)
          .where('id', '=', id)
          .where('revoked_at', 'is', null)
          .executeTakeFirst();
        if (row === undefined) {
          throw new Problem('not_found', { message: `There is no token ${id} that could be revoked.` });
        }
        await db.deleteFrom('session').where('token_id', '=', id).execute();
        await db.deleteFrom('sign_in_link').where('token_id', '=', id).execute();
        await db
          .updateTable('token')
          .set({ revoked_at: write.at, replicated: 0 })
          .where('id', '=', id)
          .execute();
        return {
          answer: undefined,
          log: {
            event: 'token_revoked',
            detail: { token: id, name: row.name, permission: row.permission },
          },
          changes: row.replicated === 1 ? [{ key: tokenEntryKey(row), value: null }] : [],
        };
      }),

    async tokenUsed(id, at) {
      const time = Date.parse(at);
      const last = lastWrites.get(id);
      if (last !== undefined && time - last < USED_EVERY_MS) return;
      lastWrites.set(id, time);
      try {
        await database.transact(async ({ db }) => {
          await db.updateTable('token').set({ last_used_at: at }).where('id', '=', id).execute();
        });
      } catch (error) {
        // It will be written the next time; a token must not fail because its use could not be noted.
        lastWrites.delete(id);
        if (!(error instanceof Problem)) throw error;
      }
    },
  };
};

/** Names are compared in the account's own transaction, so two that race cannot both win. */
const refuseLookalike = async (
  db: Kysely<Schema>,
  account: string,
  name: string,
  at: string,
  reach: readonly string[] | null,
): Promise<void> => {
  const rows = await db
    .selectFrom('token')
    .select(['id', 'name', 'app_ids'])
    .where('account', '=', account)
    .where('revoked_at', 'is', null)
    .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', at)]))
    .execute();
  const fold = foldName(name);
  const other = rows.find((row) => foldName(row.name) === fold);
  if (other === undefined) return;
  const app_ids = other.app_ids === null ? null : (JSON.parse(other.app_ids) as readonly string[]);
  if (!coversApps(reach, app_ids)) {
    throw new Problem('conflict', {
      pointer: '/name',
      message: `name is ${JSON.stringify(name)}, which is or looks like the name of a token that is not within your reach; expected another name.`,
    });
  }
  const found =
    other.name === name
      ? `name is ${JSON.stringify(name)}, which the token ${other.id} has`
      : `name is ${JSON.stringify(name)}, which looks like ${JSON.stringify(other.name)}, the name of the token ${other.id}`;
  throw new Problem('conflict', {
    pointer: '/name',
    message: `${found}; expected another name, or revoke that token first.`,
  });
};

const copyOf = (token: NewToken): NewToken => ({
  id: token.id,
  hash: token.hash,
  name: token.name,
  permission: token.permission,
  app_ids: token.app_ids,
  // One form, so that what was written is what is compared.
  allowed_origins: token.allowed_origins?.map((origin) => allowedOrigin(origin) ?? origin) ?? null,
  // One form, so that dates compare as text.
  expires_at: token.expires_at === null ? null : new Date(token.expires_at).toISOString(),
});

const tokenOfRow = (row: Selectable<TokenTable>): Token => {
  const { replicated: _, ...token } = listsOf(row);
  return token;
};
