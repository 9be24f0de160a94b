import type { FlagCache } from '@halyard/caches';
import type { Logger } from 'pino';
import type { Settings } from './settings.ts';

/** Opens the flag cache that the settings name; the drivers of the others are never loaded. */
export const openCache = async (
  { cacheUrl: url, cachePrefix: prefix }: Settings,
  log: Logger,
): Promise<FlagCache> => {
  if (url === 'memory:')
    return (await import('@halyard/caches/memory')).createMemoryCache({ now: Date.now, log });
  if (/^rediss?:/.test(url))
    return (await import('@halyard/caches/redis')).connectRedisCache(url, { log, prefix });
  return (await import('@halyard/caches/nats')).connectNatsCache(url, { log, prefix });
};
