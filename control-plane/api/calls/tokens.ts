import { z } from '@hono/zod-openapi';
import { addressOf } from '../../access/cookie.ts';
import type { Grant } from '../../access/grant.ts';
import { mintLink } from '../../access/link.ts';
import { mintId, mintSecret, sha256Hex } from '../../access/secret.ts';
import { maySignIn } from '../../access/session.ts';
import { coversApps } from '../../model/permission.ts';
import { Problem } from '../../model/problem.ts';
import type { Token as StoredToken } from '../../model/token.ts';
import { Deleted, MintedToken, type NewToken, SignInLink, Token } from '../document/schemas.ts';
import type { Call } from '../http/call.ts';
import { accountCommitted } from '../http/commit.ts';
import { pageInfo } from '../http/envelope.ts';
import { once } from '../http/once.ts';
import { type AnyServed, serve } from '../http/operation.ts';
import { ACCOUNT } from '../http/paths.ts';
import { sealedWith } from '../http/seal.ts';
import type { Setting } from '../http/setting.ts';
import { checkNewToken, newTokenBody } from './new-token.ts';

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

/** Problem: `forbidden`, a token of some apps that mints one of others. */
const withinReach = (body: NewToken, { caller }: Call<undefined, NewToken>): void => {
  if (coversApps(caller.grant.app_ids, body.app_ids ?? null)) return;
  throw new Problem('forbidden', {
    pointer: '/app_ids',
    message: 'A token of some apps can mint tokens for those apps only.',
  });
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

export const tokenOperations = (setting: Setting): readonly AnyServed[] => [
  ...listAndMint(setting),
  ...revokeAndLink(setting),
];

const listAndMint = (setting: Setting): readonly AnyServed[] => {
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
        body: newTokenBody,
        answers: { status: 201, schema: MintedToken },
        problems: ['conflict'],
      },
      (call: Call<undefined, NewToken>) =>
        once(
          call,
          setting,
          async () => {
            const { body: asked } = call;
            checkNewToken(asked, { apps: await accounts.apps(call.account), at: call.write.at });
            withinReach(asked, call);
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
              call.caller.grant.app_ids,
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
  ];
};

const revokeAndLink = (setting: Setting): readonly AnyServed[] => {
  const { accounts } = setting.stores;

  return [
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
