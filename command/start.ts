/** The two long-running commands: what joins the writer, the reader and a port. */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FlagCache } from '@halyard/caches';
import { isEdgePath } from '@halyard/caches/access';
import type { Place } from '@halyard/control-plane';
import { sameSecret, sha256Hex } from '@halyard/control-plane/access';
import { basePathOf } from '@halyard/control-plane/public-url';
import type { Edge, EdgeOptions } from '@halyard/edge';
import type { Logger } from 'pino';
import type { Command } from './command-line.ts';
import { readDashboard } from './dashboard-files.ts';
import { CannotStart, isSecureVisit, listen } from './listen.ts';
import { openCache } from './open-cache.ts';
import { openStores } from './open-stores.ts';
import type { Settings } from './settings.ts';
import { welcome } from './welcome.ts';

export const VERSION = '0.1.0';
/** Ctrl-C ends within two seconds: answers under way get this long. */
const GRACE_MS = 1_200;
/** How long an answered write may wait until the edge of the same process shows it. */
const SETTLE_MS = 250;

/** How often a control plane looks for deleted apps whose history was kept long enough. */
const FORGET_EVERY_MS = 60 * 60_000;

/** An environment is gone within a minute of its time. */
const EXPIRE_EVERY_MS = 15_000;

export type Close = () => Promise<unknown>;

/**
 * The writer: API, dashboard, replicator. With an edge in the same process it answers what edges answer too, on the same port, and
 * an answered write is visible there.
 */
export const startWriter = async (
  settings: Settings,
  command: Command,
  log: Logger,
  { dashboard, withEdge }: { readonly dashboard: string; readonly withEdge: boolean },
): Promise<Close> => {
  const [stores, cache, { createReplicator }, { createControlPlane }, { createMetrics }, { collectReports }] =
    await Promise.all([
      openStores(settings.databaseUrl, log),
      openCache(settings, log),
      import('@halyard/control-plane/replication'),
      import('@halyard/control-plane'),
      import('@halyard/control-plane/metrics'),
      import('@halyard/control-plane/observing'),
    ]);
  const replicator = createReplicator({ stores, cache, log, random: Math.random });
  const metrics = createMetrics();
  const ofProcess = await processMetrics(command);
  metrics.replication({
    behindSeconds: () => replicator.behindSeconds(),
    outboxSize: () => stores.outboxSize(),
  });
  const controlPlane = createControlPlane({
    awaited: () =>
      edge === null || edge.ready() ? null : 'The edge of this process has not loaded its configuration yet.',
    stores,
    cache,
    account: settings.account,
    now: Date.now,
    log,
    publicUrl: settings.publicUrl,
    edgeUrl: settings.edgeUrl,
    trustProxy: settings.trustProxy,
    metrics,
    dashboard: readDashboard(dashboard),
    ...(withEdge
      ? { settled: (place: Place, version: number) => replicator.settled(place, version, SETTLE_MS) }
      : {}),
  });
  const edge: Edge | null = withEdge
    ? await createEdge(settings, cache, log, { authenticate: controlPlane.authenticate })
    : null;
  // The port first: who cannot have it must not have used up the first start, which shows its secrets once.
  const server = await listen((request, env) => {
    if (edge !== null && isEdgePath(request.url)) return edge.app.fetch(request, env);
    const answer = controlPlane.app.fetch(request, env);
    if (!request.url.endsWith('/metrics')) return answer;
    return withMetricsOf(edge === null ? [ofProcess] : [edge.metrics, ofProcess], answer);
  }, listening(settings));
  const first = await controlPlane.firstStart({
    adminToken: settings.adminToken,
    secret: settings.secret,
    example: !command.options.has('--no-example'),
  });
  replicator.start();
  await Promise.all([controlPlane.start(), edge?.start()]);
  const forgetting = repeat(() => controlPlane.forgetDeleted(), FORGET_EVERY_MS, log);
  const collecting = settings.observe
    ? stores.lead((term) =>
        collectReports({ cache, stores, account: settings.account, now: Date.now, log }, term),
      )
    : null;
  const expiring = stores.lead((term) => whileLeading(term, controlPlane.expireEnvironments, log));
  if (edge === null && cache.kind === 'memory') {
    log.warn(
      {},
      'No edge can follow a control plane whose HALYARD_CACHE_URL is memory:; set it to redis:// or nats://.',
    );
  }
  const url = settings.publicUrl ?? server.url;
  const shown = first === null ? null : { ...first, link: await controlPlane.mintSignInLink(url) };
  console.log(welcome(url, settings.edgeUrl ?? server.url, VERSION, shown));
  return async () => {
    clearInterval(forgetting);
    // Streams end first: a server that waits for open answers would wait for them.
    await Promise.all([edge?.close(), expiring.close(), controlPlane.close(), server.close(GRACE_MS)]);
    // After the edge of this process, which tells the last that it counted.
    await collecting?.close();
    await replicator.close();
    await cache.close();
    await stores.close();
  };
};

