import { z } from '@hono/zod-openapi';
import type { Grant } from '../../access/grant.ts';
import { mintId } from '../../access/secret.ts';
import type { Environment } from '../../model/environment.ts';
import { Problem } from '../../model/problem.ts';
import type { Project } from '../../model/project.ts';
import { copyEnvironment } from '../../projects/copy-environment.ts';
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
import { placeOf } from './places.ts';
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

  /** An environment that could not be filled is taken away again: the call made it. */
  const fill = async (
    { account, write }: Pick<Call, 'account' | 'write'>,
    project: Project,
    { from, key, state }: { readonly from: Environment; readonly key: string; readonly state: boolean },
  ): Promise<void> => {
    const { app_id } = project.environments.find((each) => each.key === key) ?? from;
    const placed = (app: string) => placeOf(setting, account, app);
    try {
      const comment = write.comment ?? `Copied from ${from.key}`;
      await copyEnvironment(placed(from.app_id), placed(app_id), { state, write: { ...write, comment } });
    } catch (error) {
      await accounts.deleteApp(account, app_id, write, 'gone');
      throw error;
    }
  };

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
          const { from, state = false, ...asked } = call.body;
          const source = sourceOf(project, call.body, call.caller.grant);
          const environment = environmentAsked(asked, {
            project: project.name,
            appId: () => mintId(setting.random),
            at: call.write.at,
            pointer: '',
          });
          const added = await accounts.addEnvironment(call.account, project.id, environment, call.write);
          if (source !== null) await fill(call, added, { from: source, key: environment.key, state });
          return answer(added, call, 201);
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

/** The environment to copy; null: none. Problems: `invalid`, `not_found`, `forbidden`. */
const sourceOf = (
  project: Project,
  { from, app_id, state }: NewEnvironment,
  grant: Grant,
): Environment | null => {
  if (from === undefined) {
    if (state === undefined) return null;
    throw new Problem('invalid', {
      pointer: '/state',
      message: 'state says how flags of a copy arrive; expected from beside it, or no state.',
    });
  }
  if (app_id !== undefined) {
    throw new Problem('invalid', {
      pointer: '/from',
      message: 'from and app_id are both there; expected one of them, because only a new app can be filled.',
    });
  }
  return environmentOf(project, from, grant, '/from');
};

/** Problem: `forbidden`. */
const checkMayAdd = ({ caller: { grant } }: Pick<Call, 'caller'>): void => {
  if (grant.app_ids === null) return;
  throw new Problem('forbidden', {
    message: 'The token is for some apps only; adding an environment needs a token for every app.',
  });
};
