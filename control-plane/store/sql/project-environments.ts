import type { Environment } from '../../model/environment.ts';
import { Problem } from '../../model/problem.ts';
import type { Project } from '../../model/project.ts';
import type { Accounts } from '../port.ts';
import { changeAccount } from './account-change.ts';
import { blockOnTests } from './apps.ts';
import type { Database } from './database.ts';
import { detailOf, rowOfEnvironment, takeOut } from './environments.ts';
import { insertEnvironment } from './insert-environment.ts';
import { entriesOf, existingProject, touch } from './projects.ts';

type ProjectEnvironments = Pick<
  Accounts,
  'addEnvironment' | 'changeEnvironment' | 'removeEnvironment' | 'announceExpiry'
>;

export const createProjectEnvironments = (database: Database, appLimit: number): ProjectEnvironments => ({
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

const environmentIn = ({ name, environments }: Project, key: string): Environment => {
  const environment = environments.find((each) => each.key === key);
  if (environment === undefined) {
    throw new Problem('not_found', {
      message: `There is no environment ${JSON.stringify(key)} in the project ${name}.`,
    });
  }
  return environment;
};
