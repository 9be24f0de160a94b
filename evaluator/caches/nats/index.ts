import { TAKE_EVERY_MS } from '../following/reports.ts';
import { type CacheLog, EDGE_TTL_MS, type FlagCache } from '../port.ts';
import { NatsCacheConnection } from './connection.ts';
import { layoutOf } from './layout.ts';
import { NatsReceipts } from './receipts.ts';
import { natsReports } from './reports.ts';
import { NatsSpaces } from './spaces.ts';

export interface NatsCacheOptions {
  readonly log: CacheLog;
  /** In front of every subject and stream name; default `halyard`. */
  readonly prefix?: string;
  /** How long an edge lives after its last beat; default `EDGE_TTL_MS`. */
  readonly edgeTtlMs?: number;
  /** How often reports that wait are taken; default `TAKE_EVERY_MS`. */
  readonly takeEveryMs?: number;
}

/**
 * A flag cache in NATS JetStream, nats-server 2.9 and later. Resolves also when the server cannot be reached now: the cache then says
 * so, and goes on trying. Rejects for a URL that is none.
 */
export const connectNatsCache = async (
  url: string,
  { log, prefix = 'halyard', edgeTtlMs = EDGE_TTL_MS, takeEveryMs = TAKE_EVERY_MS }: NatsCacheOptions,
): Promise<FlagCache> => {
  const layout = layoutOf(prefix);
  const nats = new NatsCacheConnection(layout, log);
  const spaces = new NatsSpaces(nats, layout, log);
  const receipts = new NatsReceipts(() => nats.reached(), layout, edgeTtlMs, log);
  await nats.open(url);

  return {
    kind: 'nats',
    receipts: true,

    head: (space) => spaces.head(space),
    publish: (space, commit) => spaces.publish(space, commit),
    replace: (space, snapshot, options) => spaces.replace(space, snapshot, options?.adopting ?? false),
    load: (space) => spaces.load(space),
    watch: (space, watcher, held) => spaces.watch(space, watcher, held),
    remove: (space, identity) => spaces.remove(space, identity),

    beat: (edge, applied) => nats.asked(() => receipts.beat(edge, applied)),
    leave: (edge) => nats.asked(() => receipts.leave(edge)),
    edges: (space) => nats.asked(() => receipts.edges(space)),
    silentEdges: (space) => nats.asked(() => receipts.silentEdges(space)),
    watchEdges: (space, onReceipt) => nats.asked(() => receipts.watch(space, onReceipt)),
    used: (account, tokens) => nats.asked(() => receipts.used(account, tokens)),
    watchUses: (account, onUsed) => nats.asked(() => receipts.watchUses(account, onUsed)),

    ...natsReports(
      () => nats.reached().streams,
      (ask) => nats.asked(ask),
      layout,
      takeEveryMs,
    ),

    close: () => nats.close(),
  };
};
