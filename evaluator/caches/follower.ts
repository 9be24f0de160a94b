import type { CacheLog, Watcher } from './port.ts';
import type { Reading } from './reading.ts';
import { showTo } from './shown.ts';

export interface Follower {
  /** Reads what is missing; call it whenever there may be something. */
  readonly pull: () => void;
  cutOff(): void;
  /** Resolves when the watcher was shown the first time; rejects if that failed. */
  first(): Promise<void>;
  close(): void;
}

export interface FollowerOptions {
  readonly log: CacheLog;
  readonly connected: () => boolean;
  readonly read: (version: number | null, epoch: string) => Promise<Reading>;
}

const RETRY_MS = 500;

/** Keeps one watcher up to date: an announcement only says that it is time to read, so one that is lost or doubled does no harm. */
export const followByReading = (
  space: string,
  watcher: Watcher,
  { log, connected, read }: FollowerOptions,
): Follower => {
  const shown = showTo(watcher, space, log);
  let epoch = '';
  let reading = false;
  let again = false;
  let retry: ReturnType<typeof setTimeout> | null = null;

  const show = (found: Reading): void => {
    switch (found.kind) {
      case 'absent':
        shown.absent();
        epoch = '';
        break;
      case 'same':
        break;
      case 'commits':
        for (const commit of found.commits) shown.commit(commit);
        break;
      case 'snapshot':
        // Lower and of an older filling: the cache lost what was written last, and will be repaired.
        if (shown.version !== null && found.snapshot.version < shown.version && found.epoch < epoch) break;
        epoch = found.epoch;
        shown.snapshot(found.snapshot);
        break;
      default:
        found satisfies never;
    }
  };

  const readAll = async (): Promise<void> => {
    do {
      again = false;
      let found: Reading;
      do {
        found = await read(shown.version, epoch);
        if (shown.closed) return;
        show(found);
      } while (found.kind === 'commits' && (shown.version ?? 0) < found.head);
    } while (again);
    if (connected()) shown.live();
  };

  const pull = (): void => {
    if (shown.closed) return;
    again = true;
    if (reading) return;
    reading = true;
    readAll()
      .catch((error) => {
        shown.cutOff();
        log.info(
          { space, error: String(error) },
          'A space of the flag cache could not be read; trying again.',
        );
        if (retry === null && !shown.closed) {
          retry = setTimeout(() => {
            retry = null;
            pull();
          }, RETRY_MS);
        }
      })
      .finally(() => {
        reading = false;
      });
  };

  return {
    pull,
    cutOff: () => shown.cutOff(),
    async first() {
      reading = true;
      try {
        await readAll();
      } finally {
        reading = false;
      }
      if (again) pull();
    },
    close() {
      shown.close();
      if (retry !== null) clearTimeout(retry);
    },
  };
};
