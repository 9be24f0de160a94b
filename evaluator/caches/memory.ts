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
} from './port.ts';

export interface MemoryCacheOptions {
  /** Epoch milliseconds; ages the receipts. */
  readonly now: () => number;
  readonly log?: CacheLog;
}

interface Space {
  position: Position;
  readonly entries: Map<string, string>;
}

interface Edge {
  lastBeat: number;
  readonly applied: Map<string, Position>;
}

/**
 * A flag cache in this process. Watchers are called before `publish` and `replace` return; one that publishes in turn is queued, so
 * that everybody sees the same order.
 */
export const createMemoryCache = ({ now, log }: MemoryCacheOptions): FlagCache => {
  const spaces = new Map<string, Space>();
  const watchers = new Map<string, Set<Shown>>();
  const edges = new Map<string, Edge>();
  const edgeWatchers = new Map<string, Set<(receipt: EdgeReceipt) => void>>();
  const useWatchers = new Map<string, Set<(tokens: readonly string[]) => void>>();
  const events: (() => void)[] = [];
  let draining = false;

  const tell = (event: () => void): void => {
    events.push(event);
    if (draining) return;
    draining = true;
    try {
      for (let next = events.shift(); next !== undefined; next = events.shift()) next();
    } finally {
      draining = false;
    }
  };

  const tellAll = (space: string, event: (shown: Shown) => void): void =>
    tell(() => {
      for (const shown of watchers.get(space) ?? []) event(shown);
    });

  const copy = (space: Space): Snapshot => ({ ...space.position, entries: new Map(space.entries) });

  const apply = (name: string, commit: NewCommit): Published => {
    const space = spaces.get(name);
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
    tellAll(name, (shown) => {
      // One that was shown more than the cache has joins when that has caught up.
      if (!shown.isBehind) shown.commit(commit);
      else if (shown.snapshot(copy(space))) shown.live();
    });
    return 'applied';
  };

  const receiptsOf = (space: string): readonly EdgeReceipt[] => {
    const receipts: EdgeReceipt[] = [];
    for (const [edge, { applied, lastBeat }] of edges) {
      const lastSeenMs = Math.max(0, now() - lastBeat);
      if (lastSeenMs >= EDGE_KEPT_MS) edges.delete(edge);
      else {
        const { version = null, history } = applied.get(space) ?? {};
        receipts.push({ edge, appliedVersion: version, ...historyIn(history), lastSeenMs });
      }
    }
    return receipts;
  };

  return {
    kind: 'memory',
    receipts: true,

    async head(space) {
      return spaces.get(space)?.position ?? null;
    },

    async publish(space, commit) {
      return apply(space, commit);
    },

    async replace(name, snapshot, { adopting } = { adopting: false }) {
      const judged = judgeSnapshot(spaces.get(name)?.position ?? null, snapshot, adopting);
      if (judged !== 'replaced') return judged;
      const position = positionOf(snapshot);
      spaces.set(name, { position, entries: new Map(snapshot.entries) });
      tellAll(name, (shown) => {
        if (shown.snapshot({ ...position, entries: new Map(snapshot.entries) })) shown.live();
      });
      return judged;
    },

    async load(name) {
      const space = spaces.get(name);
      return space === undefined ? null : copy(space);
    },

    watch(name, watcher, held) {
      const shown = showTo(watcher, name, { log, held });
      return new Promise<Subscription>((resolve) => {
        tell(() => {
          const space = spaces.get(name);
          // Joins after what is queued before it, with a state that has it already: nothing is shown twice.
          const group = watchers.get(name) ?? new Set();
          watchers.set(name, group.add(shown));
          if (space === undefined) shown.absent();
          else shown.snapshot(copy(space));
          shown.live();
          resolve({
            async close() {
              shown.close();
              group.delete(shown);
              if (group.size === 0 && watchers.get(name) === group) watchers.delete(name);
            },
          });
        });
      });
    },

    async remove(name, identity) {
      const by = spaces.get(name)?.position.history?.identity;
      if (identity !== undefined && by !== undefined && by !== identity) return;
      if (spaces.delete(name)) tellAll(name, (shown) => shown.absent());
    },

    async beat(id, applied) {
      const known = edges.get(id);
      const lives = known !== undefined && now() - known.lastBeat < EDGE_TTL_MS;
      const edge = lives ? known : { lastBeat: 0, applied: new Map<string, Position>() };
      edges.set(id, edge);
      edge.lastBeat = now();
      for (const [space, position] of applied) edge.applied.set(space, position);
      for (const [space, { version, history }] of applied) {
        for (const onReceipt of edgeWatchers.get(space) ?? []) {
          try {
            onReceipt({ edge: id, appliedVersion: version, ...historyIn(history), lastSeenMs: 0 });
          } catch (error) {
            log?.error(
              { space, error: String(error) },
              'A watcher of receipts threw; it goes on being told.',
            );
          }
        }
      }
    },

    async leave(id) {
      edges.delete(id);
    },

    async edges(space) {
      return receiptsOf(space).filter(({ lastSeenMs }) => lastSeenMs < EDGE_TTL_MS);
    },

    async silentEdges(space) {
      return receiptsOf(space).filter(
        ({ lastSeenMs, appliedVersion }) => lastSeenMs >= EDGE_TTL_MS && appliedVersion !== null,
      );
    },

    async watchEdges(space, onReceipt) {
      const group = edgeWatchers.get(space) ?? new Set();
      // A function registered twice is two watchers.
      const own = (receipt: EdgeReceipt): void => onReceipt(receipt);
      edgeWatchers.set(space, group.add(own));
      return {
        async close() {
          group.delete(own);
          if (group.size === 0 && edgeWatchers.get(space) === group) edgeWatchers.delete(space);
        },
      };
    },

    async used(account, tokens) {
      for (const onUsed of useWatchers.get(account) ?? []) tellUses(usesText(tokens), account, onUsed, log);
    },

    async watchUses(account, onUsed) {
      const group = useWatchers.get(account) ?? new Set();
      const own = (tokens: readonly string[]): void => onUsed(tokens);
      useWatchers.set(account, group.add(own));
      return {
        async close() {
          group.delete(own);
          if (group.size === 0 && useWatchers.get(account) === group) useWatchers.delete(account);
        },
      };
    },

    ...directReports(),

    async close() {
      for (const group of watchers.values()) for (const shown of group) shown.close();
      watchers.clear();
      edgeWatchers.clear();
      useWatchers.clear();
    },
  };
};

const historyIn = (history: History | undefined): { readonly history?: History } =>
  history === undefined ? {} : { history };
