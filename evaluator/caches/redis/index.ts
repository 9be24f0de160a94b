import { TAKE_EVERY_MS } from '../following/reports.ts';
import { type CacheLog, EDGE_TTL_MS, type FlagCache } from '../port.ts';
import { RedisConnection } from './connection.ts';
import { RedisKeys } from './keys.ts';
import { RedisReceipts } from './receipts.ts';
import { redisReports } from './reports.ts';
import { RedisSpaces } from './spaces.ts';

export interface RedisCacheOptions {
  readonly log: CacheLog;
  /** In front of every key and channel; default `halyard`. */
  readonly prefix?: string;
  /** How long an edge lives after its last beat; default `EDGE_TTL_MS`. */
  readonly edgeTtlMs?: number;
  /** How often reports that wait are taken; default `TAKE_EVERY_MS`. */
  readonly takeEveryMs?: number;
}

/**
 * A flag cache in Redis 7. Resolves also when Redis cannot be reached now: the cache then says so, and goes on trying. Rejects for a
 * URL that is none.
 */
export const connectRedisCache = async (
  url: string,
  { log, prefix = 'halyard', edgeTtlMs = EDGE_TTL_MS, takeEveryMs = TAKE_EVERY_MS }: RedisCacheOptions,
): Promise<FlagCache> => {
  const keys = new RedisKeys(prefix);
  const redis = new RedisConnection(url, keys.marker, log);
  const spaces = new RedisSpaces(redis, keys, log);
  const receipts = new RedisReceipts(redis, keys, edgeTtlMs, log);
  await redis.opened();

  return {
    kind: 'redis',
    receipts: true,

    head: (space) => spaces.head(space),
    publish: (space, commit) => spaces.publish(space, commit),
    replace: (space, snapshot, options) => spaces.replace(space, snapshot, options?.adopting ?? false),
    load: (space) => spaces.load(space),
    watch: (space, watcher, held) => spaces.watch(space, watcher, held),
    remove: (space, identity) => spaces.remove(space, identity),

    beat: (edge, applied) => receipts.beat(edge, applied),
    leave: (edge) => receipts.leave(edge),
    edges: (space) => receipts.edges(space),
    silentEdges: (space) => receipts.silentEdges(space),
    watchEdges: (space, onReceipt) => receipts.watch(space, onReceipt),
    used: (account, tokens) => receipts.used(account, tokens),
    watchUses: (account, onUsed) => receipts.watchUses(account, onUsed),

    ...redisReports(
      (command) => redis.ask(redis.commands.sendCommand([...command])),
      (account) => keys.reports(account),
      takeEveryMs,
    ),

    close: async () => redis.close(),
  };
};
