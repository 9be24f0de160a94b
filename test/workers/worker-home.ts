import { type KvNamespace, openKvCache } from '@halyard/caches/kv';
import { ACCOUNT, fillCache, type Home, NOON, worldOf } from '@halyard/edge/suites';
import { Miniflare } from 'miniflare';
import { bundleWorker } from './bundle.ts';

export interface WorkerHome extends Home {
  close(): Promise<void>;
}

/** The evaluator in workerd before a real KV. One runtime for all worlds; nothing in it is older than the request. */
export const openWorkerHome = async (): Promise<WorkerHome> => {
  const miniflare = new Miniflare({
    modules: [
      { type: 'ESModule', path: 'worker.js', contents: await bundleWorker('test/workers/in-evaluator.ts') },
    ],
    compatibilityDate: '2026-07-01',
    kvNamespaces: ['FLAG_CACHE'],
  });
  const url = await miniflare.ready;
  const { FLAG_CACHE } = await miniflare.getBindings<{ readonly FLAG_CACHE: KvNamespace }>();
  let worlds = 0;

  return {
    name: 'in workerd',

    async start(flags, { account = ACCOUNT } = {}) {
      worlds += 1;
      const world = `world-${worlds}-`;
      const clock = { time: NOON };
      const cache = openKvCache({
        namespace: FLAG_CACHE,
        now: Date.now,
        prefix: `${world}halyard`,
        headEveryMs: 0,
      });
      await fillCache(cache, flags, account);
      return worldOf({
        cache,
        clock,
        async request(path, init = {}) {
          const headers = new Headers(init.headers);
          headers.set('test-world', world);
          headers.set('test-account', account);
          headers.set('test-time', `${clock.time}`);
          return fetch(new URL(path, url), { ...init, headers });
        },
        close: async () => undefined,
      });
    },

    close: () => miniflare.dispose(),
  };
};
