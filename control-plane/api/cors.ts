import type { Grant } from '../access/grant.ts';
import type { Token } from '../store/port.ts';
import type { Setting } from './setting.ts';

const EXPOSED = 'ETag, Halyard-Version, Halyard-Stale, Retry-After';
const VARY = 'Authorization, X-API-Key, Origin';
const PREFLIGHT_SECONDS = 600;

/** Whether a living browser token of the app names the origin. */
const allowsOrigin = (tokens: readonly Token[], app: string, origin: string, nowMs: number): boolean =>
  tokens.some(
    (token) =>
      token.revoked_at === null &&
      (token.expires_at === null || Date.parse(token.expires_at) > nowMs) &&
      token.allowed_origins?.includes(origin) === true &&
      (token.app_ids === null || token.app_ids.includes(app)),
  );

interface Place {
  readonly account: string;
  readonly app: string;
}

/**
 * The headers that let a page elsewhere read the answer: for exactly the origins of the app's browser tokens, refusals included, so
 * that the page's author can see why. Credentials are never allowed.
 */
export const corsHeaders = async (
  origin: string | null,
  grant: Grant | null,
  { account, app }: Place,
  { stores, now }: Setting,
): Promise<Record<string, string>> => {
  if (origin === null) return { vary: VARY };
  const allowed =
    grant?.allowed_origins?.includes(origin) === true ||
    allowsOrigin(await stores.accounts.tokens(account), app, origin, now());
  return allowed
    ? { vary: VARY, 'access-control-allow-origin': origin, 'access-control-expose-headers': EXPOSED }
    : { vary: VARY };
};

/** A preflight carries no token, so any browser token of the app speaks for its origin. */
export const preflight = async (request: Request, place: Place, setting: Setting): Promise<Response> => {
  const headers = await corsHeaders(request.headers.get('origin'), null, place, setting);
  return new Response(null, {
    status: 204,
    headers: {
      ...headers,
      ...(headers['access-control-allow-origin'] === undefined
        ? {}
        : {
            'access-control-allow-methods': 'GET, HEAD, POST',
            'access-control-allow-headers': 'Authorization, X-API-Key, Content-Type',
            'access-control-max-age': String(PREFLIGHT_SECONDS),
          }),
    },
  });
};
