import { type KvNamespace, openKvCache } from '@halyard/caches/kv';
import { Miniflare } from 'miniflare';
import { type AnyEdge, commitTo, fillWith } from '../providers/real-edge.ts';
import { bundleWorker } from './bundle.ts';

let workerd: Promise<Miniflare> | null = null;

const start = async (): Promise<Miniflare> =>
  new Miniflare({
    modules: [
      {
        type: 'ESModule',
        path: 'worker.js',
        contents: await bundleWorker('evaluator/edge/workers/worker.ts'),
      },
    ],
    compatibilityDate: '2026-07-01',
    kvNamespaces: ['FLAG_CACHE'],
    // Nothing is older than the request: what a test filled the cache with is what it asks.
    bindings: { HALYARD_FRESH_MS: '0', HALYARD_LOG: 'silent' },
  });

/** The evaluator in workerd, with these flags; one runtime for a whole file. */
export const openWorkerEdge = async (flags: readonly object[], origin?: string): Promise<AnyEdge> => {
  workerd ??= start();
  const miniflare = await workerd;
  const { FLAG_CACHE } = await miniflare.getBindings<{ readonly FLAG_CACHE: KvNamespace }>();
  const cache = openKvCache({ namespace: FLAG_CACHE, now: Date.now, headEveryMs: 0 });
  await fillWith(cache, flags, origin);
  return {
    url: (await miniflare.ready).origin,
    commit: (...changes) => commitTo(cache, changes),
    close: () => cache.close(),
  };
};

export const stopWorkerd = async (): Promise<void> => {
  await (await workerd)?.dispose();
};
