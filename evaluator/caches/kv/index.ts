import type { CacheLog, FlagCache, Subscription } from '../port.ts';
import { DEFAULT_PREFIX } from '../prefix.ts';
import { followKv, type KvFollower, type Newest } from './follower.ts';
import { headIn, namesOf, positionIn } from './layout.ts';
import { type KvNamespace, readCommits, readHead, readWhole } from './reader.ts';
import { type KvMemory, KvWriter } from './writer.ts';

export type { KvMemory, KvNamespace };

export interface KvCacheOptions {
  readonly namespace: KvNamespace;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly log?: CacheLog;
  /** In front of every key; default `halyard`. */
  readonly prefix?: string;
  /**
   * How often a watched space is read. `null`, the default: only when it is pulled, since neither a timer nor a connection of a Worker
   * outlives the request that made it. `watch` then reads nothing itself: the first `pull` does.
   */
  readonly pollMs?: number | null;
  /**
   * Where the text of a space's head can be had from its writer (its `memory`), for readers that should not wait for KV's locations to
   * hear of it. Null or a rejection: KV is asked, as it is when this takes over half a second.
   */
  readonly heads?: (space: string) => Promise<string | null>;
  /** Where a reader tells which tokens it was shown: KV itself has nobody who listens. */
  readonly used?: (account: string, tokens: readonly string[]) => Promise<void>;
  /** Where a reader files reports, for the same reason. */
  readonly report?: NonNullable<FlagCache['report']>;
  /** For the writer. */
  readonly memory?: KvMemory;
  /** Between two writes of one head; default one second, as KV demands. */
  readonly headEveryMs?: number;
}

/** A `FlagCache` with what follows from KV not pushing anything. */
export interface KvCache extends FlagCache {
  readonly kind: 'kv';
  readonly receipts: false;
  publishAll: NonNullable<FlagCache['publishAll']>;
  pull: NonNullable<FlagCache['pull']>;
}

const HEAD_EVERY_MS = 1_000;
const TOLD_WITHIN_MS = 500;

/**
 * A flag cache in Workers KV: eventually consistent, so it keeps the promises of the port with three limits.
 *
 * - One writer a space, which is for the home to see to (on Workers: the app's Durable Object). KV has no compare and swap.
 * - Nobody is told of anything: a watcher hears of a commit when it reads next, and a location may answer from its past, by half a
 *   minute as a rule. What a watcher is shown never goes back all the same.
 * - Edges do not report (`receipts` is false).
 */
export const openKvCache = (options: KvCacheOptions): KvCache => {
  const {
    namespace: kv,
    now,
    log,
    prefix = DEFAULT_PREFIX,
    pollMs = null,
    memory,
    heads,
    used,
    report,
  } = options;
  const writing = { kv, prefix, now, memory, headEveryMs: options.headEveryMs ?? HEAD_EVERY_MS };
  const writers = new Map<string, KvWriter>();
  const followers = new Map<string, Set<KvFollower>>();
  const newest = new Map<string, Newest>();

  const writerOf = (space: string): KvWriter => {
    const writer = writers.get(space) ?? new KvWriter(space, writing);
    writers.set(space, writer);
    return writer;
  };
  const headOf = async (space: string) => {
    const head = writers.get(space)?.known ?? (await readHead(kv, namesOf(prefix, space)));
    return head?.kind === 'head' ? head : null;
  };
  const publishAll: KvCache['publishAll'] = (space, commits) => writerOf(space).publish(commits);

  return {
    kind: 'kv',
    receipts: false,
    publishAll,
    publish: (space, commit) => publishAll(space, [commit]),
    replace: (space, snapshot, options) => writerOf(space).replace(snapshot, options?.adopting ?? false),
    remove: (space, identity) => writerOf(space).remove(identity),

    async head(space) {
      return positionIn(memory === undefined ? await headOf(space) : await writerOf(space).look());
    },

    async load(space) {
      const head = await headOf(space);
      return head === null ? null : readWhole(kv, namesOf(prefix, space), head);
    },

    async watch(space, watcher, held) {
      const names = namesOf(prefix, space);
      const shown = newest.get(space) ?? { epoch: '', version: 0 };
      newest.set(space, shown);
      const follower = followKv(space, watcher, {
        newest: shown,
        held,
        log,
        head: () => readHead(kv, names),
        told: async () => (heads === undefined ? null : headIn(await soon(heads(space)))),
        commits: (head, after) => readCommits(kv, names, head, after),
        whole: (head) => readWhole(kv, names, head),
      });
      const group = followers.get(space) ?? new Set();
      followers.set(space, group.add(follower));
      return polled(follower, pollMs, () => {
        group.delete(follower);
        if (group.size === 0 && followers.get(space) === group) followers.delete(space);
      });
    },

    async pull(space) {
      await Promise.all(Array.from(followers.get(space) ?? [], (follower) => follower.pull()));
    },

    beat: async () => undefined,
    leave: async () => undefined,
    edges: async () => [],
    silentEdges: async () => [],
    watchEdges: async () => ({ close: async () => undefined }),
    used: async (account, tokens) => used?.(account, tokens),
    watchUses: async () => ({ close: async () => undefined }),
    ...(report === undefined ? {} : { report }),

    async close() {
      for (const group of followers.values()) for (const follower of group) follower.close();
      followers.clear();
    },
  };
};

/** Pulls the follower now and then every `everyMs`; null: only who has it pulls it. Rejects where the first pull fails. */
const polled = async (
  follower: KvFollower,
  everyMs: number | null,
  closed: () => void,
): Promise<Subscription> => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const close = async (): Promise<void> => {
    follower.close();
    clearTimeout(timer);
    closed();
  };
  if (everyMs === null) return { close };
  const poll = (): void => {
    // It told the watcher; the next time comes.
    timer = setTimeout(() => follower.pull().then(poll, poll), everyMs);
    if (follower.closed) clearTimeout(timer);
  };
  try {
    await follower.pull();
  } catch (error) {
    await close();
    throw error;
  }
  poll();
  return { close };
};

/** Null where it does not come, or not soon. */
const soon = (text: Promise<string | null>): Promise<string | null> =>
  new Promise((resolve) => {
    const timer = setTimeout(() => resolve(null), TOLD_WITHIN_MS);
    text
      .catch(() => null)
      .then((found) => {
        clearTimeout(timer);
        resolve(found);
      });
  });
