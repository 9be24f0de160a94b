import { appKey, newEpoch, SECRET_KEY } from '@halyard/caches';
import type { Accounts } from '../port.ts';
import { changeAccount } from './account-change.ts';
import { createAccountLog } from './account-log.ts';
import { appEntryText, createApps } from './apps.ts';
import { createBrowserTokens } from './browser-tokens.ts';
import type { Database } from './database.ts';
import { createDeletedApps } from './deleted-apps.ts';
import { createIdempotency } from './idempotency.ts';
import { identity } from './identity.ts';
import { createOutbox } from './outbox.ts';
import { createProjectEnvironments } from './project-environments.ts';
import { createProjects } from './projects.ts';
import { createSecret } from './secret.ts';
import { createSessions } from './sessions.ts';
import { createSignInLinks } from './sign-in-links.ts';
import { tokenEntries } from './token-entries.ts';
import { createTokens } from './tokens.ts';

export interface AccountsOptions {
  readonly now: () => number;
  readonly appLimit: number;
}

export const createAccounts = (database: Database, { now, appLimit }: AccountsOptions): Accounts => {
  const nowText = (): string => new Date(now()).toISOString();
  return {
    async ensureAccount(account, at) {
      const there = await database.db
        .selectFrom('account')
        .select('id')
        .where('id', '=', account)
        .executeTakeFirst();
      if (there !== undefined) return;
      await database.transact(async ({ db }) => {
        await db
          .insertInto('account')
          .values({
            id: account,
            created_at: at,
            version: 0,
            log_count: 0,
            log_hash: null,
            secret: null,
            epoch: newEpoch(Date.parse(at)),
            space_hash: null,
          })
          .onConflict((conflict) => conflict.column('id').doNothing())
          .execute();
      });
    },

    accounts: () => database.db.selectFrom('account').select(['id', 'created_at']).orderBy('id').execute(),

    ...createApps(database, appLimit),
    ...createDeletedApps(database),
    ...createProjects(database, appLimit),
    ...createProjectEnvironments(database, appLimit),
    ...createTokens(database),
    ...createBrowserTokens(database),
    ...createSessions(database),
    ...createSignInLinks(database),

    ...createAccountLog(database),

    note: (account, log, write) =>
      changeAccount(database, account, write, async () => ({ answer: undefined, log, changes: [] })),

    ...createSecret(database, nowText),

    idempotency: (account) => createIdempotency(database, account),

    outbox: (account) =>
      createOutbox(
        { database, now },
        { account, app: null },
        {
          standing: (db) =>
            db
              .selectFrom('account')
              .select(['version', 'epoch', 'space_hash as last_hash', identity])
              .where('id', '=', account)
              .executeTakeFirst(),
          async putEpoch(db, epoch, from) {
            await db
              .updateTable('account')
              .set({ epoch })
              .where('id', '=', account)
              .where('epoch', '=', from)
              .execute();
          },
          async entries(db) {
            const entries = new Map(await tokenEntries(db, account, nowText()));
            const apps = await db
              .selectFrom('app')
              .leftJoin('environment', (join) =>
                join.onRef('environment.account', '=', 'app.account').onRef('environment.app', '=', 'app.id'),
              )
              .select(['app.id', 'app.name', 'environment.key as environment'])
              .where('app.account', '=', account)
              .where('app.deleted_at', 'is', null)
              .execute();
            for (const app of apps) entries.set(appKey(app.id), appEntryText(app));
            const row = await db
              .selectFrom('account')
              .select('secret')
              .where('id', '=', account)
              .executeTakeFirst();
            const secret = row?.secret ?? null;
            if (secret !== null) entries.set(SECRET_KEY, JSON.stringify({ secret }));
            return entries;
          },
        },
      ),
  };
};
