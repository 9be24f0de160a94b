import type { Position } from '@halyard/caches';
import { Hono } from 'hono';
import { BulkAnswers } from './calls/bulk-answers.ts';
import { configRoutes } from './calls/config.ts';
import type { Streams } from './calls/event-streams.ts';
import { flagshipRoutes } from './calls/flagship.ts';
import { failure } from './calls/fragments.ts';
import type { Counted } from './calls/metrics.ts';
import { noticeRoutes } from './calls/notices.ts';
import { ofrepRoutes } from './calls/ofrep.ts';
import { operationRoutes } from './calls/operations.ts';
import { reportRoutes } from './calls/report.ts';
import { Durations } from './durations.ts';
import { Gate } from './entry/admission.ts';
import { basePathOf } from './entry/base-path.ts';
import { preflightAnswer } from './entry/cors.ts';
import { FIXED_HEADERS } from './entry/fixed-headers.ts';
import { Guesses } from './entry/guesses.ts';
import { StreamRoom } from './entry/stream-room.ts';
import { Tickets } from './entry/tickets.ts';
import { Account } from './held/account.ts';
import { Apps } from './held/apps.ts';
import type { FollowOptions } from './held/followed-space.ts';
import { Receipts } from './held/receipts.ts';
import { Upwards } from './observing/upwards.ts';
import type { EdgeLimits, EdgeOptions } from './options.ts';

export interface Edge {
  /** Serves evaluation and streams; fetch-shaped, so that it runs wherever Hono does. */
  readonly app: Hono;
  /** Resolves when the account is loaded (from the cache or the disk), or when that takes long: the edge then goes on trying. */
  start(): Promise<void>;
  /** Whether it holds configuration. */
  ready(): boolean;
  /** Prometheus text; empty where the home does not count. */
  metrics(): Promise<string>;
  /** Ends every stream, says goodbye and keeps what is held on disk. */
  close(): Promise<void>;
}

const START_MS = 3_000;
const STILL_CURRENT_EVERY_MS = 10_000;

/** What differs with where an edge runs. */
export interface Home {
  readonly limits: EdgeLimits;
  readonly streams: Streams;
  /** The address that failed attempts are counted by; `env` is what the server gave with the request. */
  readonly address: (headers: Headers, env: unknown) => string;
  /** Absent: nothing counts here. */
  readonly renderMetrics?: (counted: Counted) => Promise<string>;
}

/** An edge and its parts, for what else is evaluated with them. */
export interface AssembledEdge extends Edge {
  /** Null: nothing is observed here. */
  readonly upwards: Upwards | null;
  readonly account: Account;
  readonly apps: Apps;
}

