import type { Position } from '@halyard/caches';
import { Hono } from 'hono';
import { BulkAnswers } from './calls/bulk-answers.ts';
import { configRoutes } from './calls/config.ts';
import type { Streams } from './calls/event-streams.ts';
import { flagshipRoutes } from './calls/flagship.ts';
import type { Counted } from './calls/metrics.ts';
import { noticeRoutes } from './calls/notices.ts';
import { ofrepRoutes } from './calls/ofrep.ts';
import { operationRoutes } from './calls/operations.ts';
import { failures, otherMethods } from './calls/otherwise.ts';
import { reportRoutes } from './calls/report.ts';
import { Durations } from './durations.ts';
import { Gate } from './entry/admission.ts';
import { basePathOf } from './entry/base-path.ts';
import { Guesses } from './entry/guesses.ts';
import { StreamRoom } from './entry/stream-room.ts';
import { Tickets } from './entry/tickets.ts';
import { Account } from './held/account.ts';
import { Apps } from './held/apps.ts';
import type { FollowOptions } from './held/followed-space.ts';
import { Receipts } from './held/receipts.ts';
import { StillCurrent } from './held/still-current.ts';
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
export const assembleEdge = (options: EdgeOptions, home: Home): AssembledEdge => {
  const { cache, account: accountId, now, log, disk } = options;
  const { limits, streams, address } = home;
  const { account, apps, receipts } = hold(options, home);
  const upwards =
    cache.report === undefined || options.observe === false
      ? null
      : new Upwards({ account: accountId, apps, now, log }, cache.report);
  const guesses = new Guesses({ now, log, address });
  const gate = new Gate(account, apps, {
    ...options,
    guesses,
    onUsed: (tokenId) => receipts.used(tokenId),
  });
  const parts = { account, apps, upwards, guesses, gate, durations: new Durations() };
  const room = new StreamRoom(limits);
  const ready = (): boolean => account.loaded;
  const metrics = async (): Promise<string> =>
    (await home.renderMetrics?.({ ...parts, streams, room })) ?? '';
  const stillCurrent = disk === undefined ? null : new StillCurrent(disk, account, { now, log });

  return {
    app: routesOf(options, home, { ...parts, room, ready, metrics }),
    account,
    apps,
    upwards,
    ready,
    metrics,

    async start() {
      stillCurrent?.start();
      if (cache.receipts) receipts.start();
      // Where no receipts are sent nothing outlives a request, and the requests tell.
      if (cache.receipts) upwards?.start();
      await account.start(START_MS);
    },

    async close() {
      streams.closeAll();
      stillCurrent?.stop();
      await Promise.all([receipts.close(), upwards?.close()]);
      const { isCurrent } = account;
      await Promise.all([account.close(), apps.close()]);
      if (isCurrent) await stillCurrent?.note();
    },
  };
};

/** What is followed of the account, and what the control plane is told of it. */
const hold = (
  { cache, account: accountId, id, now, log, disk, random = Math.random }: EdgeOptions,
  { limits, streams }: Home,
): { readonly account: Account; readonly apps: Apps; readonly receipts: Receipts } => {
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
  return { account, apps, receipts };
};

interface Served {
  readonly account: Account;
  readonly apps: Apps;
  readonly upwards: Upwards | null;
  readonly gate: Gate;
  readonly durations: Durations;
  readonly room: StreamRoom;
  readonly ready: () => boolean;
  readonly metrics: () => Promise<string>;
}

const routesOf = (
  options: EdgeOptions,
  { limits, streams, renderMetrics }: Home,
  { account, apps, upwards, gate, durations, room, ready, metrics }: Served,
): Hono => {
  const { now, log } = options;
  const app = new Hono();
  const measuring = renderMetrics === undefined ? null : durations;
  const tickets = new Tickets(() => account.secret);
  ofrepRoutes(app, {
    gate,
    measuring,
    apps,
    answers: new BulkAnswers(),
    tickets,
    now,
    catchUpMs: limits.catchUpMs,
    basePath: basePathOf(options.publicUrl),
  });
  configRoutes(app, { gate, account, room, streams });
  reportRoutes(app, { gate, apps, upwards });
  noticeRoutes(app, { gate, account, apps, room, streams, tickets, now, freshen: options.freshen });
  otherMethods(app, account);
  if (options.standalone === true) {
    flagshipRoutes(app, { gate, apps, account: options.account, measuring });
    operationRoutes(app, {
      gate,
      account,
      ready,
      metrics: renderMetrics === undefined ? null : metrics,
      metricsFor: options.metricsFor ?? 'read',
    });
  }
  failures(app, log);
  return app;
};
