import type { FlagCache } from '@halyard/caches';
import { createFailures } from '@halyard/caches/access';
import { Hono } from 'hono';
import { type Authenticator, createAuthenticator } from '../access/authentication.ts';
import { type FirstStart, type FirstStartOptions, firstStart, SYSTEM } from '../access/first-start.ts';
import { mintLink, signInToken } from '../access/link.ts';
import { type RandomBytes, systemRandom } from '../access/secret.ts';
import { followUses } from '../access/uses.ts';
import { Problem } from '../model/problem.ts';
import { expireEnvironments } from '../projects/expiry.ts';
import { sideOf } from '../projects/side.ts';
import type { Place, Stores, Subscription } from '../store/port.ts';
import type { Metrics } from './calls/metrics.ts';
import { serveProbes } from './calls/probes.ts';
import { createPropagation } from './calls/propagation.ts';
import { serveDocs } from './document/docs.ts';
import { openApiDocument } from './document/document.ts';
import { createVisitors } from './http/address.ts';
import { type ExchangeEnv, exchange, failedRequest } from './http/exchange.ts';
import { failureResponse } from './http/failure.ts';
import { refuseOtherMethods } from './http/methods.ts';
import { STREAM_LIMITS, type StreamLimits } from './http/open-streams.ts';
import { createOrigins } from './http/origins.ts';
import { type DashboardFiles, servePages } from './http/pages.ts';
import { basePathOf } from './http/public-url.ts';
import { bind } from './http/routes.ts';
import { API_SECURITY } from './http/security.ts';
import type { Log, Setting } from './http/setting.ts';
import { operationsOf } from './operations.ts';

export interface ControlPlaneOptions {
  readonly stores: Stores;
  readonly cache: FlagCache;
  /** How an environment's app is asked by calls about several; default: in these stores. */
  readonly side?: Setting['side'];
  /** The account that the first start makes and that sign-in links are minted in. */
  readonly account: string;
  /** Epoch ms. */
  readonly now: () => number;
  readonly log: Log;
  /** Cryptographically strong; default the platform's. */
  readonly random?: RandomBytes;
  /** Where people reach this server; null: where a request came to. */
  readonly publicUrl: string | null;
  /** Where evaluations are asked for; default: where people reach this server. */
  readonly edgeUrl?: string | null;
  /** Believe `X-Forwarded-For`, `X-Forwarded-Proto` and `X-Forwarded-Host`. Default false. */
  readonly trustProxy?: boolean;
  /** The built dashboard; null: `/dashboard/` says that it is not built. */
  readonly dashboard?: DashboardFiles | null;
  /** What counts answers and serves them at `/metrics`; default: nothing is counted, and there is no such page. */
  readonly metrics?: Metrics;
  /** How many streams and exports may be open at once; what is left out is as docs/api.md says. */
  readonly streamLimits?: Partial<StreamLimits>;
  /** Asked by `/readyz`: what else of this process cannot serve yet, in a sentence; null: nothing. */
  readonly awaited?: () => string | null;
  /** Awaited between a commit and its answer, so that this process's own edge shows the change first; bounded by who gives it. */
  readonly settled?: (place: Place, version: number) => Promise<void>;
}

export interface ControlPlane {
  readonly app: Hono<ExchangeEnv>;
  /** The grant of a token's secret; null if it is unknown or revoked. */
  readonly authenticate: Authenticator['token'];
  /** Prepares the database; null when this was not the first start. Call it before anything else. */
  firstStart(options: FirstStartOptions): Promise<FirstStart | null>;
  /**
   * A link that signs its holder in once, within ten minutes, as the token with this name (default: the oldest admin token). `url` is
   * where the dashboard is reached. Problem: `not_found`.
   */
  mintSignInLink(url: string, tokenName?: string): Promise<string>;
  /** Removes what is left of deleted apps whose changelog was kept long enough, by the clock. To be called now and then. */
  forgetDeleted(): Promise<void>;
  /**
   * Deletes environments whose time is over by the clock, and announces those that have a day left. When the next is due, in epoch ms;
   * null: none is. To be called then, or every few seconds.
   */
  expireEnvironments(): Promise<number | null>;
  /** Follows what other replicas commit. */
  start(): Promise<void>;
  /** Ends streams and stops following; answers under way go on. */
  close(): Promise<void>;
}

