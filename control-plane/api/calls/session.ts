import { readSessionCookie, sessionCookie } from '../../access/cookie.ts';
import { coversApp, type Grant, grantOf } from '../../access/grant.ts';
import { useLink } from '../../access/link.ts';
import { closeSession, maySignIn, openSession, SESSION_MS } from '../../access/session.ts';
import { allows } from '../../model/permission.ts';
import { Problem } from '../../model/problem.ts';
import type { Origin, SignInLink } from '../../model/session.ts';
import { Session, SignedOut, SignIn } from '../document/schemas.ts';
import type { Call } from '../http/call.ts';
import { expired, refusal, sameSite } from '../http/caller.ts';
import { type AnyServed, serve } from '../http/operation.ts';
import { body } from '../http/parse.ts';
import type { Setting } from '../http/setting.ts';
import { appView } from './apps.ts';

const tag = 'Session';
const path = '/client/v4/session';

interface Proven {
  readonly grant: Grant;
  /** The one that was exchanged; null: a token was shown. */
  readonly link: SignInLink | null;
}

type Credential = { readonly token?: string | undefined; readonly link?: string | undefined };

export const sessionOperations = (setting: Setting): readonly AnyServed[] => {
  const { accounts } = setting.stores;

  return [
    serve(
      {
        id: 'signIn',
        tag,
        summary: 'Exchange a token or a one-time link for a session cookie',
        description: 'The cookie is HttpOnly and SameSite=Strict, Secure over https, and ends after a day.',
        method: 'post',
        path,
        needs: null,
        // Anybody may send one, so it must cost little to refuse.
        body: { ...body(SignIn), limit: 8 * 1024 },
        answers: { status: 201, schema: Session },
        problems: ['unauthenticated', 'forbidden', 'rate_limited'],
      },
      async (call: Call<undefined, Credential>) => {
        const { request, env, body: credential } = call;
        const seenAs = setting.seenAs(request);
        // A page elsewhere must not be able to sign a browser in as somebody it chose.
        if (request.headers.get('origin') !== null) sameSite(request, seenAs);
        const proven = await provenBy(credential, setting);
        if (proven === null) {
          throw refusal(
            request,
            env,
            setting,
            credential.token === undefined
              ? 'The sign-in link was used before or is older than ten minutes; ask for a new one.'
              : 'The token is unknown or revoked; expected a valid one.',
          );
        }
        const { grant, link } = proven;
        if (!maySignIn(grant.permission)) {
          throw new Problem('forbidden', {
            message: `The token's permission is ${JSON.stringify(grant.permission)}; signing in takes "read" or more.`,
          });
        }
        const opened = await openSession(accounts, grant, originOf(call, setting), link, setting.random);
        return {
          status: 201,
          result: await sessionView(grant, setting),
          headers: { 'set-cookie': sessionCookie(opened.secret, SESSION_MS / 1_000, seenAs) },
        };
      },
    ),

    serve(
      {
        id: 'getSession',
        tag,
        summary: 'Who is signed in',
        method: 'get',
        path,
        needs: 'evaluate',
        answers: { schema: Session },
      },
      async ({ caller }) => ({ result: await sessionView(caller.grant, setting) }),
    ),

    serve(
      {
        id: 'signOut',
        tag,
        summary: 'Sign out',
        method: 'delete',
        path,
        needs: null,
        answers: { schema: SignedOut },
        problems: ['forbidden'],
      },
      async (call) => {
        const { request } = call;
        const seenAs = setting.seenAs(request);
        const secret = readSessionCookie(request.headers.get('cookie'), seenAs);
        if (secret !== null) {
          sameSite(request, seenAs);
          await closeSession(accounts, secret, originOf(call, setting));
          setting.authenticator.forget();
        }
        return { result: {}, headers: { 'set-cookie': sessionCookie(null, 0, seenAs) } };
      },
    ),
  ];
};

const sessionView = async (grant: Grant, { stores: { accounts } }: Setting): Promise<Session> => {
  // Who may only evaluate is told nothing about apps: their names, and who changed them, take `read` everywhere else.
  const apps = allows(grant.permission, 'read') ? await accounts.apps(grant.account) : [];
  return {
    account: grant.account,
    token_id: grant.token_id,
    name: grant.name,
    permission: grant.permission,
    app_ids: grant.app_ids === null ? null : [...grant.app_ids],
    expires_at: grant.expires_at,
    apps: apps.filter((app) => coversApp(grant, app.id)).map(appView),
  };
};

const provenBy = async ({ token, link }: Credential, setting: Setting): Promise<Proven | null> => {
  if (token !== undefined) {
    const grant = await setting.authenticator.token(token);
    if (grant === 'expired') throw expired();
    return grant === null ? null : { grant, link: null };
  }
  const { accounts } = setting.stores;
  const used = link === undefined ? null : await useLink(accounts, link, setting.now());
  const owner = used === null ? null : await accounts.token(used.account, used.token_id);
  if (owner === null || owner.revoked_at !== null) return null;
  if (owner.expires_at !== null && Date.parse(owner.expires_at) <= setting.now()) return null;
  return { grant: grantOf(owner), link: used };
};

const originOf = ({ request, env }: Pick<Call, 'request' | 'env'>, setting: Setting): Origin => ({
  at: new Date(setting.now()).toISOString(),
  address: setting.address(request, env),
});
