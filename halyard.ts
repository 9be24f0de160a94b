#!/usr/bin/env -S node --conditions=halyard-source
/** The command, and the only file that knows both the writer and the reader. */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { FlagCache } from '@halyard/caches';
import { createMemoryCache } from '@halyard/caches/memory';
import { createControlPlane, nearestName, type Place, type Stores } from '@halyard/control-plane';
import { createReplicator } from '@halyard/control-plane/replication';
import { createEdge, type EdgeOptions } from '@halyard/edge';
import type { Logger } from 'pino';
import { type Command, HELP, parseCommand, UsageError } from './command-line.ts';
import { type Configuration, ConfigurationError, readConfiguration } from './configuration.ts';
import { readDashboard } from './dashboard-files.ts';
import { CannotStart, type Listening, listen } from './listen.ts';
import { createLog } from './log.ts';
import { operate } from './operations.ts';
import { openStores } from './stores.ts';
import { type FirstStart, welcome } from './welcome.ts';

const VERSION = '0.1.0';
/** Ctrl-C ends within two seconds: answers under way get this long. */
const GRACE_MS = 1_200;
/** How long an answered write may wait until the edge of the same process shows it. */
const SETTLE_MS = 250;

interface Running {
  close(): Promise<void>;
}

const openCache = async (url: string, log: Logger): Promise<FlagCache> => {
  if (url === 'memory:') return createMemoryCache({ now: Date.now });
  if (/^rediss?:/.test(url)) return (await import('@halyard/caches/redis')).connectRedisCache(url, { log });
  return (await import('@halyard/caches/nats')).connectNatsCache(url, { log });
};

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
  publicUrl: configuration.publicUrl,
  disk:
    configuration.edgeData === null
      ? null
      : await (await import('@halyard/edge/disk')).openDisk(configuration.edgeData),
});

/** The writer with its replicator; `settle` makes an answered write visible on the edge of the same process. */
const startWriter = async (
  configuration: Configuration,
  command: Command,
  stores: Stores,
  cache: FlagCache,
  log: Logger,
  settle: boolean,
) => {
  const replicator = createReplicator({ stores, cache, log, random: Math.random });
  const controlPlane = createControlPlane({
    stores,
    cache,
    account: configuration.account,
    now: Date.now,
    log,
    publicUrl: configuration.publicUrl,
    trustProxy: configuration.trustProxy,
    dashboard: readDashboard(join(import.meta.dirname, 'dashboard', 'dist')),
    ...(settle
      ? { settled: (place: Place, version: number) => replicator.settled(place, version, SETTLE_MS) }
      : {}),
  });
  const first = await controlPlane.firstStart({
    adminToken: configuration.adminToken,
    secret: configuration.secret,
    example: !command.flags.has('--no-example'),
  });
  replicator.start();
  return { controlPlane, replicator, first };
};

const start = async (configuration: Configuration, command: Command, log: Logger): Promise<Running> => {
  const stores = await openStores(configuration.databaseUrl, log);
  const cache = await openCache(configuration.cacheUrl, log);
  const { controlPlane, replicator, first } = await startWriter(configuration, command, stores, cache, log, true);
  const edge = createEdge({
    ...(await edgeOptions(configuration, cache, log)),
    authenticate: controlPlane.authenticate,
  });
  await edge.start();
  const server = await listen(
    (request, env) =>
      isEdgePath(new URL(request.url).pathname)
        ? edge.app.fetch(request, env)
        : controlPlane.app.fetch(request, env),
    configuration.host,
    configuration.port,
  );
  await controlPlane.start();
  await greet(configuration, server, controlPlane, first);
  return {
    close: () =>
      inOrder(
        [() => edge.close(), () => controlPlane.close(), () => server.close(GRACE_MS)],
        [() => replicator.close(), () => cache.close(), () => stores.close()],
      ),
  };
};
