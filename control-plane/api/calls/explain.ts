import { explain, renderExplanation } from '@halyard/engine';
import { z } from '@hono/zod-openapi';
import { AROUND_BYTES, CONTEXT_BYTES, parseExplain } from '../../flags/body/parse-body.ts';
import { ExplainWrite } from '../../flags/body/schema-changes.ts';
import { Value } from '../../flags/body/schema-parts.ts';
import { Problem } from '../../model/problem.ts';
import { type AnyServed, serve } from '../http/operation.ts';
import { APP, appOf } from '../http/paths.ts';
import type { Setting } from '../http/setting.ts';
import { existingApp } from './apps.ts';

const Explained = z
  .looseObject({
    key: z.string(),
    value: Value.optional(),
    variant: z.string().optional(),
    reason: z.string().optional(),
    errorCode: z.string().optional().openapi({ description: 'Instead of a value: why there is none.' }),
    why: z.string(),
    rules: z.array(z.looseObject({ priority: z.int(), outcome: z.string(), why: z.string() })),
    text: z.string().openapi({ description: 'The trace as people read it.' }),
  })
  .openapi('Explanation', {
    description:
      'The result and the trace: every rule and condition with the value seen, whether it held and why, the bucket and its bound.',
  });

export const explainOperations = (setting: Setting): readonly AnyServed[] => [
  serve(
    {
      id: 'explainFlag',
      tag: 'Evaluation',
      summary: 'Explain what a flag evaluates to',
      method: 'post',
      path: `${APP}/explain`,
      needs: 'read',
      body: {
        schema: ExplainWrite,
        parse: parseExplain,
        limit: CONTEXT_BYTES + AROUND_BYTES,
        numbers: 'exact',
      },
      answers: { schema: Explained },
      problems: ['not_found'],
    },
    async (call) => {
      const app = appOf(call);
      const { key, context } = call.body;
      const store = setting.stores.app(call.account, app);
      const surroundings = await store.surroundings([{ kind: 'flag', key }]);
      const definition = surroundings.flag(key);
      if (definition === undefined) {
        await existingApp(setting, call.account, app);
        throw new Problem('not_found', {
          pointer: '/key',
          message: `There is no flag ${JSON.stringify(key)} in this app.`,
        });
      }
      const explanation = explain(definition, context, surroundings);
      const { evaluation } = explanation;
      const decided =
        evaluation.kind === 'failed'
          ? { errorCode: evaluation.code, errorDetails: evaluation.message }
          : evaluation.kind === 'served'
            ? { value: evaluation.value, variant: evaluation.variant, reason: evaluation.reason }
            : { reason: evaluation.reason };
      return { result: { ...decided, ...explanation, text: renderExplanation(explanation) } };
    },
  ),
];
