import type { CacheLog, Commit, CutOff, Snapshot, Watcher } from '../port.ts';
import { mayFollow, type Position, positionOf } from './history.ts';

/**
 * What one watcher was shown so far, and the one way to show it more: keeps versions from going back, says `cutOff` and `live` only
 * when that is news, and keeps a watcher that throws from hurting anybody else.
 */
export interface Shown {
  /** The version last shown; null before the first snapshot and after `absent`. */
  readonly version: number | null;
  readonly closed: boolean;
  /** Whether a position may follow on what was shown. */
  accepts(position: Position): boolean;
  /** Shown unless it may not follow on what was shown: then the cache is behind the watcher, which is told so. Whether it was shown. */
  snapshot(snapshot: Snapshot): boolean;
  /** Shown only if it is exactly the next version. */
  commit(commit: Commit): void;
  absent(): void;
  /** The cache has less than was shown. Until a snapshot that may follow, nothing is shown and nothing is live. */
  readonly isBehind: boolean;
  behind(): void;
  cutOff(): void;
  live(): void;
  /** Nothing is shown afterwards. */
  close(): void;
}

type Mood = 'new' | 'live' | CutOff;

export interface ShownOptions {
  readonly log: CacheLog | undefined;
  /** What the watcher has already. */
  readonly held: Position | undefined;
  /**
   * Whether the cache itself says that its versions begin again lower, where no history says so: a former release wrote them. Default:
   * it does.
   */
  readonly mayBeginAgain?: () => boolean;
}

export const showTo = (watcher: Watcher, space: string, options: ShownOptions): Shown => {
  const { log, held, mayBeginAgain = () => true } = options;
  /** Nothing that may not follow on it is shown. It outlives `absent` where it says its history. */
  let floor: Position | undefined = held;
  let version: number | null = null;
  let missing = false;
  let behind = false;
  let mood: Mood = 'new';
  let closed = false;

  const call = (event: () => void): void => {
    try {
      event();
    } catch (error) {
      log?.error(
        { space, error: String(error) },
        'A watcher of the flag cache threw; it goes on being told.',
      );
    }
  };

  const become = (next: CutOff): void => {
    if (closed || mood === next) return;
    mood = next;
    call(() => watcher.cutOff(next));
  };

  const absent = (): void => {
    if (closed || missing) return;
    missing = true;
    version = null;
    behind = false;
    if (floor?.history === undefined && floor !== held) floor = undefined;
    call(() => watcher.absent());
  };

  const fallBehind = (): void => {
    behind = true;
    become('behind');
  };

  /** Shown by a cache that a former release fills, versions may begin again lower; what a disk kept is believed first. */
  const beginsAgain = (position: Position): boolean =>
    floor?.history === undefined && position.history === undefined && floor !== held && mayBeginAgain();

  const accepts = (position: Position): boolean =>
    floor === undefined || mayFollow(floor, position) || beginsAgain(position);

  return {
    get version() {
      return version;
    },
    get closed() {
      return closed;
    },
    get isBehind() {
      return behind;
    },
    accepts,
    snapshot(snapshot) {
      if (closed) return false;
      if (!accepts(snapshot)) {
        fallBehind();
        return false;
      }
      if (version !== null && snapshot.version < version) absent();
      missing = false;
      behind = false;
      version = snapshot.version;
      floor = positionOf(snapshot);
      call(() => watcher.snapshot(snapshot));
      return true;
    },
    commit(commit) {
      if (closed || behind || version === null || commit.version !== version + 1) return;
      version = commit.version;
      const { history } = floor ?? {};
      floor = { version, ...(history === undefined ? {} : { history }) };
      call(() => watcher.commit({ version: commit.version, changes: commit.changes }));
    },
    absent,
    behind: fallBehind,
    cutOff: () => become('unreachable'),
    live() {
      if (closed || behind || mood === 'live') return;
      mood = 'live';
      call(() => watcher.live());
    },
    close() {
      closed = true;
    },
  };
};
