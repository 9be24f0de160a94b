import type { Change } from '@halyard/caches';
import type { Kysely } from 'kysely';
import type { AccountNote } from '../../model/account-log.ts';
import type { WriteInfo } from '../../model/commit.ts';
import type { Environment } from '../../model/environment.ts';
import { Problem } from '../../model/problem.ts';
import type { NewEnvironment, Project } from '../../model/project.ts';
import type { Accounts } from '../port.ts';
import { changeAccount } from './account-change.ts';
import { appEntry, blockOnTests, existingApp, insertApp } from './apps.ts';
import type { Database } from './database.ts';
import { detailOf, environmentColumns, environmentOfRow, rowOfEnvironment, takeOut } from './environments.ts';
import type { Schema } from './schema.ts';

export const LASTING_LIMIT = 20;
export const EPHEMERAL_LIMIT = 200;

type Projects = Pick<
  Accounts,
  | 'projects'
  | 'project'
  | 'createProject'
  | 'renameProject'
  | 'deleteProject'
  | 'addEnvironment'
  | 'changeEnvironment'
  | 'removeEnvironment'
  | 'announceExpiry'
>;

export const createProjects = (database: Database, appLimit: number): Projects => ({
  projects: (account) => projectsIn(database.db, account),

  project: (account, project) => findProject(database.db, account, project),

  createProject: (account, { id, name, environments }, write) =>
    changeAccount(database, account, write, async (db) => {
      await refuseTakenName(db, account, name);
      const updated = { created_at: write.at, updated_at: write.at, updated_by: write.actor.name };
      await db
        .insertInto('project')
        .values({ account, id, name, ...updated })
        .execute();
      const log: AccountNote[] = [{ event: 'project_created', detail: { project: id, name } }];
      const changes: Change[] = [];
      for (const environment of environments) {
        const added = await insertEnvironment(db, account, { id, name }, environment, write, appLimit);
        log.push(...added.log);
        changes.push(added.change);
      }
      return { answer: await existingProject(db, account, id), log, changes };
    }),

  renameProject: (account, asked, name, write) =>
    changeAccount(database, account, write, async (db) => {
      const before = await existingProject(db, account, asked);
      if (before.name === name) return { answer: before, log: null, changes: [] };
      await refuseTakenName(db, account, name);
      await db
        .updateTable('project')
        .set({ name })
        .where('account', '=', account)
        .where('id', '=', before.id)
        .execute();
      await touch(db, account, before.id, write);
      return {
        answer: await existingProject(db, account, before.id),
        log: { event: 'project_changed', detail: { project: before.id, from: before.name, to: name } },
        // Its apps are called as they were, and hear under which project.
        changes: await entriesOf(db, account, before.environments),
      };
    }),

  deleteProject: (account, asked, write) =>
    changeAccount(database, account, write, async (db) => {
      const { id, name, environments } = await existingProject(db, account, asked);
      const log: AccountNote[] = [];
      for (const { app_id } of environments) log.push(...(await takeOut(db, account, app_id)));
      await db.deleteFrom('project').where('account', '=', account).where('id', '=', id).execute();
      return {
        answer: undefined,
        log: [...log, { event: 'project_deleted', detail: { project: id, name } }],
        changes: await entriesOf(db, account, environments),
      };
    }),

  addEnvironment: (account, asked, environment, write) =>
    changeAccount(database, account, write, async (db) => {
      const project = await existingProject(db, account, asked);
      const { log, change } = await insertEnvironment(db, account, project, environment, write, appLimit);
      await touch(db, account, project.id, write);
      return { answer: await existingProject(db, account, project.id), log, changes: [change] };
    }),

  changeEnvironment: (account, asked, key, change, write) =>
    changeAccount(database, account, write, async (db) => {
      const project = await existingProject(db, account, asked);
      const before = environmentIn(project, key);
      const after = { ...before, ...change };
      if (JSON.stringify(after) === JSON.stringify(before))
        return { answer: project, log: null, changes: [] };
      const { app, ...row } = rowOfEnvironment(after);
      await db
        .updateTable('environment')
        // Another time is announced anew.
        .set({ ...row, ...(after.expires_at === before.expires_at ? {} : { announced: 0 }) })
        .where('account', '=', account)
        .where('app', '=', app)
        .execute();
      const blocked = after.production && !before.production ? await blockOnTests(db, account, app) : [];
      await touch(db, account, project.id, write);
      return {
        answer: await existingProject(db, account, project.id),
        log: [{ event: 'environment_changed', detail: detailOf(project.id, after) }, ...blocked],
        changes: await entriesOf(db, account, [after]),
      };
    }),

  removeEnvironment: (account, asked, key, write) =>
    changeAccount(database, account, write, async (db) => {
      const project = await existingProject(db, account, asked);
      const environment = environmentIn(project, key);
      const log = await takeOut(db, account, environment.app_id);
      await touch(db, account, project.id, write);
      return { answer: undefined, log, changes: await entriesOf(db, account, [environment]) };
    }),

  announceExpiry: (account, project, key, write) =>
    changeAccount(database, account, write, async (db) => {
      const row = await db
        .selectFrom('environment')
        .select(['app', 'expires_at'])
        .where('account', '=', account)
        .where('project', '=', project)
        .where('key', '=', key)
        .where('announced', '=', 0)
        .executeTakeFirst();
      if (row === undefined || row.expires_at === null) return { answer: undefined, log: null, changes: [] };
      const { app, expires_at } = row;
      await db
        .updateTable('environment')
        .set({ announced: 1 })
        .where('account', '=', account)
        .where('app', '=', app)
        .execute();
      return {
        answer: undefined,
        log: { event: 'environment_expiring', detail: { project, environment: key, app, expires_at } },
        changes: [],
      };
    }),
});

