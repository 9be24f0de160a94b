import { appKey } from '@halyard/caches';
import type { Kysely, Selectable } from 'kysely';
import type { DeletedApp } from '../../model/app.ts';
import type { Accounts } from '../port.ts';
import { changeAccount } from './account-change.ts';
import { noApp } from './apps.ts';
import type { Database } from './database.ts';
import { takeOut } from './environments.ts';
import type { AppPlace } from './rows.ts';
import type { AppTable, Schema } from './schema.ts';

/** Rows a statement when an app is deleted: the rest of the process runs in between. */
const DELETE_ROWS = 2_000;

/** How long a deleted app's changelog is kept. */
const KEPT_MS = 400 * 86_400_000;

type DeletedApps = Pick<Accounts, 'deleteApp' | 'deletedApps' | 'deletedApp' | 'forgetApp'>;

export const createDeletedApps = (database: Database): DeletedApps => ({
  deleteApp: (account, app, write, history = 'kept', only) =>
    changeAccount(database, account, write, async (db, transaction) => {
      const row = await db
        .selectFrom('app')
        .select(['name', 'version', 'flag_count', 'entry_count', 'last_hash'])
        .where('account', '=', account)
        .where('id', '=', app)
        .where('deleted_at', 'is', null)
        .$if(transaction.rowLocks, (query) => query.forUpdate())
        .executeTakeFirst();
      if (row === undefined) throw noApp(app);
      const environment = await takeOut(db, account, app, only === 'expired' ? write.at : null);
      const kept_until = history === 'kept' ? new Date(Date.parse(write.at) + KEPT_MS).toISOString() : null;
      if (kept_until === null) await removeApp(db, account, app, row.entry_count);
      else await buryApp(db, { account, app }, { deleted_at: write.at, deleted_name: row.name, kept_until });
      transaction.announce({ account, app });
      return {
        answer: undefined,
        log: [
          ...environment,
          {
            event: 'app_deleted',
            detail: {
              app,
              name: row.name,
              version: row.version,
              flags: row.flag_count,
              entries: row.entry_count,
              last_hash: row.last_hash,
              kept_until,
            },
          },
        ],
        changes: [{ key: appKey(app), value: null }],
      };
    }),

  async deletedApps(account) {
    const rows = await database.db
      .selectFrom('app')
      .select(graveColumns)
      .where('account', '=', account)
      .where('deleted_at', 'is not', null)
      .orderBy('deleted_at', 'desc')
      .orderBy('id')
      .execute();
    return rows.flatMap(graveOfRow);
  },

  async deletedApp(account, app) {
    const row = await database.db
      .selectFrom('app')
      .select(graveColumns)
      .where('account', '=', account)
      .where('id', '=', app)
      .executeTakeFirst();
    return (row === undefined ? undefined : graveOfRow(row)[0]) ?? null;
  },

  forgetApp: (account, app, write) =>
    changeAccount(database, account, write, async (db, { rowLocks }) => {
      const row = await db
        .selectFrom('app')
        .select(['deleted_name', 'entry_count', 'last_hash'])
        .where('account', '=', account)
        .where('id', '=', app)
        .where('deleted_at', 'is not', null)
        .$if(rowLocks, (query) => query.forUpdate())
        .executeTakeFirst();
      if (row === undefined) return { answer: undefined, log: null, changes: [] };
      await removeApp(db, account, app, row.entry_count);
      const { deleted_name: name, entry_count: entries, last_hash } = row;
      return {
        answer: undefined,
        log: { event: 'app_forgotten', detail: { app, name, entries, last_hash } },
        changes: [],
      };
    }),
});

/** What dies with an app at once; its changelog may stay. */
const DYING = [
  'reference',
  'segment',
  'saved_context',
  'imported',
  'tally',
  'variation_use',
  'reporter',
  'flag_tag',
  'flag_text',
  'flag',
  'deleted_flag',
  'outbox',
  'idempotency',
] as const;

interface Grave {
  readonly deleted_at: string;
  readonly deleted_name: string;
  readonly kept_until: string;
}

/** Leaves an app's row and changelog, and nothing that is found by those who look for living apps. */
export const buryApp = async (
  db: Kysely<Schema>,
  { account, app }: AppPlace,
  grave: Grave,
): Promise<void> => {
  for (const table of DYING) {
    await db.deleteFrom(table).where('account', '=', account).where('app', '=', app).execute();
  }
  await db
    .updateTable('app')
    // No app can be called this, so the name is free.
    .set({ ...grave, name: `deleted ${app}` })
    .where('account', '=', account)
    .where('id', '=', app)
    .execute();
};

const removeApp = async (
  db: Kysely<Schema>,
  account: string,
  app: string,
  entryCount: number,
): Promise<void> => {
  for (const table of DYING) {
    await db.deleteFrom(table).where('account', '=', account).where('app', '=', app).execute();
  }
  for (let upTo = DELETE_ROWS; upTo < entryCount; upTo += DELETE_ROWS) {
    await db
      .deleteFrom('changelog')
      .where('account', '=', account)
      .where('app', '=', app)
      .where('seq', '<=', upTo)
      .execute();
  }
  // What is behind the last entry by somebody's meddling, too: the app's row could not go otherwise.
  await db.deleteFrom('changelog').where('account', '=', account).where('app', '=', app).execute();
  await db.deleteFrom('app').where('account', '=', account).where('id', '=', app).execute();
};

const graveColumns = ['id', 'deleted_at', 'deleted_name', 'kept_until'] as const;

const graveOfRow = ({
  id,
  deleted_at,
  deleted_name,
  kept_until,
}: Pick<Selectable<AppTable>, (typeof graveColumns)[number]>): readonly DeletedApp[] =>
  deleted_at === null || deleted_name === null || kept_until === null
    ? []
    : [{ id, name: deleted_name, deleted_at, kept_until }];
