import type { Change } from '@halyard/caches';
import type { Kysely } from 'kysely';
import type { AccountNote } from '../../model/account-log.ts';
import type { WriteInfo } from '../../model/commit.ts';
import type { Environment } from '../../model/environment.ts';
import { Problem } from '../../model/problem.ts';
import type { Project } from '../../model/project.ts';
import type { Accounts } from '../port.ts';
import { changeAccount } from './account-change.ts';
import { appEntry, existingApp } from './apps.ts';
import type { Database } from './database.ts';
import { environmentColumns, environmentOfRow, takeOut } from './environments.ts';
import { insertEnvironment } from './insert-environment.ts';
import type { Schema } from './schema.ts';

type Projects = Pick<Accounts, 'projects' | 'project' | 'createProject' | 'renameProject' | 'deleteProject'>;

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

export const existingProject = async (
  db: Kysely<Schema>,
  account: string,
  asked: string,
): Promise<Project> => {
  const project = await findProject(db, account, asked);
  if (project === null) {
    throw new Problem('not_found', {
      message: `There is no project ${JSON.stringify(asked)} in this account.`,
    });
  }
  return project;
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

export const touch = async (
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
export const entriesOf = async (
  db: Kysely<Schema>,
  account: string,
  environments: readonly Environment[],
): Promise<readonly Change[]> => {
  const entries: Change[] = [];
  for (const { app_id } of environments) entries.push(appEntry(await existingApp(db, account, app_id)));
  return entries;
};
