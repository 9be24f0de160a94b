#!/usr/bin/env -S node --conditions=halyard-source
/** The command, and the only file that knows both the writer and the reader. */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { FlagCache } from '@halyard/caches';
import { createMemoryCache } from '@halyard/caches/memory';
import { createControlPlane, nearestName, type Place, Problem, type Stores } from '@halyard/control-plane';
import { createReplicator, type Replicator } from '@halyard/control-plane/replication';
import { createEdge, type EdgeOptions } from '@halyard/edge';
import type { Logger } from 'pino';
import { type Command, HELP, parseCommand, UsageError } from './command-line.ts';
import { type Configuration, ConfigurationError, readConfiguration } from './configuration.ts';
import { readDashboard } from './dashboard-files.ts';
import { CannotStart, type Listening, listen } from './listen.ts';
import { createLog } from './log.ts';
import { openStores } from './open-stores.ts';
import { welcome } from './welcome.ts';

const VERSION = '0.1.0';
/** Ctrl-C ends within two seconds: answers under way get this long. */
const GRACE_MS = 1_200;
/** How long an answered write may wait until the edge of the same process shows it. */
const SETTLE_MS = 250;

type Close = () => Promise<unknown>;

/** Everything in one process: answers what edges answer and what the control plane answers, on one port. */
const start = async (configuration: Configuration, command: Command, log: Logger): Promise<Close> => {
  const stores = await openStores(configuration.databaseUrl, log);
  const cache = await openCache(configuration.cacheUrl, log);
  const replicator = createReplicator({ stores, cache, log, random: Math.random });
  const controlPlane = createWriter(configuration, stores, cache, log, replicator);
  const edge = createEdge({
    ...(await edgeOptions(configuration, cache, log)),
    authenticate: controlPlane.authenticate,
  });
  const server = await listen(
    (request, env) => (isEdgePath(request.url) ? edge.app : controlPlane.app).fetch(request, env),
    configuration,
  );
  const first = await controlPlane.firstStart(firstStartOptions(configuration, command));
  replicator.start();
  await Promise.all([controlPlane.start(), edge.start()]);
  await greet(configuration, server, controlPlane, first);
  return async () => {
    // Streams end first: a server that waits for open answers would wait for them.
    await Promise.all([edge.close(), controlPlane.close(), server.close(GRACE_MS)]);
    await replicator.close();
    await cache.close();
    await stores.close();
  };
};

const startControlPlane = async (
  configuration: Configuration,
  command: Command,
  log: Logger,
): Promise<Close> => {
  const stores = await openStores(configuration.databaseUrl, log);
  const cache = await openCache(configuration.cacheUrl, log);
  const replicator = createReplicator({ stores, cache, log, random: Math.random });
  const controlPlane = createWriter(configuration, stores, cache, log);
  const server = await listen((request, env) => controlPlane.app.fetch(request, env), configuration);
  const first = await controlPlane.firstStart(firstStartOptions(configuration, command));
  replicator.start();
  await controlPlane.start();
  if (cache.kind === 'memory') {
    log.warn(
      {},
      'HALYARD_CACHE_URL is memory:, so no edge can follow this control plane; set it to redis:// or nats://.',
    );
  }
  await greet(configuration, server, controlPlane, first);
  return async () => {
    await Promise.all([controlPlane.close(), server.close(GRACE_MS)]);
    await replicator.close();
    await cache.close();
    await stores.close();
  };
};

const startEdge = async (configuration: Configuration, log: Logger): Promise<Close> => {
  if (configuration.cacheUrl === 'memory:') {
    throw new CannotStart(
      'An edge follows the flag cache that its control plane writes; set HALYARD_CACHE_URL (--cache-url) to the same redis:// or nats:// address.',
    );
  }
  const cache = await openCache(configuration.cacheUrl, log);
  const edge = createEdge({ ...(await edgeOptions(configuration, cache, log)), standalone: true });
  const server = await listen((request, env) => edge.app.fetch(request, env), configuration);
  await edge.start();
  console.log(`Halyard ${VERSION} edge is running on ${server.url}`);
  return async () => {
    await Promise.all([edge.close(), server.close(GRACE_MS)]);
    await cache.close();
  };
};

const openCache = async (url: string, log: Logger): Promise<FlagCache> => {
  if (url === 'memory:') return createMemoryCache({ now: Date.now, log });
  if (/^rediss?:/.test(url)) return (await import('@halyard/caches/redis')).connectRedisCache(url, { log });
  return (await import('@halyard/caches/nats')).connectNatsCache(url, { log });
};

const createWriter = (
  configuration: Configuration,
  stores: Stores,
  cache: FlagCache,
  log: Logger,
  replicator?: Replicator,
) =>
  createControlPlane({
    stores,
    cache,
    account: configuration.account,
    now: Date.now,
    log,
    publicUrl: configuration.publicUrl,
    trustProxy: configuration.trustProxy,
    dashboard: readDashboard(join(import.meta.dirname, 'dashboard', 'dist')),
    ...(replicator === undefined
      ? {}
      : { settled: (place: Place, version: number) => replicator.settled(place, version, SETTLE_MS) }),
  });

const edgeOptions = async (
  configuration: Configuration,
  cache: FlagCache,
  log: Logger,
): Promise<EdgeOptions> => ({
  cache,
  account: configuration.account,
  id: `${hostname()}-${randomBytes(4).toString('hex')}`,
  now: Date.now,
  log,
  ...(configuration.publicUrl === null ? {} : { publicUrl: configuration.publicUrl }),
  ...(configuration.edgeData === null
    ? {}
    : { disk: await (await import('@halyard/edge/disk')).openDisk(configuration.edgeData, { log }) }),
});

const firstStartOptions = (configuration: Configuration, command: Command) => ({
  adminToken: configuration.adminToken,
  secret: configuration.secret,
  example: !command.flags.has('--no-example'),
});

const EDGE_PATH = /^\w+:\/\/[^/]+\/(ofrep|apps)\//;
const isEdgePath = (url: string): boolean => EDGE_PATH.test(url);

const greet = async (
  configuration: Configuration,
  server: Listening,
  controlPlane: ReturnType<typeof createControlPlane>,
  first: Awaited<ReturnType<typeof controlPlane.firstStart>>,
): Promise<void> => {
  const url = configuration.publicUrl ?? server.url;
  const shown = first === null ? null : { ...first, link: await controlPlane.mintSignInLink(url) };
  console.log(welcome(url, server.url, VERSION, shown));
};

const run = async (): Promise<void> => {
  const command = parseCommand(process.argv.slice(2), nearestName);
  if (command.name === 'help') return console.log(HELP);
  const configuration = readConfiguration(process.env, command.settings, nearestName);
  const log = createLog(configuration.log);
  switch (command.name) {
    case 'start':
      return untilStopped(await start(configuration, command, log), log);
    case 'control-plane':
      return untilStopped(await startControlPlane(configuration, command, log), log);
    case 'edge':
      return untilStopped(await startEdge(configuration, log), log);
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
    console.error(error.message);
    process.exit(error.kind === 'unavailable' || error.kind === 'invalid' ? 2 : 1);
  }
  console.error(error);
  process.exit(1);
});
