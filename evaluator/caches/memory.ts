import { directReports } from './following/direct-reports.ts';
import { type History, judgeCommit, judgeSnapshot, type Position, positionOf } from './following/history.ts';
import { type Shown, showTo } from './following/shown.ts';
import { tellUses, usesText } from './following/uses.ts';
import {
  type CacheLog,
  EDGE_KEPT_MS,
  EDGE_TTL_MS,
  type EdgeReceipt,
  type FlagCache,
  type NewCommit,
  type Published,
  type Snapshot,
  type Subscription,
  type Watcher,
} from './port.ts';

export interface MemoryCacheOptions {
  /** Epoch milliseconds; ages the receipts. */
  readonly now: () => number;
  readonly log?: CacheLog;
}

/**
 * A flag cache in this process. Watchers are called before `publish` and `replace` return; one that publishes in turn is queued, so
 * that everybody sees the same order.
 */
export const createMemoryCache = ({ now, log }: MemoryCacheOptions): FlagCache => {
  const spaces = new MemorySpaces(log);
  const edges = new MemoryEdges(now, log);

  return {
    kind: 'memory',
    receipts: true,

    head: async (space) => spaces.head(space),
    publish: async (space, commit) => spaces.publish(space, commit),
    replace: async (space, snapshot, options) => spaces.replace(space, snapshot, options?.adopting ?? false),
    load: async (space) => spaces.load(space),
    watch: (space, watcher, held) => spaces.watch(space, watcher, held),
    remove: async (space, identity) => spaces.remove(space, identity),

    beat: async (edge, applied) => edges.beat(edge, applied),
    leave: async (edge) => edges.leave(edge),
    edges: async (space) => edges.live(space),
    silentEdges: async (space) => edges.silent(space),
    watchEdges: async (space, onReceipt) => edges.watch(space, onReceipt),
    used: async (account, tokens) => edges.used(account, tokens),
    watchUses: async (account, onUsed) => edges.watchUses(account, onUsed),

    ...directReports(),

    async close() {
      spaces.close();
      edges.close();
    },
  };
};

interface Space {
  position: Position;
  readonly entries: Map<string, string>;
}

class MemorySpaces {
  readonly #log: CacheLog | undefined;
  readonly #spaces = new Map<string, Space>();
  readonly #watchers = new Groups<Shown>();
  readonly #events: (() => void)[] = [];
  #draining = false;

  constructor(log: CacheLog | undefined) {
    this.#log = log;
  }

  head(name: string): Position | null {
    return this.#spaces.get(name)?.position ?? null;
  }

  publish(name: string, commit: NewCommit): Published {
    const space = this.#spaces.get(name);
    const judged = judgeCommit(space?.position ?? null, commit);
    if (judged !== 'applied' || space === undefined) return judged;
    for (const { key, value } of commit.changes) {
      if (value === null) space.entries.delete(key);
      else space.entries.set(key, value);
    }
    const { version, hash } = commit;
    const { history } = space.position;
    space.position = {
      version,
      ...(history === undefined ? {} : { history }),
      ...(hash === undefined ? {} : { hash }),
    };
    this.#tellAll(name, (shown) => {
      // One that was shown more than the cache has joins when that has caught up.
      if (!shown.isBehind) shown.commit(commit);
      else if (shown.snapshot(copy(space))) shown.live();
    });
    return 'applied';
  }

  replace(name: string, snapshot: Snapshot, adopting: boolean): 'replaced' | 'already' | 'other' {
    const judged = judgeSnapshot(this.#spaces.get(name)?.position ?? null, snapshot, adopting);
    if (judged !== 'replaced') return judged;
    const position = positionOf(snapshot);
    this.#spaces.set(name, { position, entries: new Map(snapshot.entries) });
    this.#tellAll(name, (shown) => {
      if (shown.snapshot({ ...position, entries: new Map(snapshot.entries) })) shown.live();
    });
    return judged;
  }

  load(name: string): Snapshot | null {
    const space = this.#spaces.get(name);
    return space === undefined ? null : copy(space);
  }

  watch(name: string, watcher: Watcher, held: Position | undefined): Promise<Subscription> {
    const shown = showTo(watcher, name, { log: this.#log, held });
    return new Promise((resolve) => {
      this.#tell(() => {
        const space = this.#spaces.get(name);
        // Joins after what is queued before it, with a state that has it already: nothing is shown twice.
        const leave = this.#watchers.join(name, shown);
        if (space === undefined) shown.absent();
        else shown.snapshot(copy(space));
        shown.live();
        resolve({
          async close() {
            shown.close();
            leave();
          },
        });
      });
    });
  }

  remove(name: string, identity: string | undefined): void {
    const by = this.#spaces.get(name)?.position.history?.identity;
    if (identity !== undefined && by !== undefined && by !== identity) return;
    if (this.#spaces.delete(name)) this.#tellAll(name, (shown) => shown.absent());
  }

  close(): void {
    for (const shown of this.#watchers.everyone()) shown.close();
    this.#watchers.clear();
  }

  #tellAll(name: string, event: (shown: Shown) => void): void {
    this.#tell(() => {
      for (const shown of this.#watchers.of(name)) event(shown);
    });
  }

  #tell(event: () => void): void {
    this.#events.push(event);
    if (this.#draining) return;
    this.#draining = true;
    try {
      for (let next = this.#events.shift(); next !== undefined; next = this.#events.shift()) next();
    } finally {
      this.#draining = false;
    }
  }
}

