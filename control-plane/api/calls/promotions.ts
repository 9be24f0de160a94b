import { z } from '@hono/zod-openapi';
import { testSentence } from '../../flags/tests/run-tests.ts';
import { allows } from '../../model/permission.ts';
import { Problem } from '../../model/problem.ts';
import { compareEnvironments } from '../../projects/compare.ts';
import { promote } from '../../projects/promote.ts';
import { EnvironmentKey } from '../../projects/schema-project.ts';
import type { Side } from '../../projects/side.ts';
import { environmentOf } from '../../projects/view.ts';
import { Comparison, checkPromotion, PromotionResult, PromotionWrite } from '../document/schema-promotion.ts';
import { pageInfo } from '../http/envelope.ts';
import { checkedComment } from '../http/headers.ts';
import { once } from '../http/once.ts';
import { type AnyServed, serve } from '../http/operation.ts';
import { body } from '../http/parse.ts';
import { PROJECT, projectOf } from '../http/paths.ts';
import type { Setting } from '../http/setting.ts';
import { placeOf } from './places.ts';
import { existingProject } from './projects.ts';

const tag = 'Projects';
const MOST_KEYS = 500;

const Sides = z.object({
  from: EnvironmentKey,
  to: EnvironmentKey,
  key: z.string().optional().openapi({ description: 'Only the flag and the segment of this key.' }),
});

export const promotionOperations = (setting: Setting): readonly AnyServed[] => [
  serve(
    {
      id: 'compareEnvironments',
      tag,
      summary: 'Compare two environments',
      description:
        'Every flag and segment of both, by key. Three-way, where one was ever carried over to the other: what both last had in common tells who changed what.',
      method: 'get',
      path: `${PROJECT}/compare`,
      needs: 'read',
      query: Sides,
      answers: { schema: z.array(Comparison), list: true },
      problems: ['not_found'],
    },
    async (call) => {
      const { grant } = call.caller;
      const { from, to, key } = call.query;
      const project = await existingProject(setting, call.account, projectOf(call), grant);
      const placed = (name: string) =>
        placeOf(setting, call.account, environmentOf(project, name, grant).app_id);
      const result = await compareEnvironments(placed(from), placed(to), key);
      return { result, info: { ...pageInfo(result.length, null) } };
    },
  ),

  serve(
    {
      id: 'promote',
      tag,
      summary: 'Promote flags from one environment to another',
      description:
        'One commit of the target, on the versions that were compared: definitions, and state only if asked. What flags need and the target lacks comes along. Needs `read` on the source and `write` on the target; with `dry_run` nothing is written and `read` suffices.',
      method: 'post',
      path: `${PROJECT}/promote`,
      needs: 'read',
      writes: true,
      body: body(PromotionWrite, checkPromotion),
      answers: { schema: PromotionResult },
      problems: ['not_found', 'conflict', 'precondition', 'limit'],
    },
    async (call) => {
      const { grant } = call.caller;
      const asked = call.body;
      if (!asked.dry_run && !allows(grant.permission, 'write')) {
        throw new Problem('forbidden', {
          message: `The token's permission is ${JSON.stringify(grant.permission)}; promoting needs "write", and a dry run "read".`,
        });
      }
      const project = await existingProject(setting, call.account, projectOf(call), grant);
      const from = placeOf(setting, call.account, environmentOf(project, asked.from, grant, '/from').app_id);
      const to = placeOf(setting, call.account, environmentOf(project, asked.to, grant, '/to').app_id);
      const comment =
        asked.comment === undefined
          ? call.write.comment
          : checkedComment(asked.comment, 'comment', '/comment');
      const { conflicts, expect, dry_run } = asked;
      const run = async () => {
        const keys = asked.keys ?? (await keysTagged(from.side, asked.tag ?? ''));
        const promoted = await promote(
          from,
          to,
          { keys, state: asked.parts.includes('state'), conflicts },
          {
            expect,
            write: { ...call.write, comment },
            dryRun: dry_run,
            names: { from: asked.from, to: asked.to },
          },
        );
        const { app_version, items, failing } = promoted;
        return {
          result: { app_version, items, conflicts: promoted.conflicts },
          messages: failing.map((failed) => ({ message: testSentence(failed) })),
          ...(dry_run ? {} : { committed: { app: to.app_id, version: app_version } }),
        };
      };
      return dry_run ? run() : once(call, setting, run);
    },
  ),
];

/** Problem: `invalid`, over 500; `not_found`, none. */
const keysTagged = async (side: Side, named: string): Promise<readonly string[]> => {
  const keys: string[] = [];
  for (let behind: string | undefined; ; behind = keys.at(-1)) {
    const page = await side.keys({
      limit: MOST_KEYS,
      tags: [named],
      ...(behind === undefined ? {} : { behind }),
    });
    keys.push(...page);
    if (page.length < MOST_KEYS) break;
  }
  if (keys.length === 0) {
    throw new Problem('not_found', {
      pointer: '/tag',
      message: `No flag of the source has the tag ${JSON.stringify(named)}.`,
    });
  }
  if (keys.length <= MOST_KEYS) return keys;
  throw new Problem('invalid', {
    pointer: '/tag',
    message: `${keys.length} flags have the tag ${JSON.stringify(named)}; expected at most ${MOST_KEYS} in one promotion`,
  });
};
