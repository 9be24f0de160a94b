import type { ValueStorage } from 'cloudflare:workers';
import type { KvMemory } from '@halyard/caches/kv';

/** What was written to KV last, where the truth is too. */
export const headMemory = (storage: ValueStorage): KvMemory => ({
  load: async (space) => (await storage.get<string>(`head ${space}`)) ?? null,
  save: (space, head) => storage.put(`head ${space}`, head),
});