/** The read path: follows the flag cache and answers evaluations from memory, whatever else is down. */
export const assembleEdge = (
  options: EdgeOptions,
  { limits, streams, address, renderMetrics }: Home,
): AssembledEdge => {
  const { cache, account: accountId, id, now, log, disk, random = Math.random } = options;
  const following: FollowOptions = { cache, now, log, random, disk, outages: 'warn' };

  const receipts = new Receipts({
    cache,
    account: accountId,
    edge: id,
    log,
    held: () => {
      const held = new Map<string, Position>();
      if (account.position !== null) held.set(account.space, account.position);
      for (const app of apps) if (app.position !== null) held.set(app.space, app.position);
      return held;
    },
  });

  const account = new Account(accountId, following, {
    onTokens: () => streams.recheck(),
    onApps: () => {
      apps.keepOnly(account.apps);
      if (account.apps.size <= limits.prefetchApps) for (const app of account.apps) apps.follow(app);
    },
    onPosition: (position) => receipts.applied(account.space, position),
    onLive: () => receipts.sayEverything(),
  });
  const apps = new Apps(account, { ...following, outages: 'debug' }, limits, {
    onApplied: (app) => {
      if (app.position !== null) receipts.applied(app.space, app.position);
    },
  });

  const upwards =
    cache.report === undefined || options.observe === false
      ? null
      : new Upwards({ account: accountId, apps, now, log }, cache.report);
  const guesses = new Guesses({ now, log, address });
  const room = new StreamRoom(limits);
  const gate = new Gate(account, apps, {
    ...options,
    guesses,
    onUsed: (tokenId) => receipts.used(tokenId),
  });
  const durations = new Durations();
  const measuring = renderMetrics === undefined ? null : durations;
  const tickets = new Tickets(() => account.secret);
  const ready = (): boolean => account.loaded;
  const metrics = async (): Promise<string> =>
    (await renderMetrics?.({ account, apps, streams, room, guesses, durations })) ?? '';

  const app = new Hono();
  const basePath = basePathOf(options.publicUrl);
  ofrepRoutes(app, {
    gate,
    measuring,
    apps,
    answers: new BulkAnswers(),
    tickets,
    now,
    catchUpMs: limits.catchUpMs,
    basePath,
  });
  configRoutes(app, { gate, account, room, streams });
  reportRoutes(app, { gate, apps, upwards });
  noticeRoutes(app, { gate, account, apps, room, streams, tickets, now, freshen: options.freshen });
  const preflight = (request: Request, appId: string | null): Response => {
    const origin = request.headers.get('origin');
    return preflightAnswer(origin, origin !== null && account.allowsOrigin(origin, appId));
  };
  for (const path of OWN_PATHS) {
    app.options(path, (c) => preflight(c.req.raw, c.req.param('app') ?? null));
    // Not `all`: a second match for the right method would cost every request a chain of handlers.
    app.on(isPosted(path) ? NOT_POST : NOT_GET, path, () => methodNotAllowed(path));
  }
  if (options.standalone === true) {
    flagshipRoutes(app, { gate, apps, account: accountId, measuring });
    operationRoutes(app, {
      gate,
      account,
      ready,
      metrics: renderMetrics === undefined ? null : metrics,
      metricsFor: options.metricsFor ?? 'read',
    });
  }
  app.onError((error, c) => {
    // The path only: query strings carry tickets and attributes.
    log.error({ path: c.req.path, error: String(error) }, 'A request failed.');
    return c.body(failure(null, 'GENERAL', 'Something went wrong on the server.'), 500, {
      ...FIXED_HEADERS,
      'content-type': 'application/json',
    });
  });
  app.notFound((c) => {
    const body = failure(null, 'GENERAL', `There is nothing at ${c.req.path}.`);
    return c.body(body, 404, { ...FIXED_HEADERS, 'content-type': 'application/json' });
  });

  let keepingCurrent: ReturnType<typeof setInterval> | null = null;

  return {
    app,
    account,
    apps,
    upwards,
    ready,
    metrics,

    async start() {
      if (disk !== undefined) {
        keepingCurrent = setInterval(() => {
          if (account.loaded && account.staleSeconds === null) void noteCurrent();
        }, STILL_CURRENT_EVERY_MS);
      }
      if (cache.receipts) receipts.start();
      // Where no receipts are sent nothing outlives a request, and the requests tell.
      if (cache.receipts) upwards?.start();
      await account.start(START_MS);
    },

    async close() {
      streams.closeAll();
      if (keepingCurrent !== null) clearInterval(keepingCurrent);
      await Promise.all([receipts.close(), upwards?.close()]);
      const current = account.loaded && account.staleSeconds === null;
      await Promise.all([account.close(), apps.close()]);
      if (current) await noteCurrent();
    },
  };

  async function noteCurrent(): Promise<void> {
    try {
      await disk?.stillCurrent(now());
    } catch (error) {
      log.error({ error: String(error) }, 'The last good configuration cannot be kept up to date.');
    }
  }
};

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

const methodNotAllowed = (path: string): Response => {
  const allow = isPosted(path) ? 'POST, OPTIONS' : 'GET, OPTIONS';
  return new Response(failure(null, 'GENERAL', `This path takes ${allow}.`), {
    status: 405,
    headers: { ...FIXED_HEADERS, allow, 'content-type': 'application/json' },
  });
};
