import type { FlagCache, Subscription } from '@halyard/caches';
import type { Accounts } from '../store/port.ts';
import { sleep } from '../store/sql/sleep.ts';

const RETRY_MS = 5_000;

export interface UsesOptions {
  readonly cache: Pick<FlagCache, 'watchUses'>;
  readonly accounts: Pick<Accounts, 'tokenUsed'>;
  readonly account: string;
  readonly now: () => number;
  /** Told when a last use could not be written; it will be written with a later one. */
  readonly onError: (error: unknown) => void;
}

/** Notes the last use of tokens that edges tell of, by this process's clock and one after the other: nothing waits for it. */
export const followUses = ({ cache, accounts, account, now, onError }: UsesOptions): Subscription => {
  const ending = new AbortController();
  const due = new Set<string>();
  let writing = false;

  const write = async (): Promise<void> => {
    if (writing) return;
    writing = true;
    for (const token of due) {
      due.delete(token);
      await accounts.tokenUsed(token, new Date(now()).toISOString()).catch(onError);
    }
    writing = false;
  };

  const follow = async (): Promise<Subscription | null> => {
    while (!ending.signal.aborted) {
      try {
        return await cache.watchUses(account, (tokens) => {
          for (const token of tokens) due.add(token);
          void write();
        });
      } catch {
        // The flag cache cannot be reached; others say so.
        await sleep(RETRY_MS, ending.signal);
      }
    }
    return null;
  };

  const following = follow();
  return {
    async close() {
      ending.abort();
      await (await following)?.close();
    },
  };
};
