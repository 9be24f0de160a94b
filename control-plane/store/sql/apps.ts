import { type AppEntry, appKey, type Change, newEpoch } from '@halyard/caches';
import type { Kysely } from 'kysely';
import type { AccountNote, AppDiff } from '../../model/account-log.ts';
import type { App, AppChange, NewApp } from '../../model/app.ts';
import type { WriteInfo } from '../../model/commit.ts';
import { Problem } from '../../model/problem.ts';
import type { Accounts } from '../port.ts';
import { changeAccount } from './account-change.ts';
import type { Database } from './database.ts';
import { environmentOfRow } from './environments.ts';
import type { Schema } from './schema.ts';

type Apps = Pick<Accounts, 'apps' | 'app' | 'createApp' | 'changeApp'>;

/** What the row of an app has that was not deleted. */
export const ALIVE = { deleted_at: null, deleted_name: null, kept_until: null } as const;

export const createApps = (database: Database, appLimit: number): Apps => ({
  async apps(account) {
    const rows = await livingApps(database.db, account).orderBy('app.name').execute();
    return rows.map(appOfRow);
  },

  app: (account, app) => livingApp(database.db, account, app),

  createApp: (account, app, write) =>
    changeAccount(database, account, write, async (db) => {
      const { log, entry } = await insertApp(db, account, app, write, appLimit);
      return { answer: await existingApp(db, account, app.id), log, changes: [entry(null)] };
    }),

  changeApp: (account, app, change, write) =>
    changeAccount(database, account, write, async (db) => {
      const before = await existingApp(db, account, app);
      const diff = appDiff(before, change);
      if (Object.keys(diff).length === 0) return { answer: before, log: null, changes: [] };
      const after = { ...before, ...change, updated_at: write.at, updated_by: write.actor.name };
      if (diff['name'] !== undefined) await refuseTakenName(db, account, after.name, app);
      const { name, tests, client_side_default, updated_at, updated_by } = after;
      await db
        .updateTable('app')
        .set({ name, tests, client_side_default: bit(client_side_default), updated_at, updated_by })
        .where('account', '=', account)
        .where('id', '=', app)
        .execute();
      // The app's own object hears of any change by its entry.
      return { answer: after, log: changedNote(after, diff), changes: [appEntry(after)] };
    }),
});

const livingApps = (db: Kysely<Schema>, account: string) =>
  db
    .selectFrom('app')
    .leftJoin('environment', (join) =>
      join.onRef('environment.account', '=', 'app.account').onRef('environment.app', '=', 'app.id'),
    )
    .leftJoin('project', (join) =>
      join
        .onRef('project.account', '=', 'environment.account')
        .onRef('project.id', '=', 'environment.project'),
    )
    .select([
      'app.id',
      'app.name',
      'app.client_side_default',
      'app.tests',
      'app.created_at',
      'app.updated_at',
      'app.updated_by',
      'project.id as project',
      'project.name as project_name',
      'environment.key',
      'environment.app',
      'environment.rank',
      'environment.production',
      'environment.ephemeral',
      'environment.expires_at',
      'environment.comment_required',
    ])
    .where('app.account', '=', account)
    .where('app.deleted_at', 'is', null);

type LivingApp = Awaited<ReturnType<ReturnType<typeof livingApps>['executeTakeFirstOrThrow']>>;

const appOfRow = ({ project, project_name, key, app, rank, ...row }: LivingApp): App => {
  const { production, ephemeral, expires_at, comment_required, client_side_default, ...dates } = row;
  const inProject =
    project !== null &&
    project_name !== null &&
    key !== null &&
    app !== null &&
    rank !== null &&
    production !== null &&
    ephemeral !== null &&
    comment_required !== null;
  return {
    ...dates,
    client_side_default: client_side_default === 1,
    project: inProject ? { id: project, name: project_name } : null,
    environment: inProject
      ? environmentOfRow({ key, app, rank, production, ephemeral, expires_at, comment_required })
      : null,
  };
};

const livingApp = async (db: Kysely<Schema>, account: string, app: string): Promise<App | null> => {
  const row = await livingApps(db, account).where('app.id', '=', app).executeTakeFirst();
  return row === undefined ? null : appOfRow(row);
};

/** Problem: `not_found`. */
export const existingApp = async (db: Kysely<Schema>, account: string, app: string): Promise<App> => {
  const found = await livingApp(db, account, app);
  if (found === null) throw noApp(app);
  return found;
};

export interface InsertedApp {
  readonly log: AccountNote;
  /** What the account's space gets, as an environment with this key. */
  readonly entry: (environment: string | null) => Change;
}

/** Problems: `conflict`, `limit`. */
export const insertApp = async (
  db: Kysely<Schema>,
  account: string,
  app: NewApp,
  write: WriteInfo,
  limit: number,
): Promise<InsertedApp> => {
  const { id, name, client_side_default, tests = 'warn' } = app;
  await refuseTakenName(db, account, name, null);
  const { count } = await db
    .selectFrom('app')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('account', '=', account)
    .where('deleted_at', 'is', null)
    .executeTakeFirstOrThrow();
  if (count >= limit) {
    throw new Problem('limit', {
      message: `The account has ${count} apps; an account holds at most ${limit}. Delete apps that are no longer used.`,
    });
  }
  const inserted = await db
    .insertInto('app')
    .values({
      id,
      name,
      client_side_default: bit(client_side_default),
      tests,
      created_at: write.at,
      updated_at: write.at,
      updated_by: write.actor.name,
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
    log: { event: 'app_created', detail: { app: id, name, client_side_default, tests } },
    entry: (environment) => ({ key: appKey(id), value: appEntryText({ id, name, environment }) }),
  };
};

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

/** Production refuses what fails its own tests; an admin may have it only warn again. What the log gets. */
export const blockOnTests = async (
  db: Kysely<Schema>,
  account: string,
  app: string,
): Promise<readonly AccountNote[]> => {
  const before = await existingApp(db, account, app);
  const diff = appDiff(before, { tests: 'block' });
  if (diff['tests'] === undefined) return [];
  await db
    .updateTable('app')
    .set({ tests: 'block' })
    .where('account', '=', account)
    .where('id', '=', app)
    .execute();
  return [changedNote(before, diff)];
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

export const noApp = (app: string): Problem =>
  new Problem('not_found', { message: `There is no app ${app}.` });

/** What the account's space says of an app. */
export const appEntry = ({ id, name, environment }: Pick<App, 'id' | 'name' | 'environment'>): Change => ({
  key: appKey(id),
  value: appEntryText({ id, name, environment: environment?.key ?? null }),
});

export const appEntryText = ({
  id,
  name,
  environment,
}: Pick<App, 'id' | 'name'> & { readonly environment: string | null }): string =>
  JSON.stringify({ id, name, ...(environment === null ? {} : { environment }) } satisfies AppEntry);

const bit = (is: boolean): 0 | 1 => (is ? 1 : 0);
