import { CacheUnavailable, type FlagCache, type Watcher } from '@halyard/caches';
import { createMemoryCache } from '@halyard/caches/memory';
import { createEdge, type Edge, type EdgeOptions, type Log } from '../index.ts';
import { ACCOUNT, fillCache, type Home, NOON, type World, worldOf } from './suites/world.ts';

export const silent: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

export interface ProcessWorld extends World {
  readonly edge: Edge;
}

/** An edge in this process, before a cache in memory with the account, its tokens, and the app `shop` with the given flags. */
export const startWorld = async (
  flags: Readonly<Record<string, object | string>>,
  options: Partial<EdgeOptions> = {},
): Promise<ProcessWorld> => {
  const clock = { time: NOON };
  const now = (): number => clock.time;
  const cache = options.cache ?? createMemoryCache({ now });
  await fillCache(cache, flags, options.account);
  const edge = createEdge({ cache, account: ACCOUNT, id: 'edge-1', now, log: silent, ...options });
  await edge.start();
  const world = worldOf({
    cache,
    clock,
    request: async (path, init) => edge.app.request(path, init),
    close: () => edge.close(),
  });
  return Object.assign(world, { edge });
};

export const processHome: Home = { name: 'in a process', start: startWorld };

export interface CuttableCache extends FlagCache {
  /** Watchers are told, nothing reaches them, and everything asked is refused. */
  cut(): void;
  /** Watchers are brought up to date and told so. */
  heal(): Promise<void>;
}

/** A cache whose connection can be cut. `inner` stays reachable for whoever writes to it directly. */
export const cuttable = (inner: FlagCache): CuttableCache => {
  const watched = new Map<Watcher, { readonly space: string }>();
  let down = false;
  const whileUp = <A>(call: () => Promise<A>): Promise<A> =>
    down ? Promise.reject(new CacheUnavailable('The connection is cut.')) : call();

  return {
    kind: 'cuttable',
    receipts: inner.receipts,
    head: (space) => whileUp(() => inner.head(space)),
    publish: (space, commit) => whileUp(() => inner.publish(space, commit)),
    replace: (space, snapshot, options) => whileUp(() => inner.replace(space, snapshot, options)),
    load: (space) => whileUp(() => inner.load(space)),
    remove: (space, identity) => whileUp(() => inner.remove(space, identity)),
    beat: (edge, applied) => whileUp(() => inner.beat(edge, applied)),
    leave: (edge) => whileUp(() => inner.leave(edge)),
    edges: (space) => whileUp(() => inner.edges(space)),
    silentEdges: (space) => whileUp(() => inner.silentEdges(space)),
    watchEdges: (space, onReceipt) => whileUp(() => inner.watchEdges(space, onReceipt)),
    used: (account, tokens) => whileUp(() => inner.used(account, tokens)),
    watchUses: (account, onUsed) => whileUp(() => inner.watchUses(account, onUsed)),
    close: () => inner.close(),
    watch: (space, watcher, held) =>
      whileUp(async () => {
        watched.set(watcher, { space });
        const cuttableWatcher: Watcher = {
          snapshot: (snapshot) => down || watcher.snapshot(snapshot),
          commit: (commit) => down || watcher.commit(commit),
          absent: () => down || watcher.absent(),
          cutOff: (why) => watcher.cutOff(why),
          live: () => down || watcher.live(),
        };
        return inner.watch(space, cuttableWatcher, held);
      }),
    cut() {
      down = true;
      for (const watcher of watched.keys()) watcher.cutOff('unreachable');
    },
    async heal() {
      down = false;
      for (const [watcher, { space }] of watched) {
        const snapshot = await inner.load(space);
        if (snapshot === null) watcher.absent();
        else watcher.snapshot(snapshot);
        watcher.live();
      }
    },
  };
};
