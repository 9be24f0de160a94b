import type { Hono } from 'hono';
import { Problem } from '../problem.ts';
import { authorize, identify } from './caller.ts';
import type { ExchangeEnv } from './exchange.ts';
import type { Metrics } from './metrics.ts';
import { API_SECURITY } from './security.ts';
import type { Setting } from './setting.ts';

/** `/healthz`: the process lives. `/readyz`: the database answers and is not being prepared. `/metrics` shows who uses what, so it takes a token. */
export const serveProbes = (
  app: Hono<ExchangeEnv>,
  setting: Setting,
  metrics: Metrics | null,
  preparing: () => boolean,
): void => {
  const headers = { ...API_SECURITY, 'cache-control': 'no-store' };
  app.get('/healthz', (c) => c.json({ status: 'ok' }, 200, headers));

  app.get('/readyz', async (c) => {
    try {
      if (preparing()) throw new Problem('unavailable', { message: 'The database is being prepared.' });
      await setting.stores.ping();
      return c.json({ status: 'ok' }, 200, headers);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return c.json({ status: 'unavailable', reason: error.message }, 503, {
        ...headers,
        'retry-after': '1',
      });
    }
  });

  if (metrics === null) return;
  app.get('/metrics', async (c) => {
    const { grant } = await identify(c.req.raw, c.env, setting);
    authorize(grant, 'read', {}, c.req.raw.headers.get('origin'));
    if (grant.app_ids !== null) {
      throw new Problem('forbidden', {
        message:
          'The token is for some apps only; /metrics is about the whole server and needs a token for every app.',
      });
    }
    const { type, body } = await metrics.text();
    return c.body(body, 200, { ...headers, 'content-type': type });
  });
};