/** Deletes environments whose time is over. One server does it, by its clock: the one that leads. */
const whileLeading = async (
  term: AbortSignal,
  expire: () => Promise<unknown>,
  log: Logger,
): Promise<void> => {
  while (!term.aborted) {
    await expire().catch((error: unknown) =>
      log.warn({ err: error }, 'Environments could not be expired; it is tried again later.'),
    );
    await sleep(EXPIRE_EVERY_MS, null, { signal: term }).catch(() => {});
  }
};

/** At once and then every so often; what fails is tried again the next time. */
const repeat = (work: () => Promise<void>, everyMs: number, log: Logger): NodeJS.Timeout => {
  const run = () =>
    void work().catch((error: unknown) =>
      log.warn({ err: error }, 'Housekeeping failed; it is tried again later.'),
    );
  run();
  return setInterval(run, everyMs).unref();
};

export const startEdge = async (settings: Settings, command: Command, log: Logger): Promise<Close> => {
  if (settings.cacheUrl === 'memory:') {
    throw new CannotStart(
      'An edge follows the flag cache that its control plane writes; set HALYARD_CACHE_URL (--cache-url) to the same redis:// or nats:// address.',
    );
  }
  const cache = await openCache(settings, log);
  const edge = await createEdge(settings, cache, log, {
    standalone: true,
    // Tokens with `read` never leave the control plane, so an edge can tell no scraper from a stranger; its address can.
    metricsFor: isLoopback(settings.host) ? 'anyone' : 'read',
    ...(settings.adminToken === null ? {} : { authenticate: operatorOnly(settings, settings.adminToken) }),
  });
  const ofProcess = await processMetrics(command);
  const server = await listen((request, env) => {
    const answer = edge.app.fetch(request, env);
    return request.url.endsWith('/metrics') ? withMetricsOf([ofProcess], answer) : answer;
  }, listening(settings));
  await edge.start();
  console.log(`Halyard ${VERSION} edge is running on ${server.url}`);
  return async () => {
    await Promise.all([edge.close(), server.close(GRACE_MS)]);
    await cache.close();
  };
};

const listening = ({ host, port, publicUrl, trustProxy }: Settings) => ({
  host,
  port,
  basePath: basePathOf(publicUrl),
  isSecure: isSecureVisit(publicUrl, trustProxy),
});

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || host.startsWith('127.');

/** An edge that was given HALYARD_ADMIN_TOKEN knows its operator, who may read its metrics from anywhere. */
const operatorOnly =
  ({ account }: Settings, adminToken: string): NonNullable<EdgeOptions['authenticate']> =>
  async (secret) =>
    sameSecret(await sha256Hex(secret), await sha256Hex(adminToken))
      ? {
          account,
          token_id: '',
          name: 'operator',
          permission: 'admin',
          app_ids: null,
          allowed_origins: null,
          expires_at: null,
        }
      : undefined;

const createEdge = async (
  settings: Settings,
  cache: FlagCache,
  log: Logger,
  extra: Pick<EdgeOptions, 'authenticate' | 'metricsFor' | 'standalone'>,
): Promise<Edge> => {
  const edge = await import('@halyard/edge');
  const { edgeData, publicUrl, trustProxy, observe, maxStreams, maxStreamsPerToken } = settings;
  return edge.createEdge({
    cache,
    account: settings.account,
    id: `${hostname()}-${randomBytes(4).toString('hex')}`,
    now: Date.now,
    log,
    trustProxy,
    observe,
    limits: { streams: maxStreams, streamsPerToken: maxStreamsPerToken },
    ...(publicUrl === null ? {} : { publicUrl }),
    ...(edgeData === null
      ? {}
      : { disk: await (await import('@halyard/edge/disk')).openDisk(edgeData, { log }) }),
    ...extra,
  });
};

/** One process, one page of metrics; who may read it, the control plane decides. */
const withMetricsOf = async (
  sources: readonly (() => Promise<string>)[],
  answer: Response | Promise<Response>,
): Promise<Response> => {
  const response = await answer;
  if (response.status !== 200 || !response.headers.get('content-type')?.startsWith('text/plain'))
    return response;
  const more = await Promise.all(sources.map((source) => source()));
  return new Response([await response.text(), ...more].join('\n'), response);
};

const processMetrics = async ({ name }: Command): Promise<() => Promise<string>> =>
  (await import('@halyard/control-plane/process-metrics')).createProcessMetrics(VERSION, name);
