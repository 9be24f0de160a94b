import { accountSpace } from '@halyard/caches';
import type { Hono } from 'hono';
import { Problem } from '../../model/problem.ts';
import { refusalOf } from '../../replication/adopt.ts';
import { sleep } from '../../store/sql/sleep.ts';
import { authorize, identify } from '../http/caller.ts';
import type { ExchangeEnv } from '../http/exchange.ts';
import { API_SECURITY } from '../http/security.ts';
import type { Setting } from '../http/setting.ts';
import type { Metrics } from './metrics.ts';

const CACHE_MS = 250;

/** `/healthz`: the process lives. `/readyz`: nothing is awaited, and the database answers. `/metrics` shows who uses what, so it takes a token. */
export const serveProbes = (
  app: Hono<ExchangeEnv>,
  setting: Setting,
  account: string,
  metrics: Metrics | null,
  /** Why the process cannot serve yet, in a sentence. */
  awaited: () => string | null,
): void => {
  const headers = { ...API_SECURITY, 'cache-control': 'no-store' };
  /** The API can serve all the same, so it is said and no more; and a cache that does not answer soon holds up no probe. */
  const refused = async (): Promise<string | null> => {
    const { stores, cache } = setting;
    const ending = new AbortController();
    const asked = async (): Promise<string | null> => {
      const head = await cache.head(accountSpace(account));
      return (await refusalOf(stores, { account, app: null }, head))?.message ?? null;
    };
    try {
      return await Promise.race([asked(), sleep(CACHE_MS, ending.signal).then(() => null)]);
    } catch {
      return null;
    } finally {
      ending.abort();
    }
  };

  app.get('/healthz', (c) => c.json({ status: 'ok' }, 200, headers));

  app.get('/readyz', async (c) => {
    try {
      const message = awaited();
      if (message !== null) throw new Problem('unavailable', { message });
      await setting.stores.ping();
      const refusal = await refused();
      return c.json({ status: 'ok', ...(refusal === null ? {} : { replication: refusal }) }, 200, headers);
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
