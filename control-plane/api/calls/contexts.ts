import { z } from '@hono/zod-openapi';
import { parseContext, SavedContextSchema, SavedContextWrite } from '../../flags/body/saved-context.ts';
import { Problem } from '../../model/problem.ts';
import { pageInfo } from '../http/envelope.ts';
import { type AnyServed, serve } from '../http/operation.ts';
import { APP, appOf, CONTEXT, contextNameOf } from '../http/paths.ts';
import type { Setting } from '../http/setting.ts';
import { existingApp } from './apps.ts';

const tag = 'Contexts';

const noSuchContext = (name: string): Problem =>
  new Problem('not_found', { message: `There is no saved context ${JSON.stringify(name)} in this app.` });

/** Problem: `invalid`. */
const newName = (name: string): string => {
  if (name.trim() === name && name.length >= 1 && name.length <= 64) return name;
  throw new Problem('invalid', {
    message: `The name is ${JSON.stringify(name)}; expected 1 to 64 characters, without a space at either end.`,
  });
};

export const contextOperations = (setting: Setting): readonly AnyServed[] => [
  serve(
    {
      id: 'listContexts',
      tag,
      summary: 'List the saved contexts of an app',
      description: 'All of them in one answer, ordered by name.',
      method: 'get',
      path: `${APP}/contexts`,
      needs: 'read',
      answers: { schema: z.array(SavedContextSchema), list: true },
      problems: ['not_found'],
    },
    async (call) => {
      const app = await existingApp(setting, call.account, appOf(call));
      const result = await setting.stores.app(call.account, app.id).contexts();
      return { result, info: { ...pageInfo(result.length, null) } };
    },
  ),

  serve(
    {
      id: 'getContext',
      tag,
      summary: 'Get a saved context',
      method: 'get',
      path: CONTEXT,
      needs: 'read',
      answers: { schema: SavedContextSchema },
      problems: ['not_found'],
    },
    async (call) => {
      const app = await existingApp(setting, call.account, appOf(call));
      const name = contextNameOf(call);
      const saved = await setting.stores.app(call.account, app.id).contexts();
      const result = saved.find((one) => one.name === name);
      if (result === undefined) throw noSuchContext(name);
      return { result };
    },
  ),

  serve(
    {
      id: 'saveContext',
      tag,
      summary: 'Save a context, or put another in its place',
      description: 'It changes no answer of any flag, and so leaves no entry in the changelog.',
      method: 'put',
      path: CONTEXT,
      needs: 'write',
      body: { schema: SavedContextWrite, parse: parseContext },
      answers: { schema: SavedContextSchema },
      problems: ['not_found', 'limit'],
    },
    async (call) => ({
      result: await setting.stores
        .app(call.account, appOf(call))
        .saveContext(newName(contextNameOf(call)), call.body, call.write),
    }),
  ),

  serve(
    {
      id: 'deleteContext',
      tag,
      summary: 'Delete a saved context',
      method: 'delete',
      path: CONTEXT,
      needs: 'write',
      answers: { schema: z.object({ name: z.string() }) },
      problems: ['not_found'],
    },
    async (call) => {
      const app = await existingApp(setting, call.account, appOf(call));
      const name = contextNameOf(call);
      const gone = await setting.stores.app(call.account, app.id).deleteContext(name);
      if (!gone) throw noSuchContext(name);
      return { result: { name } };
    },
  ),
];
