import type { Kysely, Selectable } from 'kysely';
import type { AccountNote } from '../../model/account-log.ts';
import type { App } from '../../model/app.ts';
import type { Environment } from '../../model/environment.ts';
import { Problem } from '../../model/problem.ts';
import type { EnvironmentTable, Schema } from './schema.ts';

export const environmentColumns = [
  'key',
  'app',
  'rank',
  'production',
  'ephemeral',
  'expires_at',
  'comment_required',
] as const;

type EnvironmentRow = Pick<Selectable<EnvironmentTable>, (typeof environmentColumns)[number]>;

export const environmentOfRow = (row: EnvironmentRow): Environment => ({
  key: row.key,
  app_id: row.app,
  rank: row.rank,
  production: row.production === 1,
  ephemeral: row.ephemeral === 1,
  expires_at: row.expires_at,
  comment_required: row.comment_required === 1,
});

export const rowOfEnvironment = ({ app_id: app, ...environment }: Environment): EnvironmentRow => ({
  ...environment,
  app,
  production: environment.production ? 1 : 0,
  ephemeral: environment.ephemeral ? 1 : 0,
  comment_required: environment.comment_required ? 1 : 0,
});

/** What the account's log says of an environment: all of it, so that the newest word is what there is. */
export const detailOf = (
  project: string,
  { key, app_id: app, ...traits }: Environment,
): AccountNote['detail'] => ({
  project,
  environment: key,
  app,
  ...traits,
});

/**
 * Takes an app out of the project that it is in; what the log gets. Problem: `conflict`, if its time is not over at `expiredAt`, where
 * that is given.
 */
export const takeOut = async (
  db: Kysely<Schema>,
  account: string,
  app: string,
  expiredAt: string | null = null,
): Promise<readonly AccountNote[]> => {
  const row = await db
    .selectFrom('environment')
    .select(['project', 'key', 'expires_at'])
    .where('account', '=', account)
    .where('app', '=', app)
    .executeTakeFirst();
  if (expiredAt !== null && (row?.expires_at == null || row.expires_at > expiredAt)) {
    throw new Problem('conflict', { message: `The app ${app} is not an environment whose time is over.` });
  }
  if (row === undefined) return [];
  await db.deleteFrom('environment').where('account', '=', account).where('app', '=', app).execute();
  const { project, key: environment } = row;
  return [{ event: 'environment_removed', detail: { project, environment, app } }];
};

/** In the app's own object: what the account says of where the app belongs. */
export const settleEnvironment = async (
  db: Kysely<Schema>,
  account: string,
  { project, environment, ...app }: App,
): Promise<void> => {
  await db.deleteFrom('environment').where('account', '=', account).execute();
  await db.deleteFrom('project').where('account', '=', account).execute();
  if (project === null || environment === null) return;
  const { created_at, updated_at, updated_by } = app;
  await db
    .insertInto('project')
    .values({ account, ...project, created_at, updated_at, updated_by })
    .execute();
  await db
    .insertInto('environment')
    .values({ account, project: project.id, announced: 0, ...rowOfEnvironment(environment) })
    .execute();
};
