import type { Position } from '../following/history.ts';
import { showTo } from '../following/shown.ts';
import { type CacheLog, CacheUnavailable, type Commit, type Snapshot, type Watcher } from '../port.ts';
import type { Head, Tombstone } from './layout.ts';

export interface KvFollower {
  /**
   * Reads what the watcher misses and shows it. Any number of these may be under way at once, each on the connections of the request
   * that asked; what comes late shows nothing. Rejects with `CacheUnavailable` after the watcher was told `cutOff`.
   */
  pull(): Promise<void>;
  readonly closed: boolean;
  close(): void;
}

/** The newest of a space that any of its followers was shown; a follower that begins later shows nothing older. */
export interface Newest {
  epoch: string;
  version: number;
}

export interface KvFollowerOptions {
  readonly newest: Newest;
  /** What the watcher has already. */
  readonly held: Position | undefined;
  readonly log: CacheLog | undefined;
  readonly head: () => Promise<Head | Tombstone | null>;
  /** The writer's own word, which may be ahead of KV; null where it is not to be had. Never rejects. */
  readonly told: () => Promise<Head | Tombstone | null>;
  readonly commits: (head: Head, after: number) => Promise<readonly Commit[] | null>;
  readonly whole: (head: Head) => Promise<Snapshot>;
}

/**
 * Keeps one watcher up to date with a space in KV. Locations answer from their own past: a head may be older than the one before, and
 * a chunk that it names may not be there yet. So only what is newer is shown, by epoch and then by version, and a space that is not
 * whole yet leaves the watcher with what it has.
 */
export const followKv = (space: string, watcher: Watcher, options: KvFollowerOptions): KvFollower => {
  const { newest, held, log, head: readHead, told, commits: readCommits, whole: readWhole } = options;
  const shown = showTo(watcher, space, { log, held });
  let epoch = '';

  const isNews = (head: Head): boolean =>
    head.epoch > epoch || (head.epoch === epoch && (shown.version === null || head.version > shown.version));

  const isPast = (head: Head | Tombstone): boolean =>
    head.epoch < newest.epoch ||
    (head.kind === 'head' && head.epoch === newest.epoch && head.version < newest.version);

  const note = (of: string, version: number): void => {
    if (of > newest.epoch || (of === newest.epoch && version > newest.version)) {
      Object.assign(newest, { epoch: of, version });
    }
  };

  const show = async (head: Head | Tombstone | null): Promise<void> => {
    if (head === null) {
      // A removed space has a tombstone: nothing at all is a namespace that was emptied, or a location that has not heard.
      if (epoch !== '') throw new CacheUnavailable(`Workers KV does not have ${space} any more.`);
      shown.absent();
      return;
    }
    if (isPast(head) && shown.version === null) {
      throw new CacheUnavailable(`Workers KV answers ${space} from before what was shown here.`);
    }
    if (head.kind === 'gone') {
      if (head.epoch < epoch) return;
      epoch = head.epoch;
      note(epoch, 0);
      shown.absent();
      return;
    }
    if (!isNews(head)) return;
    if (head.epoch === epoch && shown.version !== null) {
      const commits = await readCommits(head, shown.version);
      if (commits !== null) {
        if (head.epoch === epoch) for (const commit of commits) shown.commit(commit);
        note(epoch, shown.version ?? 0);
        return;
      }
    }
    const snapshot = await readWhole(head);
    if (!isNews(head)) return;
    epoch = head.epoch;
    note(epoch, head.version);
    shown.snapshot(snapshot);
  };

  /** Whether the writer's own word could be shown. Its chunks may not have come to this location yet. */
  const showTold = async (): Promise<boolean> => {
    const head = await told();
    if (head === null) return false;
    try {
      await show(head);
      return true;
    } catch (error) {
      if (error instanceof CacheUnavailable) return false;
      throw error;
    }
  };

  return {
    async pull() {
      if (shown.closed) return;
      try {
        // KV is near and the writer may be far: who has nothing yet is not made to wait for the very newest.
        const near = shown.version === null ? await readHead() : null;
        if (near?.kind === 'head' && isNews(near) && !isPast(near)) await show(near);
        else if (!(await showTold())) await show(near ?? (await readHead()));
        shown.live();
      } catch (error) {
        shown.cutOff();
        log?.info({ space, error: String(error) }, 'A space of the flag cache could not be read.');
        throw error;
      }
    },
    get closed() {
      return shown.closed;
    },
    close: () => shown.close(),
  };
};