const READ_ONLY = ['/healthz', '/readyz', '/metrics', '/openapi.json', '/docs', '/docs/reference.css'];

export const createControlPlane = (options: ControlPlaneOptions): ControlPlane => {
  const { stores, cache, account, now, log } = options;
  const random = options.random ?? systemRandom;
  const useNotWritten = (error: unknown): void =>
    log.warn({ err: error }, 'the last use of a token could not be written');
  const authenticator = createAuthenticator({
    accounts: stores.accounts,
    now,
    onError: useNotWritten,
  });
  const metrics = options.metrics ?? null;
  const ending = new AbortController();
  const setting: Setting = {
    ...createVisitors(options.trustProxy === true, options.publicUrl),
    stores,
    side: options.side ?? ((of, app) => sideOf(stores.app(of, app))),
    cache,
    now,
    random,
    log,
    authenticator,
    failures: createFailures(now),
    propagation: createPropagation({
      cache,
      now,
      historyOf: async (account, app) => (await stores.app(account, app).outbox.standing())?.history,
      onArrival: metrics?.arrived ?? (() => {}),
    }),
    settled: options.settled ?? (async () => {}),
    origins: createOrigins({ accounts: stores.accounts, now }),
    streamLimits: { ...STREAM_LIMITS, ...options.streamLimits },
    ending: ending.signal,
  };
  const table = operationsOf(setting);

  const app = new Hono<ExchangeEnv>();
  app.use('*', exchange(setting, metrics));
  app.onError((error, c) =>
    failureResponse(error, failedRequest(c), log, { ...API_SECURITY, 'x-request-id': c.get('requestId') }),
  );
  app.notFound((c) => {
    const problem = new Problem('not_found', { message: `There is nothing at ${c.req.path}.` });
    return failureResponse(problem, failedRequest(c), log, {
      ...API_SECURITY,
      'x-request-id': c.get('requestId'),
    });
  });
  bind(app, table, setting);
  const document = openApiDocument(table, options);
  serveDocs(app, document);
  let preparing = false;
  serveProbes(app, setting, account, metrics, () =>
    preparing ? 'The database is being prepared.' : (options.awaited?.() ?? null),
  );
  for (const path of READ_ONLY.filter((each) => metrics !== null || each !== '/metrics'))
    refuseOtherMethods(app, path, new Set(['GET']));
  servePages(app, options.dashboard ?? null, {
    basePath: basePathOf(options.publicUrl),
    edgeUrl: options.edgeUrl ?? null,
  });

  let following: Subscription | null = null;
  let uses: Subscription | null = null;
  return {
    app,
    authenticate: (secret) => authenticator.token(secret),
    async firstStart(given) {
      preparing = true;
      try {
        return await firstStart({ stores, account, now, random, log }, given);
      } finally {
        preparing = false;
        authenticator.forget();
      }
    },

    async mintSignInLink(url, tokenName) {
      const token = await signInToken(stores.accounts, account, now(), tokenName);
      if (token === null) {
        throw new Problem('not_found', {
          message:
            tokenName === undefined
              ? 'There is no admin token to sign in with; make one with `halyard token create`.'
              : `There is no token named ${JSON.stringify(tokenName)} that may sign in.`,
        });
      }
      const write = { actor: SYSTEM, at: new Date(now()).toISOString(), comment: null };
      const link = await mintLink(stores.accounts, { account, token_id: token.id }, url, write, random);
      return link.url;
    },

    async forgetDeleted() {
      const at = new Date(now()).toISOString();
      for (const { id, kept_until } of await stores.accounts.deletedApps(account)) {
        if (kept_until > at) continue;
        await stores.accounts.forgetApp(account, id, { actor: SYSTEM, at, comment: null });
      }
    },

    expireEnvironments: () =>
      expireEnvironments({ accounts: stores.accounts, account, now: now(), actor: SYSTEM }),

    async start() {
      // Another replica may have revoked a token: what was remembered is asked again.
      following ??= stores.onCommit((place) => {
        if (place.app !== null) return;
        authenticator.forget();
        setting.origins.forget();
      });
      uses ??= followUses({ cache, accounts: stores.accounts, account, now, onError: useNotWritten });
    },

    async close() {
      ending.abort();
      await following?.close();
      await uses?.close();
      await setting.propagation.close();
    },
  };
};
