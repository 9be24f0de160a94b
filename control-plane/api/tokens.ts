import { z } from '@hono/zod-openapi';
import { addressOf } from '../access/cookie.ts';
import { coversApps, type Grant } from '../access/grant.ts';
import { mintLink } from '../access/link.ts';
import { mintId, mintSecret, sha256Hex } from '../access/secret.ts';
import { maySignIn } from '../access/session.ts';
import type { Issues } from '../flags/issues.ts';
import { isObject, own } from '../flags/json.ts';
import { type Issue, Problem } from '../problem.ts';
import type { Token as StoredToken } from '../store/port.ts';
import type { Call } from './call.ts';
import { accountCommitted } from './commit.ts';
import { pageInfo } from './envelope.ts';
import { once } from './once.ts';
import { type AnyServed, serve } from './operation.ts';
import { body } from './parse.ts';
import { ACCOUNT } from './paths.ts';
import { Deleted, MintedToken, NewToken, SignInLink, Token } from './schemas.ts';
import { sealedWith } from './seal.ts';
import type { Setting } from './setting.ts';

const tag = 'Tokens';

const tokenView = (token: StoredToken): Token => ({
  id: token.id,
  name: token.name,
  permission: token.permission,
  app_ids: token.app_ids === null ? null : [...token.app_ids],
  allowed_origins: token.allowed_origins === null ? null : [...token.allowed_origins],
  expires_at: token.expires_at,
  created_at: token.created_at,
  created_by: token.created_by,
  last_used_at: token.last_used_at,
});

/** What makes a browser token is decided by three fields. */
const checkBrowserToken = (body: unknown, issues: Issues): void => {
  if (!isObject(body) || (own(body, 'allowed_origins') ?? null) === null) return;
  const apps = own(body, 'app_ids');
  if (own(body, 'permission') === 'evaluate' && Array.isArray(apps) && apps.length === 1) return;
  issues.add(
    ['allowed_origins'],
    'allowed_origins make a browser token; expected the permission "evaluate" and exactly one app in app_ids',
  );
};

/** Everything that the body cannot tell: whether the apps exist and are the caller's to give, and what time it is. */
const checkNewToken = async (
  body: NewToken,
  { account, caller, write }: Call<undefined, NewToken>,
  { stores }: Setting,
): Promise<void> => {
  const issues: Issue[] = [];
  const apps = new Set((await stores.accounts.apps(account)).map((app) => app.id));
  body.app_ids?.forEach((app, index) => {
    if (!apps.has(app)) {
      issues.push({
        pointer: `/app_ids/${index}`,
        message: `app_ids[${index}] is ${JSON.stringify(app)}; expected the id of an app of this account`,
      });
    }
  });
  if (body.expires_at != null && Date.parse(body.expires_at) <= Date.parse(write.at)) {
    issues.push({
      pointer: '/expires_at',
      message: `expires_at is ${JSON.stringify(body.expires_at)}; expected a time in the future`,
    });
  }
  const [first, ...others] = issues;
  if (first !== undefined) throw new Problem('invalid', [first, ...others]);
  if (!coversApps(caller.grant.app_ids, body.app_ids ?? null)) {
    throw new Problem('forbidden', {
      pointer: '/app_ids',
      message: 'A token of some apps can mint tokens for those apps only.',
    });
  }
};

/** The token, if it lives and is within the caller's reach. Problem: `not_found`, `forbidden`. */
const tokenWithinReach = async (
  account: string,
  id: string,
  grant: Grant,
  { stores }: Setting,
): Promise<StoredToken> => {
  const token = await stores.accounts.token(account, id);
  if (token === null || token.revoked_at !== null) {
    throw new Problem('not_found', { message: `There is no token ${JSON.stringify(id)} in this account.` });
  }
  if (!coversApps(grant.app_ids, token.app_ids)) {
    throw new Problem('forbidden', { message: 'The token is for apps that yours is not for.' });
  }
  return token;
};

export const tokenOperations = (setting: Setting): readonly AnyServed[] => {
  const { accounts } = setting.stores;

  return [
    serve(
      {
        id: 'listTokens',
        tag,
        summary: 'List the tokens',
        description: 'Those that were not revoked, oldest first; never their secrets.',
        method: 'get',
        path: `${ACCOUNT}/tokens`,
        needs: 'admin',
        answers: { schema: z.array(Token), list: true },
      },
      async ({ account, caller }) => {
        const tokens = await accounts.tokens(account);
        const result = tokens
          .filter((token) => token.revoked_at === null && coversApps(caller.grant.app_ids, token.app_ids))
          .map(tokenView);
        return { result, info: { ...pageInfo(result.length, null) } };
      },
    ),

    serve(
      {
        id: 'createToken',
        tag,
        summary: 'Mint a token',
        description: 'The secret is in this answer and is not kept: only its SHA-256 is.',
        method: 'post',
        path: `${ACCOUNT}/tokens`,
        needs: 'admin',
        writes: true,
        body: body(NewToken, checkBrowserToken),
        answers: { status: 201, schema: MintedToken },
        problems: ['conflict'],
      },
      (call: Call<undefined, NewToken>) =>
        once(
          call,
          setting,
          async () => {
            const { body: asked } = call;
            await checkNewToken(asked, call, setting);
            const secret = mintSecret('hly_', setting.random);
            const token = await accounts.createToken(
              call.account,
              {
                id: mintId(setting.random),
                hash: await sha256Hex(secret),
                name: asked.name,
                permission: asked.permission,
                app_ids: asked.app_ids ?? null,
                allowed_origins: asked.allowed_origins ?? null,
                expires_at: asked.expires_at ?? null,
              },
              call.write,
            );
            return {
              status: 201,
              result: { ...tokenView(token), secret },
              committed: await accountCommitted(setting, call.account),
            };
          },
          sealedWith(call.caller.secret),
        ),
    ),

    serve(
      {
        id: 'revokeToken',
        tag,
        summary: 'Revoke a token',
        description:
          'At once here, and on every edge as soon as it hears; its sessions and sign-in links end with it.',
        method: 'delete',
        path: `${ACCOUNT}/tokens/{token_id}`,
        needs: 'admin',
        writes: true,
        answers: { schema: Deleted },
        problems: ['not_found'],
      },
      (call: Call) =>
        once(call, setting, async () => {
          const id = call.params['token_id'] ?? '';
          await tokenWithinReach(call.account, id, call.caller.grant, setting);
          await accounts.revokeToken(call.account, id, call.write);
          setting.authenticator.forget();
          return { result: { id }, committed: await accountCommitted(setting, call.account) };
        }),
    ),

    serve(
      {
        id: 'createSignInLink',
        tag,
        summary: 'Mint a one-time sign-in link for the holder of a token',
        description:
          'Works once, within ten minutes. Send it over a channel you trust: who opens it is that person.',
        method: 'post',
        path: `${ACCOUNT}/tokens/{token_id}/link`,
        needs: 'admin',
        answers: { status: 201, schema: SignInLink },
        problems: ['not_found', 'conflict'],
      },
      async (call: Call) => {
        const id = call.params['token_id'] ?? '';
        const token = await tokenWithinReach(call.account, id, call.caller.grant, setting);
        if (!maySignIn(token.permission) || token.allowed_origins !== null) {
          throw new Problem('conflict', {
            message: `The token's permission is ${JSON.stringify(token.permission)}; signing in takes "read" or more.`,
          });
        }
        const link = await mintLink(
          accounts,
          { account: call.account, token_id: id },
          addressOf(setting.seenAs(call.request)),
          call.write,
          setting.random,
        );
        return { status: 201, result: link };
      },
    ),
  ];
};
