#!/usr/bin/env -S node --conditions=halyard-source
/** The command, and the only file that knows both the writer and the reader. */
import './node-version.js';
import { randomBytes } from 'node:crypto';
import { enableCompileCache } from 'node:module';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import type { FlagCache } from '@halyard/caches';
import { isEdgePath } from '@halyard/caches/access';
import { withoutPasswords } from '@halyard/caches/without-password';
import type { Place } from '@halyard/control-plane';
import { sameSecret, sha256Hex } from '@halyard/control-plane/access';
import { nearest } from '@halyard/control-plane/nearest';
import { Problem } from '@halyard/control-plane/problem';
import { basePathOf } from '@halyard/control-plane/public-url';
import type { Edge, EdgeOptions } from '@halyard/edge';
import type { Logger } from 'pino';
import { helpOf } from './command-help.ts';
import { type Command, parseCommand, UsageError } from './command-line.ts';
import { type Configuration, ConfigurationError, readConfiguration } from './configuration.ts';
import { readDashboard } from './dashboard-files.ts';
import { CannotStart, listen } from './listen.ts';
import { createLog } from './log.ts';
import { openCache } from './open-cache.ts';
import { openStores } from './open-stores.ts';
import { welcome } from './welcome.ts';

const VERSION = '0.1.0';
/** Ctrl-C ends within two seconds: answers under way get this long. */
const GRACE_MS = 1_200;
/** How long an answered write may wait until the edge of the same process shows it. */
const SETTLE_MS = 250;

/** How often a control plane looks for deleted apps whose history was kept long enough. */
const FORGET_EVERY_MS = 60 * 60_000;

type Close = () => Promise<unknown>;

/**
 * The writer: API, dashboard, replicator. With an edge in the same process it answers what edges answer too, on the same port, and
 * an answered write is visible there.
 */
