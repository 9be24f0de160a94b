import { namesOrigin } from '@halyard/caches/access';
import type { Grant } from '../../access/grant.ts';
import type { Setting } from './setting.ts';

const EXPOSED = 'ETag, Halyard-Version, Halyard-Stale, Retry-After';
const VARY = 'Authorization, X-API-Key, Origin';
const PREFLIGHT_SECONDS = 600;

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
  place: Place,
  { origins }: Pick<Setting, 'origins'>,
): Promise<Record<string, string>> => {
  if (origin === null) return { vary: VARY };
  const allowed = namesOrigin(grant?.allowed_origins ?? [], origin) || (await origins.allows(place, origin));
  return allowed
    ? { vary: VARY, 'access-control-allow-origin': origin, 'access-control-expose-headers': EXPOSED }
    : { vary: VARY };
};

/** A preflight carries no token, so any browser token of the app speaks for its origin. */
export const preflight = async (
  request: Request,
  place: Place,
  setting: Pick<Setting, 'origins'>,
): Promise<Response> => {
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
