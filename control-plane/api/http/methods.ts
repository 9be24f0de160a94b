import type { Hono } from 'hono';
import { Problem } from '../../model/problem.ts';
import { problemResponse } from './envelope.ts';
import type { ExchangeEnv } from './exchange.ts';
import { API_SECURITY } from './security.ts';

/** 405 for what is left of a path, so it comes after the path's routes. */
export const refuseOtherMethods = (
  app: Hono<ExchangeEnv>,
  path: string,
  known: ReadonlySet<string>,
): void => {
  const allow = [...known, ...(known.has('GET') ? ['HEAD'] : [])].sort().join(', ');
  app.all(path, (c) => {
    const problem = new Problem('method', {
      message: `${c.req.method} is not known here; expected ${allow}.`,
    });
    // The dashboard's pages are served where requests have no id, too.
    const id: string | undefined = c.get('requestId');
    return problemResponse(problem, {
      ...API_SECURITY,
      'cache-control': 'private, no-store',
      ...(id === undefined ? {} : { 'x-request-id': id }),
      allow,
    });
  });
};
