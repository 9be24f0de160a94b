import type { ValueStorage } from 'cloudflare:workers';
import { prefixFrom } from '@halyard/caches';
import { type KvCache, openKvCache } from '@halyard/caches/kv';
import type { Environment } from './bindings.ts';
import { headMemory } from './head-memory.ts';

/** The flag cache as an object writes it. */
export const openObjectCache = (env: Environment, storage: ValueStorage, now: () => number): KvCache => {
  const prefix = prefixFrom(env.HALYARD_CACHE_PREFIX);
  return openKvCache({ namespace: env.FLAG_CACHE, prefix, now, memory: headMemory(storage, prefix) });
};
