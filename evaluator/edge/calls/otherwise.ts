import type { Hono } from 'hono';
import { preflightAnswer } from '../entry/cors.ts';
import { FIXED_HEADERS } from '../entry/fixed-headers.ts';
import type { Account } from '../held/account.ts';
import type { Log } from '../options.ts';
import { failure } from './fragments.ts';

/** Those that a token of one app may use without naming it. */
const IMPLYING_PATHS = [
  '/ofrep/v1/evaluate/flags/:key',
  '/ofrep/v1/evaluate/flags',
  '/config',
  '/stream',
  '/report',
];
const OWN_PATHS = [
  ...IMPLYING_PATHS,
  ...IMPLYING_PATHS.map((path) => `/apps/:app${path}`),
  '/apps/:app/ofrep/v1/stream',
];

const NOT_POST = ['GET', 'PUT', 'PATCH', 'DELETE'];
const NOT_GET = ['POST', 'PUT', 'PATCH', 'DELETE'];
const isPosted = (path: string): boolean => path.includes('/evaluate/') || path.endsWith('/report');

/** What the edge's paths answer to methods they do not take: preflights, and 405. */
export const otherMethods = (app: Hono, account: Account): void => {
  const preflight = (request: Request, appId: string | null): Response => {
    const origin = request.headers.get('origin');
    return preflightAnswer(origin, origin !== null && account.allowsOrigin(origin, appId));
  };
  for (const path of OWN_PATHS) {
    app.options(path, (c) => preflight(c.req.raw, c.req.param('app') ?? null));
    // Not `all`: a second match for the right method would cost every request a chain of handlers.
    app.on(isPosted(path) ? NOT_POST : NOT_GET, path, () => methodNotAllowed(path));
  }
};

const methodNotAllowed = (path: string): Response => {
  const allow = isPosted(path) ? 'POST, OPTIONS' : 'GET, OPTIONS';
  return new Response(failure(null, 'GENERAL', `This path takes ${allow}.`), {
    status: 405,
    headers: { ...FIXED_HEADERS, allow, 'content-type': 'application/json' },
  });
};

export const failures = (app: Hono, log: Log): void => {
  const headers = { ...FIXED_HEADERS, 'content-type': 'application/json' };
  app.onError((error, c) => {
    // The path only: query strings carry tickets and attributes.
    log.error({ path: c.req.path, error: String(error) }, 'A request failed.');
    return c.body(failure(null, 'GENERAL', 'Something went wrong on the server.'), 500, headers);
  });
  app.notFound((c) => c.body(failure(null, 'GENERAL', `There is nothing at ${c.req.path}.`), 404, headers));
};
