import { z } from '@hono/zod-openapi';
import { coversApp, type Grant } from '../../access/grant.ts';
import { mintId } from '../../access/secret.ts';
import type { AppChange, App as StoredApp } from '../../model/app.ts';
import { allows } from '../../model/permission.ts';
import { Problem } from '../../model/problem.ts';
import { App, AppPatch, Deleted, NewApp, RenamedApp } from '../document/schemas.ts';
import type { Call } from '../http/call.ts';
import { accountCommitted } from '../http/commit.ts';
import { pageInfo } from '../http/envelope.ts';
import { once } from '../http/once.ts';
import { type AnyServed, serve } from '../http/operation.ts';
import { body } from '../http/parse.ts';
import { ACCOUNT, APP, appOf } from '../http/paths.ts';
import { switchParameter } from '../http/query.ts';
import type { Setting } from '../http/setting.ts';

const tag = 'Apps';

const Deletion = z.object({
  keep_history: switchParameter('0: the changelog goes at once too.', '1'),
});
type Deletion = z.infer<typeof Deletion>;

/** The store's row without what is not the client's. */
export const appView = (app: StoredApp): App => ({
  id: app.id,
  name: app.name,
  client_side_default: app.client_side_default,
  tests: app.tests,
  created_at: app.created_at,
  updated_at: app.updated_at,
  updated_by: app.updated_by,
  project: app.project?.id ?? null,
  environment: app.environment?.key ?? null,
});

export const noSuchApp = (app: string): Problem =>
  new Problem('not_found', { message: `There is no app ${JSON.stringify(app)} in this account.` });

/** Problem: `not_found`. */
export const existingApp = async (
  { stores }: Pick<Setting, 'stores'>,
  account: string,
  app: string,
): Promise<StoredApp> => {
  const found = await stores.accounts.app(account, app);
  if (found === null) throw noSuchApp(app);
  return found;
};

/** What of an app a permission to write does not suffice to change. */
const ADMINISTERED = ['tests'] as const satisfies readonly (keyof AppPatch)[];

const needsAdmin = ({ permission }: Grant, field: string): void => {
  if (allows(permission, 'admin')) return;
  throw new Problem('forbidden', {
    pointer: `/${field}`,
    message: `The token's permission is ${JSON.stringify(permission)}; changing ${field} needs "admin".`,
  });
};

export const appOperations = (setting: Setting): readonly AnyServed[] => [
  ...addAndRead(setting),
  ...changeAndDelete(setting),
];

const addAndRead = (setting: Setting): readonly AnyServed[] => {
  const { accounts } = setting.stores;

  return [
    serve(
      {
        id: 'listApps',
        tag,
        summary: 'List the apps',
        description: 'All of them in one answer, without their flags; those the token is for.',
        method: 'get',
        path: `${ACCOUNT}/apps`,
        needs: 'read',
        answers: { schema: z.array(App), list: true },
      },
      async ({ account, caller }) => {
        const apps = await accounts.apps(account);
        const result = apps.filter((app) => coversApp(caller.grant, app.id)).map(appView);
        return {
          result,
          info: { ...pageInfo(result.length, null) },
        };
      },
    ),

    serve(
      {
        id: 'createApp',
        tag,
        summary: 'Create an app',
        method: 'post',
        path: `${ACCOUNT}/apps`,
        needs: 'write',
        writes: true,
        body: body(NewApp),
        answers: { status: 201, schema: App },
        problems: ['conflict', 'limit'],
      },
      (call) => {
        if (call.caller.grant.app_ids !== null) {
          throw new Problem('forbidden', {
            message: 'The token is for some apps only; creating one needs a token for every app.',
          });
        }
        return once(call, setting, async () => {
          const app = await accounts.createApp(
            call.account,
            { id: mintId(setting.random), ...call.body },
            call.write,
          );
          return {
            status: 201,
            result: appView(app),
            committed: await accountCommitted(setting, call.account),
          };
        });
      },
    ),

    serve(
      {
        id: 'getApp',
        tag,
        summary: 'Get an app',
        method: 'get',
        path: APP,
        needs: 'read',
        answers: { schema: App },
        problems: ['not_found'],
      },
      async (call) => ({ result: appView(await existingApp(setting, call.account, appOf(call))) }),
    ),
  ];
};

const changeAndDelete = (setting: Setting): readonly AnyServed[] => {
  const { accounts } = setting.stores;
  const change = async ({ account, params, body: asked, write }: Call<unknown, AppChange>) => {
    const app = await accounts.changeApp(account, appOf({ params }), asked, write);
    return { result: appView(app), committed: await accountCommitted(setting, account) };
  };

  return [
    serve(
      {
        id: 'renameApp',
        tag,
        summary: 'Rename an app',
        description: 'Its id stays.',
        method: 'put',
        path: APP,
        needs: 'write',
        writes: true,
        body: body(RenamedApp),
        answers: { schema: App },
        problems: ['not_found', 'conflict'],
      },
      (call) => once(call, setting, () => change(call)),
    ),

    serve(
      {
        id: 'patchApp',
        tag,
        summary: 'Change an app',
        description: 'What is left out stays. Changing `tests` takes `admin`.',
        method: 'patch',
        path: APP,
        needs: 'write',
        writes: true,
        body: body(AppPatch),
        answers: { schema: App },
        problems: ['not_found', 'conflict'],
      },
      (call) => {
        for (const field of ADMINISTERED) {
          if (call.body[field] !== undefined) needsAdmin(call.caller.grant, field);
        }
        return once(call, setting, () => change(call));
      },
    ),

    serve(
      {
        id: 'deleteApp',
        tag,
        summary: 'Delete an app',
        description:
          'Its flags go with it. Its changelog stays readable for 400 days, or goes too; the account’s log keeps its last hash for ever.',
        method: 'delete',
        path: APP,
        needs: 'admin',
        writes: true,
        query: Deletion,
        answers: { schema: Deleted },
        problems: ['not_found'],
      },
      (call: Call<Deletion>) =>
        once(call, setting, async () => {
          const id = appOf(call);
          const history = call.query.keep_history ? 'kept' : 'gone';
          await accounts.deleteApp(call.account, id, call.write, history);
          return { result: { id }, committed: await accountCommitted(setting, call.account) };
        }),
    ),
  ];
};
