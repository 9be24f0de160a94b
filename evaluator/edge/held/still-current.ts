import type { Log } from '../options.ts';
import type { Account } from './account.ts';
import type { LastGood } from './last-good.ts';

const EVERY_MS = 10_000;

/** Notes on disk that what it has is still current, so that a restart knows how old it is. */
export class StillCurrent {
  readonly #disk: LastGood;
  readonly #account: Account;
  readonly #now: () => number;
  readonly #log: Log;
  #noting: ReturnType<typeof setInterval> | null = null;

  constructor(
    disk: LastGood,
    account: Account,
    { now, log }: { readonly now: () => number; readonly log: Log },
  ) {
    this.#disk = disk;
    this.#account = account;
    this.#now = now;
    this.#log = log;
  }

  start(): void {
    this.#noting = setInterval(() => {
      if (this.#account.isCurrent) void this.note();
    }, EVERY_MS);
  }

  stop(): void {
    if (this.#noting !== null) clearInterval(this.#noting);
  }

  async note(): Promise<void> {
    try {
      await this.#disk.stillCurrent(this.#now());
    } catch (error) {
      this.#log.error({ error: String(error) }, 'The last good configuration cannot be kept up to date.');
    }
  }
}