const startWriter = async (
  configuration: Configuration,
  command: Command,
  log: Logger,
  withEdge: boolean,
): Promise<Close> => {
  const [stores, cache, { createReplicator }, { createControlPlane }, { createMetrics }] = await Promise.all([
    openStores(configuration.databaseUrl, log),
    openCache(configuration, log),
    import('@halyard/control-plane/replication'),
    import('@halyard/control-plane'),
    import('@halyard/control-plane/metrics'),
  ]);
  const replicator = createReplicator({ stores, cache, log, random: Math.random });
  const metrics = createMetrics();
  const ofProcess = await processMetrics(command);
  metrics.replicationBehind(replicator.behindSeconds);
  const controlPlane = createControlPlane({
    stores,
    cache,
    account: configuration.account,
    now: Date.now,
    log,
    publicUrl: configuration.publicUrl,
    edgeUrl: configuration.edgeUrl,
    trustProxy: configuration.trustProxy,
    metrics,
    dashboard: readDashboard(join(import.meta.dirname, 'dashboard', 'dist')),
    ...(withEdge
      ? { settled: (place: Place, version: number) => replicator.settled(place, version, SETTLE_MS) }
      : {}),
  });
  const edge = withEdge
    ? await createEdge(configuration, cache, log, { authenticate: controlPlane.authenticate })
    : null;
  // The port first: who cannot have it must not have used up the first start, which shows its secrets once.
  const server = await listen((request, env) => {
    if (edge !== null && isEdgePath(request.url)) return edge.app.fetch(request, env);
    const answer = controlPlane.app.fetch(request, env);
    if (!request.url.endsWith('/metrics')) return answer;
    return withMetricsOf(edge === null ? [ofProcess] : [edge.metrics, ofProcess], answer);
  }, listening(configuration));
  const first = await controlPlane.firstStart({
    adminToken: configuration.adminToken,
    secret: configuration.secret,
    example: !command.flags.has('--no-example'),
  });
  replicator.start();
  await Promise.all([controlPlane.start(), edge?.start()]);
  const forgetting = repeat(() => controlPlane.forgetDeleted(), FORGET_EVERY_MS, log);
  if (edge === null && cache.kind === 'memory') {
    log.warn(
      {},
      'No edge can follow a control plane whose HALYARD_CACHE_URL is memory:; set it to redis:// or nats://.',
    );
  }
  const url = configuration.publicUrl ?? server.url;
  const shown = first === null ? null : { ...first, link: await controlPlane.mintSignInLink(url) };
  console.log(welcome(url, configuration.edgeUrl ?? server.url, VERSION, shown));
  return async () => {
    clearInterval(forgetting);
    // Streams end first: a server that waits for open answers would wait for them.
    await Promise.all([edge?.close(), controlPlane.close(), server.close(GRACE_MS)]);
    await replicator.close();
    await cache.close();
    await stores.close();
  };
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

const startEdge = async (configuration: Configuration, command: Command, log: Logger): Promise<Close> => {
  if (configuration.cacheUrl === 'memory:') {
    throw new CannotStart(
      'An edge follows the flag cache that its control plane writes; set HALYARD_CACHE_URL (--cache-url) to the same redis:// or nats:// address.',
    );
  }
  const cache = await openCache(configuration, log);
  const edge = await createEdge(configuration, cache, log, {
    standalone: true,
    // Tokens with `read` never leave the control plane, so an edge can tell no scraper from a stranger; its address can.
    metricsFor: isLoopback(configuration.host) ? 'anyone' : 'read',
    ...(configuration.adminToken === null
      ? {}
      : { authenticate: operatorOnly(configuration, configuration.adminToken) }),
  });
  const ofProcess = await processMetrics(command);
  const server = await listen((request, env) => {
    const answer = edge.app.fetch(request, env);
    return request.url.endsWith('/metrics') ? withMetricsOf([ofProcess], answer) : answer;
  }, listening(configuration));
  await edge.start();
  console.log(`Halyard ${VERSION} edge is running on ${server.url}`);
  return async () => {
    await Promise.all([edge.close(), server.close(GRACE_MS)]);
    await cache.close();
  };
};

const listening = ({ host, port, publicUrl }: Configuration) => ({
  host,
  port,
  basePath: basePathOf(publicUrl),
});

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || host.startsWith('127.');

/** An edge that was given HALYARD_ADMIN_TOKEN knows its operator, who may read its metrics from anywhere. */
const operatorOnly =
  ({ account }: Configuration, adminToken: string): NonNullable<EdgeOptions['authenticate']> =>
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
  configuration: Configuration,
  cache: FlagCache,
  log: Logger,
  extra: Pick<EdgeOptions, 'authenticate' | 'metricsFor' | 'standalone'>,
): Promise<Edge> => {
  const edge = await import('@halyard/edge');
  const { edgeData, publicUrl, trustProxy, maxStreams, maxStreamsPerToken } = configuration;
  return edge.createEdge({
    cache,
    account: configuration.account,
    id: `${hostname()}-${randomBytes(4).toString('hex')}`,
    now: Date.now,
    log,
    trustProxy,
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

const run = async (): Promise<void> => {
  // Parsed and compiled modules are kept for the next start, which is then about twice as fast.
  enableCompileCache();
  const command = parseCommand(process.argv.slice(2), nearest);
  if (command.name === 'help') return console.log(helpOf(command.words[0]));
  if (command.name === 'version') return console.log(VERSION);
  const configuration = readConfiguration(process.env, command.settings, nearest);
  const log = createLog(configuration.log);
  switch (command.name) {
    case 'start':
      return untilStopped(await startWriter(configuration, command, log, true), log);
    case 'control-plane':
      return untilStopped(await startWriter(configuration, command, log, false), log);
    case 'edge':
      return untilStopped(await startEdge(configuration, command, log), log);
    default:
      console.log(await (await import('./operations.ts')).operate(command, configuration, log));
  }
};

/** Ends cleanly on the first signal; a second one is obeyed at once. */
const untilStopped = (close: Close, log: Logger): void => {
  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) process.exit(1);
    stopping = true;
    log.info({ signal }, 'Stopping: answers under way are finished.');
    close().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'Stopping failed.');
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
};

run().catch((error: unknown) => {
  if (error instanceof ConfigurationError || error instanceof UsageError || error instanceof CannotStart) {
    console.error(error.message);
    process.exit(2);
  }
  if (error instanceof Problem) {
    console.error(withoutPasswords(error.message));
    process.exit(error.kind === 'unavailable' || error.kind === 'invalid' ? 2 : 1);
  }
  console.error(withoutPasswords(inspect(error)));
  process.exit(1);
});
