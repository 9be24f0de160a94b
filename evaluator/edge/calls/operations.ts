import type { Hono } from 'hono';
import type { Gate } from '../entry/admission.ts';
import { may } from '../entry/caller.ts';
import { FIXED_HEADERS } from '../entry/fixed-headers.ts';
import { refusal } from '../entry/refusal.ts';
import type { Account } from '../held/account.ts';

export interface OperationOptions {
  readonly gate: Gate;
  readonly account: Account;
  readonly ready: () => boolean;
  /** Null: not served. */
  readonly metrics: (() => Promise<string>) | null;
  readonly metricsFor: 'read' | 'anyone';
}

/** Health and metrics of an edge that has its server to itself. */
export const operationRoutes = (app: Hono, options: OperationOptions): void => {
  const { account, gate, ready, metrics, metricsFor } = options;

  app.get('/healthz', (c) => c.json({ status: 'ok' }, 200, FIXED_HEADERS));

  app.get('/readyz', (c) => {
    const state = {
      status: ready() ? 'ready' : 'not ready',
      cache: account.connected ? 'connected' : 'cut off',
      account_version: account.version,
      stale_seconds: account.staleSeconds,
    };
    return c.json(state, ready() ? 200 : 503, FIXED_HEADERS);
  });

  if (metrics === null) return;
  app.get('/metrics', async (c) => {
    const { headers } = c.req.raw;
    if (metricsFor === 'read') {
      const caller = await gate.identify(c);
      if ('kind' in caller) return refusal(caller, null);
      if (!may(caller, 'read')) {
        const { permission } = caller.grant;
        return refusal(
          gate.refuse(403, `This token may ${permission}; read is needed.`, headers, null),
          null,
        );
      }
    }
    return c.text(await metrics(), 200, {
      ...FIXED_HEADERS,
      'content-type': 'text/plain; version=0.0.4; charset=utf-8',
    });
  });
};
