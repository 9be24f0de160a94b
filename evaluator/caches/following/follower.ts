import type { CacheLog, Watcher } from '../port.ts';
import type { Position } from './history.ts';
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
  readonly read: (version: number | null, filling: string) => Promise<Reading>;
  readonly head: () => Promise<Position | null>;
  /** What the watcher has already. */
  readonly held: Position | undefined;
}

const RETRY_MS = 500;

/** Keeps one watcher up to date: an announcement only says that it is time to read, so one that is lost or doubled does no harm. */
export const followByReading = (
  space: string,
  watcher: Watcher,
  { log, connected, read, head, held }: FollowerOptions,
): Follower => {
  let filling = '';
  let offered = '';
  // Lower and of an older filling: the cache lost what was written last, and will be repaired.
  const shown = showTo(watcher, space, { log, held, mayBeginAgain: () => offered >= filling });
  let busy = false;
  let again = false;
  let retry: ReturnType<typeof setTimeout> | null = null;

  const show = (reading: Reading): void => {
    switch (reading.kind) {
      case 'absent':
        shown.absent();
        filling = '';
        break;
      case 'same':
        break;
      case 'behind':
        shown.behind();
        // Nothing of this filling can be continued: what comes next is read whole.
        filling = '';
        break;
      case 'commits':
        for (const commit of reading.commits) shown.commit(commit);
        break;
      case 'snapshot':
        offered = reading.filling;
        filling = shown.snapshot(reading.snapshot) ? reading.filling : '';
        break;
      default:
        reading satisfies never;
    }
  };

  /** A cache that is behind is asked where it is before its whole space is read. */
  const staysBehind = async (): Promise<boolean> => {
    if (!shown.isBehind) return false;
    const position = await head();
    return position?.history !== undefined && !shown.accepts(position);
  };

  const readAll = async (): Promise<void> => {
    do {
      again = false;
      let found: Reading;
      do {
        if (await staysBehind()) return;
        found = await read(shown.version, filling);
        if (shown.closed) return;
        show(found);
      } while (found.kind === 'commits' && (shown.version ?? 0) < found.head);
    } while (again);
    if (connected()) shown.live();
  };

  const pull = (): void => {
    if (shown.closed) return;
    again = true;
    if (busy) return;
    busy = true;
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
        busy = false;
      });
  };

  return {
    pull,
    cutOff: () => shown.cutOff(),
    async first() {
      busy = true;
      try {
        await readAll();
      } finally {
        busy = false;
      }
      if (again) pull();
    },
    close() {
      shown.close();
      if (retry !== null) clearTimeout(retry);
    },
  };
};
