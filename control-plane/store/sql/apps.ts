import { type AppEntry, appKey, newEpoch } from '@halyard/caches';
import type { Kysely, Selectable } from 'kysely';
import { Problem } from '../../model/problem.ts';
import type { AccountNote, Accounts, App, AppChange, DeletedApp } from '../port.ts';
import { changeAccount } from './account-change.ts';
import type { AppDiff } from './account-event.ts';
import type { Database } from './database.ts';
import type { AppPlace } from './rows.ts';
import type { AppTable, Schema } from './schema.ts';

/** Rows a statement when an app is deleted: the rest of the process runs in between. */
const DELETE_ROWS = 2_000;

/** How long a deleted app's changelog is kept. */
const KEPT_MS = 400 * 86_400_000;

type Apps = Pick<
  Accounts,
  'apps' | 'app' | 'createApp' | 'changeApp' | 'deleteApp' | 'deletedApps' | 'deletedApp' | 'forgetApp'
>;

/** What the row of an app has that was not deleted. */
export const ALIVE = { deleted_at: null, deleted_name: null, kept_until: null } as const;

const columns = [
  'id',
  'name',
  'client_side_default',
  'tests',
  'created_at',
  'updated_at',
  'updated_by',
] as const;

const living = (db: Kysely<Schema>, account: string) =>
  db.selectFrom('app').where('account', '=', account).where('deleted_at', 'is', null);

export const createApps = (database: Database, appLimit: number): Apps => ({
  async apps(account) {
    const rows = await living(database.db, account).select(columns).orderBy('name').execute();
    return rows.map(appOfRow);
  },

  async app(account, app) {
    const row = await living(database.db, account).select(columns).where('id', '=', app).executeTakeFirst();
    return row === undefined ? null : appOfRow(row);
  },

  createApp: (account, app, write) =>
    changeAccount(database, account, write, async (db) => {
      await refuseTakenName(db, account, app.name, null);
      const { count } = await living(db, account)
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow();
      if (count >= appLimit) {
        throw new Problem('limit', {
          message: `The account has ${count} apps; an account holds at most ${appLimit}. Delete apps that are no longer used.`,
        });
      }
      const { id, name, client_side_default, tests = 'warn' } = app;
      const created: App = {
        id,
        name,
        client_side_default,
        tests,
        created_at: write.at,
        updated_at: write.at,
        updated_by: write.actor.name,
      };
      const inserted = await db
        .insertInto('app')
        .values({
          ...created,
          client_side_default: bit(client_side_default),
          account,
          version: 0,
          flag_count: 0,
          entry_count: 0,
          last_hash: null,
          last_at: null,
          ...ALIVE,
          epoch: newEpoch(Date.parse(write.at)),
        })
        .onConflict((conflict) => conflict.columns(['account', 'id']).doNothing())
        .returning('id')
        .executeTakeFirst();
      if (inserted === undefined) {
        throw new Problem('conflict', {
          message: `An app with the id ${id} exists, or its history is kept; choose another id.`,
        });
      }
      return {
        answer: created,
        log: { event: 'app_created', detail: { app: id, name, client_side_default, tests } },
        changes: [{ key: appKey(id), value: appEntryText(app) }],
      };
    }),

  changeApp: (account, app, change, write) =>
    changeAccount(database, account, write, async (db) => {
      const row = await living(db, account).select(columns).where('id', '=', app).executeTakeFirst();
      if (row === undefined) throw noApp(app);
      const before = appOfRow(row);
      const diff = appDiff(before, change);
      if (Object.keys(diff).length === 0) return { answer: before, log: null, changes: [] };
      const after = { ...before, ...change, updated_at: write.at, updated_by: write.actor.name };
      if (diff['name'] !== undefined) await refuseTakenName(db, account, after.name, app);
      const { id: _, client_side_default, ...texts } = after;
      await db
        .updateTable('app')
        .set({ ...texts, client_side_default: bit(client_side_default) })
        .where('account', '=', account)
        .where('id', '=', app)
        .execute();
      // The app's own object hears of any change by its entry.
      return {
        answer: after,
        log: changedNote(after, diff),
        changes: [{ key: appKey(app), value: appEntryText(after) }],
      };
    }),

  deleteApp: (account, app, write, history = 'kept') =>
    changeAccount(database, account, write, async (db, transaction) => {
      const row = await living(db, account)
        .select(['name', 'version', 'flag_count', 'entry_count', 'last_hash'])
        .where('id', '=', app)
        .$if(transaction.rowLocks, (query) => query.forUpdate())
        .executeTakeFirst();
      if (row === undefined) throw noApp(app);
      const kept_until = history === 'kept' ? new Date(Date.parse(write.at) + KEPT_MS).toISOString() : null;
      if (kept_until === null) await removeApp(db, account, app, row.entry_count);
      else await buryApp(db, { account, app }, { deleted_at: write.at, deleted_name: row.name, kept_until });
      transaction.announce({ account, app });
      return {
        answer: undefined,
        log: {
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
        changes: [{ key: appKey(app), value: null }],
      };
    }),

  async deletedApps(account) {
    const rows = await graves(database.db, account).orderBy('deleted_at', 'desc').orderBy('id').execute();
    return rows.flatMap(graveOfRow);
  },

  async deletedApp(account, app) {
    const row = await graves(database.db, account).where('id', '=', app).executeTakeFirst();
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

const graves = (db: Kysely<Schema>, account: string) =>
  db
    .selectFrom('app')
    .select(graveColumns)
    .where('account', '=', account)
    .where('deleted_at', 'is not', null);

const graveOfRow = ({
  id,
  deleted_at,
  deleted_name,
  kept_until,
}: Pick<Selectable<AppTable>, (typeof graveColumns)[number]>): readonly DeletedApp[] =>
  deleted_at === null || deleted_name === null || kept_until === null
    ? []
    : [{ id, name: deleted_name, deleted_at, kept_until }];

const appDiff = (before: App, change: AppChange): AppDiff => {
  const diff: Record<string, AppDiff[string]> = {};
  for (const field of ['name', 'client_side_default', 'tests'] as const) {
    const to = change[field];
    if (to !== undefined && to !== before[field]) diff[field] = { from: before[field], to };
  }
  return diff;
};

const changedNote = ({ id: app, name }: App, diff: AppDiff): AccountNote => {
  const { name: renamed, ...others } = diff;
  return renamed !== undefined && Object.keys(others).length === 0
    ? { event: 'app_renamed', detail: { app, ...renamed } }
    : { event: 'app_changed', detail: { app, name, diff } };
};

const refuseTakenName = async (
  db: Kysely<Schema>,
  account: string,
  name: string,
  except: string | null,
): Promise<void> => {
  const taken = await db
    .selectFrom('app')
    .select('id')
    .where('account', '=', account)
    .where('name', '=', name)
    .$if(except !== null, (query) => query.where('id', '<>', except ?? ''))
    .executeTakeFirst();
  if (taken !== undefined) {
    throw new Problem('conflict', {
      pointer: '/name',
      message: `An app named ${name} exists in the account; choose another name.`,
    });
  }
};

const noApp = (app: string): Problem => new Problem('not_found', { message: `There is no app ${app}.` });

export const appEntryText = ({ id, name }: AppEntry): string => JSON.stringify({ id, name });

const bit = (is: boolean): 0 | 1 => (is ? 1 : 0);

const appOfRow = (row: Pick<Selectable<AppTable>, (typeof columns)[number]>): App => ({
  ...row,
  client_side_default: row.client_side_default === 1,
});
