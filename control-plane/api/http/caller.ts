import { type Failures, namesOrigin } from '@halyard/caches/access';
import type { Authenticator, Credential } from '../../access/authentication.ts';
import { isSecure, readSessionCookie, type SeenAs } from '../../access/cookie.ts';
import { coversApp, type Grant } from '../../access/grant.ts';
import type { Permission } from '../../model/permission.ts';
import { allows } from '../../model/permission.ts';
import { Problem } from '../../model/problem.ts';

/** Who asks: a grant, and the secret that proved it. */
export interface Caller extends Credential {
  readonly grant: Grant;
}

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

const BEARER = /^Bearer +(\S+) *$/i;

/** The token of a request: `Authorization: Bearer`, else `X-API-Key`. */
export const bearerSecret = (headers: Headers): string | null => {
  const header = headers.get('authorization');
  if (header !== null) return BEARER.exec(header)?.[1] ?? '';
  return headers.get('x-api-key');
};

export interface Identification {
  readonly authenticator: Authenticator;
  readonly failures: Failures;
  /** The address that failures are counted by; `env` is what the server gave with the request. */
  readonly address: (request: Request, env: unknown) => string;
  /** Host and scheme as the browser sees them. */
  readonly seenAs: (request: Request) => SeenAs;
}

/** Problems: `unauthenticated`, `rate_limited`, `forbidden` (a cookie write from another site), `unavailable`. */
export const identify = async (request: Request, env: unknown, how: Identification): Promise<Caller> => {
  const secret = bearerSecret(request.headers);
  if (secret !== null) {
    const grant = secret === '' ? null : await how.authenticator.token(secret);
    if (grant === 'expired') throw expired();
    if (grant === null)
      throw refusal(request, env, how, 'The token is unknown or revoked; expected a valid one.');
    return { grant, via: 'token', secret };
  }
  const cookie = readSessionCookie(request.headers.get('cookie'), how.seenAs(request));
  if (cookie === null) {
    throw new Problem('unauthenticated', {
      message: 'The request carries no token; expected the header `Authorization: Bearer hly_…`.',
    });
  }
  const grant = await how.authenticator.session(cookie);
  if (grant === 'expired') throw new Problem('unauthenticated', { message: SESSION_ENDED });
  if (grant === null) throw refusal(request, env, how, SESSION_ENDED);
  if (!SAFE.has(request.method)) sameSite(request, how.seenAs(request));
  return { grant, via: 'session', secret: cookie };
};

const SESSION_ENDED = 'The session has ended; sign in again.';

/** Not counted: a program that goes on with yesterday's token must not use up the attempts of everybody at its address. */
export const expired = (): Problem =>
  new Problem('unauthenticated', { message: 'The token has expired; expected a valid one.' });

/** Counts the failure: 401, or 429 from an address that has failed too often. */
export const refusal = (
  request: Request,
  env: unknown,
  how: Pick<Identification, 'failures' | 'address'>,
  message: string,
): Problem => {
  const wait = how.failures.count(how.address(request, env));
  return wait === 0
    ? new Problem('unauthenticated', { message })
    : new Problem(
        'rate_limited',
        { message: `Too many failed attempts from this address; try again in ${wait} s.` },
        wait,
      );
};

/**
 * A cookie is sent by the browser, whoever wrote the page; `Origin` says who did (OWASP: verifying origin with standard headers). Hosts are
 * compared, and schemes only where TLS is known of: a proxy in front may end it and not say so.
 */
export const sameSite = (request: Request, seenAs: SeenAs): void => {
  const origin = request.headers.get('origin');
  if (origin !== null && isFrom(origin, seenAs)) return;
  throw new Problem('forbidden', {
    message: `A write with the session cookie must come from the dashboard itself: the Origin is ${
      origin === null ? 'missing' : JSON.stringify(origin)
    }; expected one with the host ${JSON.stringify(seenAs.host)}.`,
  });
};

const isFrom = (origin: string, seenAs: SeenAs): boolean => {
  if (!URL.canParse(origin)) return false;
  const { protocol, host } = new URL(origin);
  return host === seenAs.host && (protocol === 'https:' || !isSecure(seenAs));
};

/**
 * Problem `forbidden`: another account (whether it exists or not), another app (likewise), a permission too weak, or a browser token
 * used from elsewhere.
 */
export const authorize = (
  grant: Grant,
  needed: Permission,
  place: { readonly account?: string; readonly app?: string },
  origin: string | null,
): void => {
  if (place.account !== undefined && place.account !== grant.account) {
    throw new Problem('forbidden', { message: 'The token is for another account.' });
  }
  if (place.app !== undefined && !coversApp(grant, place.app)) {
    throw new Problem('forbidden', { message: 'The token is for other apps.' });
  }
  if (!allows(grant.permission, needed)) {
    throw new Problem('forbidden', {
      message: `The token's permission is ${JSON.stringify(grant.permission)}; this call needs ${JSON.stringify(needed)}.`,
    });
  }
  if (grant.allowed_origins !== null && (origin === null || !namesOrigin(grant.allowed_origins, origin))) {
    throw new Problem('forbidden', {
      message: `The Origin is ${origin === null ? 'missing' : JSON.stringify(origin)}; this browser token is for ${grant.allowed_origins.join(', ')}.`,
    });
  }
};
