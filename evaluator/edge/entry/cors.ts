import { FIXED_HEADERS } from './fixed-headers.ts';

/** What a page of an allowed origin is given with every answer. Credentials are never allowed: tokens are not cookies. */
export const corsHeaders = (origin: string): Readonly<Record<string, string>> => ({
  'access-control-allow-origin': origin,
  'access-control-expose-headers': 'ETag, Halyard-Version, Halyard-Stale, Retry-After',
});

const ALLOWED_HEADERS = 'Authorization, X-API-Key, Content-Type, If-None-Match, Last-Event-ID, Cache-Control';
const MAX_AGE_SECONDS = 600;

/** The answer to a preflight, which carries no token: `allowed` says whether any token of the app allows its origin. */
export const preflightAnswer = (origin: string | null, allowed: boolean): Response =>
  new Response(null, {
    status: 204,
    headers: {
      ...FIXED_HEADERS,
      vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers',
      ...(origin !== null && allowed
        ? {
            'access-control-allow-origin': origin,
            'access-control-allow-methods': 'GET, POST, OPTIONS',
            'access-control-allow-headers': ALLOWED_HEADERS,
            'access-control-max-age': `${MAX_AGE_SECONDS}`,
          }
        : {}),
    },
  });
