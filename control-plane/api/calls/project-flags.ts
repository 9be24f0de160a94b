import { z } from '@hono/zod-openapi';
import { coversApp } from '../../access/grant.ts';
import { parseNewFlag } from '../../flags/body/parse-flag.ts';
import { FlagCreate } from '../../flags/body/schema-flag.ts';
import type { Environment } from '../../model/environment.ts';
import { Problem } from '../../model/problem.ts';
import type { Project } from '../../model/project.ts';
import type { Place } from '../../projects/bases.ts';
import { createEverywhere, deleteEverywhere, type EnvironmentResult } from '../../projects/everywhere.ts';
import { matrixOf } from '../../projects/matrix.ts';
import { decodeCursor, encodeCursor } from '../../store/sql/cursor.ts';
import { EverywhereResult, MatrixRowSchema } from '../document/schema-promotion.ts';
import type { Call } from '../http/call.ts';
import { pageInfo } from '../http/envelope.ts';
import { once } from '../http/once.ts';
import { type AnyServed, serve } from '../http/operation.ts';
import { flagOf, PROJECT, projectOf } from '../http/paths.ts';
import { PROBLEMS } from '../http/problems.ts';
import { Paging } from '../http/query.ts';
import type { Setting } from '../http/setting.ts';
import { existingApp } from './apps.ts';
import { tagsOf } from './flags.ts';
import { placeOf } from './places.ts';
import { existingProject } from './projects.ts';

const tag = 'Projects';
const KEY = /^[A-Za-z0-9_-][A-Za-z0-9_.:|-]{0,127}$/;

const Listing = Paging.extend({
  q: z.string().optional().openapi({
    description:
      'Pieces of the key, the description or a tag, in any order and any case, in any environment.',
  }),
  tag: z
    .string()
    .optional()
    .openapi({ description: 'Only flags with this tag; given several times, with all of them.' }),
  state: z.enum(['drifted', 'missing'], { error: '"drifted" or "missing"' }).optional().openapi({
    description: 'Only flags whose definitions differ, or that some environment lacks.',
  }),
});

export const projectFlagOperations = (setting: Setting): readonly AnyServed[] => {
  const found = (call: Pick<Call, 'account' | 'params' | 'caller'>): Promise<Project> =>
    existingProject(setting, call.account, projectOf(call), call.caller.grant);
  const placed = <E extends Environment>(account: string, environment: E): E & Place => ({
    ...environment,
    ...placeOf(setting, account, environment.app_id),
  });

  return [
    serve(
      {
        id: 'listProjectFlags',
        tag,
        summary: 'The flags of a project in all of its environments',
        description: 'By key; of a token for some apps, in the environments that it is for.',
        method: 'get',
        path: `${PROJECT}/flags`,
        needs: 'read',
        query: Listing,
        answers: { schema: z.array(MatrixRowSchema), list: true },
        problems: ['not_found'],
      },
      async (call) => {
        const { environments } = await found(call);
        const { limit, cursor, q, state } = call.query;
        const tags = tagsOf(call.request.url);
        const page = await matrixOf(
          environments
            .filter(({ app_id }) => coversApp(call.caller.grant, app_id))
            .map((environment) => placed(call.account, environment)),
          {
            limit,
            ...(cursor === undefined || cursor === ''
              ? {}
              : { after: decodeCursor('project flags', cursor, KEY) }),
            ...(q === undefined || q === '' ? {} : { q }),
            ...(tags.length === 0 ? {} : { tags }),
            ...(state === undefined ? {} : { state }),
          },
        );
        const next = page.next === null ? null : encodeCursor('project flags', page.next);
        return { result: page.items, info: { ...pageInfo(page.items.length, next) } };
      },
    ),

    serve(
      {
        id: 'createProjectFlag',
        tag,
        summary: 'Create a flag in every environment of a project',
        description:
          'Lowest rank first, disabled where production. Answers what became of each; where it exists already it is left as it is, so the same call closes a gap.',
        method: 'post',
        path: `${PROJECT}/flags`,
        needs: 'write',
        writes: true,
        body: { schema: FlagCreate, parse: parseNewFlag },
        answers: { status: 201, schema: EverywhereResult },
        problems: ['not_found'],
      },
      (call) =>
        once(call, setting, async () => {
          const project = await found(call);
          const { account, write } = call;
          const environments: (Environment & Place & { readonly client_side_default: boolean })[] = [];
          for (const environment of writable(project, call)) {
            const { client_side_default } = await existingApp(setting, account, environment.app_id);
            environments.push({ ...placed(account, environment), client_side_default });
          }
          const results = await createEverywhere(call.body, { account, environments, write });
          return { status: 201, result: answerOf(call.body.key, project, results) };
        }),
    ),

    serve(
      {
        id: 'deleteProjectFlag',
        tag,
        summary: 'Delete a flag in every environment of a project',
        description: 'Lowest rank first. Answers what became of each.',
        method: 'delete',
        path: `${PROJECT}/flags/{flag_key}`,
        needs: 'write',
        writes: true,
        answers: { schema: EverywhereResult },
        problems: ['not_found'],
      },
      (call: Call) =>
        once(call, setting, async () => {
          const project = await found(call);
          const key = flagOf(call);
          const environments = writable(project, call).map((each) => placed(call.account, each));
          const results = await deleteEverywhere(key, { environments, write: call.write });
          if (results.length > 0 && results.every(({ outcome }) => outcome === 'absent')) {
            throw new Problem('not_found', {
              message: `There is no flag ${JSON.stringify(key)} in the project ${project.name}.`,
            });
          }
          return { result: answerOf(key, project, results) };
        }),
    ),
  ];
};

const writable = (
  { environments }: Project,
  { caller: { grant } }: Pick<Call, 'caller'>,
): readonly Environment[] => environments.filter(({ app_id }) => coversApp(grant, app_id));

const FORBIDDEN: Pick<EnvironmentResult, 'outcome' | 'problem'> = {
  outcome: 'failed',
  problem: { kind: 'forbidden', issues: [{ message: 'The token is for other environments.' }] },
};

const answerOf = (
  key: string,
  { environments }: Project,
  results: readonly EnvironmentResult[],
): z.infer<typeof EverywhereResult> => ({
  key,
  environments: environments.map(({ key: environment, app_id }) => {
    const { problem, ...result } = results.find((one) => one.environment === environment) ?? {
      environment,
      app_id,
      ...FORBIDDEN,
    };
    return {
      ...result,
      ...(problem === undefined
        ? {}
        : {
            errors: problem.issues.map(({ message, pointer }) => ({
              code: PROBLEMS[problem.kind].code,
              message,
              ...(pointer === undefined ? {} : { pointer }),
            })),
          }),
    };
  }),
});
