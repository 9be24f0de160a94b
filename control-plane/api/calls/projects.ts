import { z } from '@hono/zod-openapi';
import type { Grant } from '../../access/grant.ts';
import { mintId } from '../../access/secret.ts';
import { Problem } from '../../model/problem.ts';
import type { Project } from '../../model/project.ts';
import { environmentAsked } from '../../projects/new-environment.ts';
import { NewProject, ProjectPatch, ProjectSchema } from '../../projects/schema-project.ts';
import { checkCoversAll, projectView, visibleProject } from '../../projects/view.ts';
import { Deleted } from '../document/schemas.ts';
import type { Call } from '../http/call.ts';
import { accountCommitted } from '../http/commit.ts';
import { pageInfo } from '../http/envelope.ts';
import { once } from '../http/once.ts';
import { type AnyServed, serve } from '../http/operation.ts';
import { body } from '../http/parse.ts';
import { ACCOUNT, PROJECT, projectOf } from '../http/paths.ts';
import { switchParameter } from '../http/query.ts';
import type { Setting } from '../http/setting.ts';

const tag = 'Projects';

const Deletion = z.object({
  apps: switchParameter('1: its apps are deleted with it, as by `DELETE /apps/{app_id}`.'),
});
type Deletion = z.infer<typeof Deletion>;

/** As much of the project as the caller may see. Problem: `not_found`. */
export const existingProject = async (
  { stores }: Pick<Setting, 'stores'>,
  account: string,
  asked: string,
  grant: Grant,
): Promise<Project> => {
  const project = await stores.accounts.project(account, asked);
  if (project === null || visibleProject(project, grant) === null) {
    throw new Problem('not_found', {
      message: `There is no project ${JSON.stringify(asked)} in this account.`,
    });
  }
  return project;
};

export const projectOperations = (setting: Setting): readonly AnyServed[] => [
  ...addAndRead(setting),
  ...changeAndDelete(setting),
];

const addAndRead = (setting: Setting): readonly AnyServed[] => {
  const { accounts } = setting.stores;

  return [
    serve(
      {
        id: 'listProjects',
        tag,
        summary: 'List the projects',
        description: 'By name, each with its environments; of a token for some apps, those it is for.',
        method: 'get',
        path: `${ACCOUNT}/projects`,
        needs: 'read',
        answers: { schema: z.array(ProjectSchema), list: true },
      },
      async ({ account, caller }) => {
        const projects = await accounts.projects(account);
        const result = projects.flatMap((project) => visibleProject(project, caller.grant) ?? []);
        return { result: result.map(projectView), info: { ...pageInfo(result.length, null) } };
      },
    ),

    serve(
      {
        id: 'createProject',
        tag,
        summary: 'Create a project',
        description:
          'With its environments, all of it or nothing. An environment without `app_id` gets an app of its own, called `{project}-{environment}`.',
        method: 'post',
        path: `${ACCOUNT}/projects`,
        needs: 'write',
        writes: true,
        body: body(NewProject),
        answers: { status: 201, schema: ProjectSchema },
        problems: ['not_found', 'conflict', 'limit'],
      },
      (call) => {
        if (call.caller.grant.app_ids !== null) {
          throw new Problem('forbidden', {
            message: 'The token is for some apps only; creating a project needs a token for every app.',
          });
        }
        return once(call, setting, async () => {
          const { name, environments = [] } = call.body;
          const project = await accounts.createProject(
            call.account,
            {
              id: mintId(setting.random),
              name,
              environments: environments.map((asked, index) =>
                environmentAsked(asked, {
                  project: name,
                  appId: () => mintId(setting.random),
                  at: call.write.at,
                  pointer: `/environments/${index}`,
                }),
              ),
            },
            call.write,
          );
          return {
            status: 201,
            result: projectView(project),
            committed: await accountCommitted(setting, call.account),
          };
        });
      },
    ),

    serve(
      {
        id: 'getProject',
        tag,
        summary: 'Get a project',
        description: 'By its id or its name.',
        method: 'get',
        path: PROJECT,
        needs: 'read',
        answers: { schema: ProjectSchema },
        problems: ['not_found'],
      },
      async (call) => {
        const { grant } = call.caller;
        const project = await existingProject(setting, call.account, projectOf(call), grant);
        return { result: projectView(visibleProject(project, grant) ?? project) };
      },
    ),
  ];
};

const changeAndDelete = (setting: Setting): readonly AnyServed[] => {
  const { accounts } = setting.stores;

  return [
    serve(
      {
        id: 'renameProject',
        tag,
        summary: 'Rename a project',
        description: 'Its id stays, and its apps are called as they were.',
        method: 'patch',
        path: PROJECT,
        needs: 'write',
        writes: true,
        body: body(ProjectPatch),
        answers: { schema: ProjectSchema },
        problems: ['not_found', 'conflict'],
      },
      (call) =>
        once(call, setting, async () => {
          const { id } = await wholeProject(call, setting);
          const project = await accounts.renameProject(call.account, id, call.body.name, call.write);
          return { result: projectView(project), committed: await accountCommitted(setting, call.account) };
        }),
    ),

    serve(
      {
        id: 'deleteProject',
        tag,
        summary: 'Delete a project',
        description: 'Its apps stay, unless asked otherwise.',
        method: 'delete',
        path: PROJECT,
        needs: 'admin',
        writes: true,
        query: Deletion,
        answers: { schema: Deleted },
        problems: ['not_found'],
      },
      (call: Call<Deletion>) =>
        once(call, setting, async () => {
          const { id, environments } = await wholeProject(call, setting);
          if (call.query.apps) {
            for (const { app_id } of environments) await accounts.deleteApp(call.account, app_id, call.write);
          }
          await accounts.deleteProject(call.account, id, call.write);
          return { result: { id }, committed: await accountCommitted(setting, call.account) };
        }),
    ),
  ];
};

/** Problems: `not_found`, `forbidden`. */
const wholeProject = async (
  call: Pick<Call, 'account' | 'params' | 'caller'>,
  setting: Setting,
): Promise<Project> => {
  const project = await existingProject(setting, call.account, projectOf(call), call.caller.grant);
  checkCoversAll(project, call.caller.grant);
  return project;
};
