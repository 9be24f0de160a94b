import { z } from '@hono/zod-openapi';
import { mintId } from '../../access/secret.ts';
import { Problem } from '../../model/problem.ts';
import type { Project } from '../../model/project.ts';
import { checkExpiry, environmentAsked } from '../../projects/new-environment.ts';
import { EnvironmentPatch, NewEnvironment, ProjectSchema } from '../../projects/schema-project.ts';
import { environmentOf, projectView, visibleProject } from '../../projects/view.ts';
import type { Answer, Call } from '../http/call.ts';
import { accountCommitted } from '../http/commit.ts';
import { once } from '../http/once.ts';
import { type AnyServed, serve } from '../http/operation.ts';
import { body } from '../http/parse.ts';
import { ENVIRONMENT, environmentKeyOf, PROJECT, projectOf } from '../http/paths.ts';
import { switchParameter } from '../http/query.ts';
import type { Setting } from '../http/setting.ts';
import { existingProject } from './projects.ts';

const tag = 'Projects';

const Removal = z.object({
  app: switchParameter('1: its app is deleted with it, as by `DELETE /apps/{app_id}`.'),
});
type Removal = z.infer<typeof Removal>;

const DeletedEnvironment = z.object({ key: z.string() });

export const environmentOperations = (setting: Setting): readonly AnyServed[] => {
  const { accounts } = setting.stores;
  const found = (call: Pick<Call, 'account' | 'params' | 'caller'>): Promise<Project> =>
    existingProject(setting, call.account, projectOf(call), call.caller.grant);
  const answer = async (
    project: Project,
    { account, caller }: Pick<Call, 'account' | 'caller'>,
    status: 200 | 201 = 200,
  ): Promise<Answer> => ({
    status,
    result: projectView(visibleProject(project, caller.grant) ?? project),
    committed: await accountCommitted(setting, account),
  });

  return [
    serve(
      {
        id: 'addEnvironment',
        tag,
        summary: 'Add an environment to a project',
        description:
          'With an app of its own, called `{project}-{environment}`, or with the app that `app_id` names. An ephemeral one is deleted, with its app, within a minute of `expires_at`.',
        method: 'post',
        path: `${PROJECT}/environments`,
        needs: 'write',
        writes: true,
        body: body(NewEnvironment),
        answers: { status: 201, schema: ProjectSchema },
        problems: ['not_found', 'conflict', 'limit'],
      },
      (call) =>
        once(call, setting, async () => {
          const project = await found(call);
          checkMayAdd(call);
          const environment = environmentAsked(call.body, {
            project: project.name,
            appId: () => mintId(setting.random),
            at: call.write.at,
            pointer: '',
          });
          return answer(
            await accounts.addEnvironment(call.account, project.id, environment, call.write),
            call,
            201,
          );
        }),
    ),

    serve(
      {
        id: 'changeEnvironment',
        tag,
        summary: 'Change some fields of an environment',
        description:
          'What is left out stays. One that becomes production refuses writes that fail tests of flags.',
        method: 'patch',
        path: ENVIRONMENT,
        needs: 'write',
        writes: true,
        body: body(EnvironmentPatch),
        answers: { schema: ProjectSchema },
        problems: ['not_found'],
      },
      (call) =>
        once(call, setting, async () => {
          const project = await found(call);
          const { key, ephemeral } = environmentOf(project, environmentKeyOf(call), call.caller.grant);
          const { rank, production, expires_at, comment_required } = call.body;
          checkExpiry(expires_at, ephemeral, call.write.at);
          const change = {
            ...(rank === undefined ? {} : { rank }),
            ...(production === undefined ? {} : { production }),
            ...(expires_at === undefined
              ? {}
              : { expires_at: expires_at === null ? null : new Date(expires_at).toISOString() }),
            ...(comment_required === undefined ? {} : { comment_required }),
          };
          return answer(
            await accounts.changeEnvironment(call.account, project.id, key, change, call.write),
            call,
          );
        }),
    ),

    serve(
      {
        id: 'removeEnvironment',
        tag,
        summary: 'Remove an environment from a project',
        description: 'Its app stays, unless asked otherwise.',
        method: 'delete',
        path: ENVIRONMENT,
        needs: 'admin',
        writes: true,
        query: Removal,
        answers: { schema: DeletedEnvironment },
        problems: ['not_found'],
      },
      (call: Call<Removal>) =>
        once(call, setting, async () => {
          const project = await found(call);
          const { key, app_id } = environmentOf(project, environmentKeyOf(call), call.caller.grant);
          if (call.query.app) await accounts.deleteApp(call.account, app_id, call.write);
          else await accounts.removeEnvironment(call.account, project.id, key, call.write);
          return { result: { key }, committed: await accountCommitted(setting, call.account) };
        }),
    ),
  ];
};

/** Problem: `forbidden`. */
const checkMayAdd = ({ caller: { grant } }: Pick<Call, 'caller'>): void => {
  if (grant.app_ids === null) return;
  throw new Problem('forbidden', {
    message: 'The token is for some apps only; adding an environment needs a token for every app.',
  });
};
