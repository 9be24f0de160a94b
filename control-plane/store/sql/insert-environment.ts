import type { Change } from '@halyard/caches';
import type { Kysely } from 'kysely';
import type { AccountNote } from '../../model/account-log.ts';
import type { WriteInfo } from '../../model/commit.ts';
import type { Environment } from '../../model/environment.ts';
import { Problem } from '../../model/problem.ts';
import type { NewEnvironment, Project } from '../../model/project.ts';
import { appEntry, blockOnTests, existingApp, insertApp } from './apps.ts';
import { detailOf, rowOfEnvironment } from './environments.ts';
import type { Schema } from './schema.ts';

export const LASTING_LIMIT = 20;
export const EPHEMERAL_LIMIT = 200;

/** Problems: `not_found`, `conflict`, `limit`. */
export const insertEnvironment = async (
  db: Kysely<Schema>,
  account: string,
  { id, name }: Pick<Project, 'id' | 'name'>,
  { app, ...traits }: NewEnvironment,
  write: WriteInfo,
  appLimit: number,
): Promise<{ readonly log: readonly AccountNote[]; readonly change: Change }> => {
  await refuseMore(db, account, { id, name }, traits);
  const made = typeof app === 'string' ? null : await insertApp(db, account, app, write, appLimit);
  const app_id = typeof app === 'string' ? app : app.id;
  if (made === null) {
    const { project } = await existingApp(db, account, app_id);
    if (project !== null) {
      throw new Problem('conflict', {
        pointer: '/app_id',
        message: `The app ${app_id} is an environment of the project ${project.name} already; an app is in at most one project.`,
      });
    }
  }
  const environment = { ...traits, app_id };
  await db
    .insertInto('environment')
    .values({ account, project: id, announced: 0, ...rowOfEnvironment(environment) })
    .execute();
  const log: AccountNote = { event: 'environment_added', detail: detailOf(id, environment) };
  if (made !== null) return { log: [made.log, log], change: made.entry(traits.key) };
  const blocked = traits.production ? await blockOnTests(db, account, app_id) : [];
  return { log: [log, ...blocked], change: appEntry(await existingApp(db, account, app_id)) };
};

/** Problems: `conflict`, `limit`. */
const refuseMore = async (
  db: Kysely<Schema>,
  account: string,
  { id, name }: Pick<Project, 'id' | 'name'>,
  { key, ephemeral }: Pick<Environment, 'key' | 'ephemeral'>,
): Promise<void> => {
  const rows = await db
    .selectFrom('environment')
    .select(['key', 'ephemeral'])
    .where('account', '=', account)
    .where('project', '=', id)
    .execute();
  if (rows.some((row) => row.key === key)) {
    throw new Problem('conflict', {
      pointer: '/key',
      message: `The project ${name} has an environment ${key} already; choose another key.`,
    });
  }
  const limit = ephemeral ? EPHEMERAL_LIMIT : LASTING_LIMIT;
  if (rows.filter((row) => (row.ephemeral === 1) === ephemeral).length < limit) return;
  throw new Problem('limit', {
    message: `The project ${name} has ${limit} ${ephemeral ? 'ephemeral' : 'lasting'} environments, which is the most; delete those that are no longer used.`,
  });
};