const copy = (space: Space): Snapshot => ({ ...space.position, entries: new Map(space.entries) });

interface Edge {
  lastBeat: number;
  readonly applied: Map<string, Position>;
}

class MemoryEdges {
  readonly #now: () => number;
  readonly #log: CacheLog | undefined;
  readonly #edges = new Map<string, Edge>();
  readonly #watchers = new Groups<(receipt: EdgeReceipt) => void>();
  readonly #useWatchers = new Groups<(tokens: readonly string[]) => void>();

  constructor(now: () => number, log: CacheLog | undefined) {
    this.#now = now;
    this.#log = log;
  }

  beat(id: string, applied: ReadonlyMap<string, Position>): void {
    const known = this.#edges.get(id);
    const lives = known !== undefined && this.#now() - known.lastBeat < EDGE_TTL_MS;
    const edge = lives ? known : { lastBeat: 0, applied: new Map<string, Position>() };
    this.#edges.set(id, edge);
    edge.lastBeat = this.#now();
    for (const [space, position] of applied) edge.applied.set(space, position);
    for (const [space, { version, history }] of applied) {
      this.#tell(space, { edge: id, appliedVersion: version, ...historyIn(history), lastSeenMs: 0 });
    }
  }

  leave(id: string): void {
    this.#edges.delete(id);
  }

  live(space: string): readonly EdgeReceipt[] {
    return this.#receipts(space).filter(({ lastSeenMs }) => lastSeenMs < EDGE_TTL_MS);
  }

  silent(space: string): readonly EdgeReceipt[] {
    return this.#receipts(space).filter(
      ({ lastSeenMs, appliedVersion }) => lastSeenMs >= EDGE_TTL_MS && appliedVersion !== null,
    );
  }

  watch(space: string, onReceipt: (receipt: EdgeReceipt) => void): Subscription {
    // A function registered twice is two watchers.
    const leave = this.#watchers.join(space, (receipt) => onReceipt(receipt));
    return { close: async () => leave() };
  }

  used(account: string, tokens: readonly string[]): void {
    for (const onUsed of this.#useWatchers.of(account)) {
      tellUses(usesText(tokens), account, onUsed, this.#log);
    }
  }

  watchUses(account: string, onUsed: (tokens: readonly string[]) => void): Subscription {
    const leave = this.#useWatchers.join(account, (tokens) => onUsed(tokens));
    return { close: async () => leave() };
  }

  close(): void {
    this.#watchers.clear();
    this.#useWatchers.clear();
  }

  #tell(space: string, receipt: EdgeReceipt): void {
    for (const onReceipt of this.#watchers.of(space)) {
      try {
        onReceipt(receipt);
      } catch (error) {
        this.#log?.error(
          { space, error: String(error) },
          'A watcher of receipts threw; it goes on being told.',
        );
      }
    }
  }

  #receipts(space: string): readonly EdgeReceipt[] {
    const receipts: EdgeReceipt[] = [];
    for (const [edge, { applied, lastBeat }] of this.#edges) {
      const lastSeenMs = Math.max(0, this.#now() - lastBeat);
      if (lastSeenMs >= EDGE_KEPT_MS) this.#edges.delete(edge);
      else {
        const { version = null, history } = applied.get(space) ?? {};
        receipts.push({ edge, appliedVersion: version, ...historyIn(history), lastSeenMs });
      }
    }
    return receipts;
  }
}

const historyIn = (history: History | undefined): { readonly history?: History } =>
  history === undefined ? {} : { history };

/** Members by the name of what they listen to. */
class Groups<M> {
  readonly #groups = new Map<string, Set<M>>();

  /** Returns how to leave. */
  join(name: string, member: M): () => void {
    const group = this.#groups.get(name) ?? new Set();
    this.#groups.set(name, group.add(member));
    return () => {
      group.delete(member);
      if (group.size === 0 && this.#groups.get(name) === group) this.#groups.delete(name);
    };
  }

  of(name: string): Iterable<M> {
    return this.#groups.get(name) ?? [];
  }

  everyone(): Iterable<M> {
    return [...this.#groups.values()].flatMap((group) => [...group]);
  }

  clear(): void {
    this.#groups.clear();
  }
}