const projectsIn = async (
  db: Kysely<Schema>,
  account: string,
  id: string | null = null,
): Promise<readonly Project[]> => {
  const rows = await db
    .selectFrom('project')
    .select(['id', 'name', 'created_at', 'updated_at', 'updated_by'])
    .where('account', '=', account)
    .$if(id !== null, (query) => query.where('id', '=', id ?? ''))
    .orderBy('name')
    .execute();
  const environments = await db
    .selectFrom('environment')
    .select([...environmentColumns, 'project'])
    .where('account', '=', account)
    .$if(id !== null, (query) => query.where('project', '=', id ?? ''))
    .orderBy('rank')
    .orderBy('key')
    .execute();
  const byProject = Map.groupBy(environments, ({ project }) => project);
  return rows.map((row) => ({ ...row, environments: (byProject.get(row.id) ?? []).map(environmentOfRow) }));
};

const findProject = async (db: Kysely<Schema>, account: string, asked: string): Promise<Project | null> => {
  const [byId] = await projectsIn(db, account, asked);
  if (byId !== undefined) return byId;
  const row = await db
    .selectFrom('project')
    .select('id')
    .where('account', '=', account)
    .where('name', '=', asked)
    .executeTakeFirst();
  return row === undefined ? null : ((await projectsIn(db, account, row.id))[0] ?? null);
};

const existingProject = async (db: Kysely<Schema>, account: string, asked: string): Promise<Project> => {
  const project = await findProject(db, account, asked);
  if (project === null) {
    throw new Problem('not_found', {
      message: `There is no project ${JSON.stringify(asked)} in this account.`,
    });
  }
  return project;
};

const environmentIn = ({ name, environments }: Project, key: string): Environment => {
  const environment = environments.find((each) => each.key === key);
  if (environment === undefined) {
    throw new Problem('not_found', {
      message: `There is no environment ${JSON.stringify(key)} in the project ${name}.`,
    });
  }
  return environment;
};

const refuseTakenName = async (db: Kysely<Schema>, account: string, name: string): Promise<void> => {
  const taken = await db
    .selectFrom('project')
    .select('id')
    .where('account', '=', account)
    .where('name', '=', name)
    .executeTakeFirst();
  if (taken === undefined) return;
  throw new Problem('conflict', {
    pointer: '/name',
    message: `A project named ${name} exists in the account; choose another name.`,
  });
};

const touch = async (
  db: Kysely<Schema>,
  account: string,
  project: string,
  { at, actor }: WriteInfo,
): Promise<void> => {
  await db
    .updateTable('project')
    .set({ updated_at: at, updated_by: actor.name })
    .where('account', '=', account)
    .where('id', '=', project)
    .execute();
};

/** What the account's space says of the apps of environments, as they now are. */
const entriesOf = async (
  db: Kysely<Schema>,
  account: string,
  environments: readonly Environment[],
): Promise<readonly Change[]> => {
  const entries: Change[] = [];
  for (const { app_id } of environments) entries.push(appEntry(await existingApp(db, account, app_id)));
  return entries;
};

const insertEnvironment = async (
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
