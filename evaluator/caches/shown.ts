import type { CacheLog, Commit, Snapshot, Watcher } from './port.ts';

/**
 * What one watcher was shown so far, and the one way to show it more: keeps versions from going back, says `cutOff` and `live` only
 * when that is news, and keeps a watcher that throws from hurting anybody else.
 */
export interface Shown {
  /** The version last shown; null before the first snapshot and after `absent`. */
  readonly version: number | null;
  readonly closed: boolean;
  snapshot(snapshot: Snapshot): void;
  /** Shown only if it is exactly the next version. */
  commit(commit: Commit): void;
  absent(): void;
  cutOff(): void;
  live(): void;
  /** Nothing is shown afterwards. */
  close(): void;
}

type Mood = 'new' | 'live' | 'cut off';

export const showTo = (watcher: Watcher, space: string, log: CacheLog | undefined): Shown => {
  let version: number | null = null;
  let missing = false;
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

  const absent = (): void => {
    if (closed || missing) return;
    missing = true;
    version = null;
    call(() => watcher.absent());
  };

  return {
    get version() {
      return version;
    },
    get closed() {
      return closed;
    },
    snapshot(snapshot) {
      if (closed) return;
      if (version !== null && snapshot.version < version) absent();
      missing = false;
      version = snapshot.version;
      call(() => watcher.snapshot(snapshot));
    },
    commit(commit) {
      if (closed || version === null || commit.version !== version + 1) return;
      version = commit.version;
      call(() => watcher.commit(commit));
    },
    absent,
    cutOff() {
      if (closed || mood === 'cut off') return;
      mood = 'cut off';
      call(() => watcher.cutOff());
    },
    live() {
      if (closed || mood === 'live') return;
      mood = 'live';
      call(() => watcher.live());
    },
    close() {
      closed = true;
    },
  };
};
