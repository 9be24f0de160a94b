import { Miniflare } from 'miniflare';
import { expect } from 'vitest';
import {
  type KvCache,
  type KvCacheOptions,
  type KvMemory,
  type KvNamespace,
  openKvCache,
} from '../kv/index.ts';
import { appSpace } from '../port.ts';

export const SPACE = appSpace('account', 'app');

/** A real KV, as miniflare simulates it: what is written is seen at once. */
export const startKv = async () => {
  const miniflare = new Miniflare({
    modules: true,
    script: 'export default { fetch: () => new Response() }',
    kvNamespaces: ['KV'],
    compatibilityDate: '2026-07-01',
  });
  const { KV: namespace } = await miniflare.getBindings<{ readonly KV: KvNamespace }>();
  return {
    namespace,
    stop: () => miniflare.dispose(),
    open: (more: Partial<KvCacheOptions> = {}): KvCache =>
      openKvCache({ namespace, now: Date.now, pollMs: 5, headEveryMs: 0, ...more }),
  };
};

export const recorder = (seen: string[]) => ({
  snapshot: ({ version }: { readonly version: number }) => seen.push(`snapshot ${version}`),
  commit: ({ version }: { readonly version: number }) => seen.push(`commit ${version}`),
  absent: () => seen.push('absent'),
  cutOff: () => seen.push('cut off'),
  live: () => seen.push('live'),
});

export const remembering = (): KvMemory => {
  const heads = new Map<string, string>();
  return {
    load: (space) => heads.get(space) ?? null,
    save: (space, head) => {
      heads.set(space, head);
    },
  };
};

export const until = (condition: () => boolean): Promise<void> =>
  expect.poll(condition, { timeout: 10_000, interval: 10 }).toBe(true);
