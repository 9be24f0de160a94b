import type { Context, MiddlewareHandler } from 'hono';
import { isSecure } from '../../access/cookie.ts';
import type { Grant } from '../../access/grant.ts';
import { mintId } from '../../access/secret.ts';
import type { Metrics } from '../calls/metrics.ts';
import type { FailedRequest } from './failure.ts';
import type { Setting } from './setting.ts';

export interface ExchangeEnv {
  Variables: { requestId: string; operation?: string; caller?: Grant };
}

/** A year of https only (RFC 6797). Not for subdomains: those are not ours to speak for. */
const STRICT_TRANSPORT = 'max-age=31536000';

const REQUEST_ID = /^[A-Za-z0-9_.-]{1,64}$/;

/**
 * Gives every request an id (or keeps the one a proxy gave it), and writes one line about it when it was answered: never its query, its body
 * or a header, because secrets travel there.
 */
export const exchange = (
  { log, random, now, seenAs }: Pick<Setting, 'log' | 'random' | 'now' | 'seenAs'>,
  metrics: Metrics | null,
): MiddlewareHandler<ExchangeEnv> => {
  // Unique, not secret: randomness once a process and a count cost less than randomness every request.
  let process: string | null = null;
  let count = 0;
  const nextId = (): string => {
    process ??= mintId(random);
    return `${process}-${(count++).toString(36)}`;
  };
  return async (c, next) => {
    const began = now();
    const given = c.req.header('x-request-id');
    c.set('requestId', given !== undefined && REQUEST_ID.test(given) ? given : nextId());
    await next();
    if (c.req.method === 'HEAD' && c.res.body !== null) {
      // What is left of the answer is its head; a body that nobody reads would never be let go.
      c.res.body.cancel().catch(() => {});
      c.res = new Response(null, c.res);
    }
    if (isSecure(seenAs(c.req.raw))) c.res.headers.set('strict-transport-security', STRICT_TRANSPORT);
    const took = now() - began;
    const { status } = c.res;
    const operation = c.get('operation');
    if (operation !== undefined) metrics?.answered(operation, status, took / 1_000);
    if (status === 401 || status === 429) metrics?.refused();
    const caller = c.get('caller');
    const line = {
      ...failedRequest(c),
      status,
      ms: took,
      ...(operation === undefined ? {} : { operation }),
      ...(caller === undefined
        ? {}
        : { account: caller.account, token_id: caller.token_id, actor: caller.name }),
    };
    if (c.req.method === 'GET' || c.req.method === 'HEAD') log.debug(line, 'answered');
    else log.info(line, 'answered');
  };
};

export const failedRequest = (c: Context<ExchangeEnv>): FailedRequest => ({
  id: c.get('requestId'),
  method: c.req.method,
  path: c.req.path,
});
