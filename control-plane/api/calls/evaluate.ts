import type { Context, Evaluation } from '@halyard/engine';
import { z } from '@hono/zod-openapi';
import { AROUND_BYTES, CONTEXT_BYTES, contextTooLarge, parseEvaluate } from '../../flags/body/parse-body.ts';
import { EvaluateWrite } from '../../flags/body/schema-changes.ts';
import { Problem } from '../../model/problem.ts';
import { EvaluationResult } from '../document/schemas.ts';
import type { Call, Raw } from '../http/call.ts';
import { JSON_TYPE } from '../http/envelope.ts';
import { type AnyServed, serve } from '../http/operation.ts';
import { APP, appOf } from '../http/paths.ts';
import type { Setting } from '../http/setting.ts';
import { existingApp } from './apps.ts';
import { CompiledFlags } from './compiled-flags.ts';

const OWN_PARAMETERS = new Set(['flagKey']);

/** Every parameter but the flag's key is an attribute, as text; one given several times is a list of texts. */
const contextOf = (parameters: URLSearchParams): Record<string, string | string[]> => {
  // Without a prototype, so that a parameter `__proto__` is an attribute like any other.
  const context: Record<string, string | string[]> = Object.create(null);
  for (const [name, value] of parameters) {
    if (OWN_PARAMETERS.has(name)) continue;
    const known = context[name];
    if (known === undefined) context[name] = value;
    else if (typeof known === 'string') context[name] = [known, value];
    else known.push(value);
  }
  return context;
};

const noSuchFlag = (key: string): Problem =>
  new Problem('not_found', {
    message: `FLAG_NOT_FOUND: there is no flag ${JSON.stringify(key)} in this app.`,
  });

export const evaluateOperations = (setting: Setting): readonly AnyServed[] => {
  const compiled = new CompiledFlags(setting.stores);

  const answer = async (call: Call<unknown, unknown>, key: string, context: Context): Promise<Raw> => {
    const app = appOf(call);
    const flag = await compiled.flag(call.account, app, key);
    if (flag === null) {
      await existingApp(setting, call.account, app);
      throw noSuchFlag(key);
    }
    if (call.caller.grant.allowed_origins !== null && !flag.clientSide) throw noSuchFlag(key);
    return {
      raw: evaluationText(key, flag.evaluate(context)),
      headers: { 'content-type': JSON_TYPE },
    };
  };

  const common = {
    tag: 'Evaluation',
    path: `${APP}/evaluate`,
    needs: 'evaluate',
    crossOrigin: true,
    atEdges: true,
    answers: { schema: EvaluationResult, enveloped: false },
    problems: ['not_found', 'unparsable'],
  } as const;

  return [
    serve(
      {
        ...common,
        id: 'evaluateFlag',
        summary: 'Evaluate a flag',
        description:
          'Every query parameter but `flagKey` is a context attribute, as text; a repeated one is a list. Answered from the database, so it sees every commit; applications ask an edge.',
        method: 'get',
        openQuery: true,
        query: z.object({
          flagKey: z.string().optional().openapi({ description: 'The flag’s key. Required.' }),
          targetingKey: z.string().optional().openapi({ description: 'Whom the flag is evaluated for.' }),
        }),
      },
      async (call) => {
        const { flagKey = '' } = call.query;
        if (flagKey === '') {
          throw new Problem('invalid', { message: 'flagKey is missing; expected the key of a flag.' });
        }
        const { search, searchParams } = new URL(call.request.url);
        if (search.length > CONTEXT_BYTES) throw contextTooLarge();
        return answer(call, flagKey, contextOf(searchParams));
      },
    ),

    serve(
      {
        ...common,
        id: 'evaluateFlagWithContext',
        summary: 'Evaluate a flag for a context in the body',
        description: 'For attributes that are no texts: numbers, lists, objects, null.',
        method: 'post',
        body: {
          schema: EvaluateWrite,
          parse: parseEvaluate,
          limit: CONTEXT_BYTES + AROUND_BYTES,
          numbers: 'exact',
        },
      },
      (call) => answer(call, call.body.key, call.body.context),
    ),
  ];
};

const evaluationText = (flagKey: string, evaluation: Evaluation): string => {
  if (evaluation.kind === 'failed') {
    throw new Problem('unparsable', { message: `${evaluation.code}: ${evaluation.message}` });
  }
  const { reason, metadata } = evaluation;
  return JSON.stringify({
    flagKey,
    // Flagship's SDK wants a value; null makes it use the caller's default.
    value: evaluation.kind === 'served' ? evaluation.value : null,
    variant: evaluation.kind === 'served' ? evaluation.variant : undefined,
    reason,
    ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
  });
};
