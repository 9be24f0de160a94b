import type { ValueStorage } from 'cloudflare:workers';
import { DEFAULT_PREFIX } from '@halyard/caches';
import type { KvMemory } from '@halyard/caches/kv';

/** What was written to KV last, where the truth is too: under each prefix by itself, since a new one begins with nothing. */
export const headMemory = (storage: ValueStorage, prefix: string): KvMemory => {
  const nameOf = (space: string): string =>
    prefix === DEFAULT_PREFIX ? `head ${space}` : `head ${prefix} ${space}`;
  return {
    load: async (space) => (await storage.get<string>(nameOf(space))) ?? null,
    save: (space, head) => storage.put(nameOf(space), head),
  };
};
