import type { Snapshot } from '@halyard/caches';
import type { Log } from '../options.ts';
import type { LastGood } from './last-good.ts';

const SAVE_AFTER_MS = 500;
/** Saving a space rewrites it whole, so a large one that keeps changing is saved less often: at most this share of the time. */
const SAVE_SHARE = 0.05;

export interface SavedSpaceOptions {
  readonly disk: LastGood;
  readonly now: () => number;
  readonly log: Log;
  /** A copy of what is held now. */
  readonly held: () => Snapshot | null;
}

/** A space on disk: saved soon after each change, many changes at once. */
export class SavedSpace {
  readonly #space: string;
  readonly #options: SavedSpaceOptions;
  #saving: ReturnType<typeof setTimeout> | null = null;
  #running: Promise<void> = Promise.resolve();
  #costMs = 0;
  #closed = false;

  constructor(space: string, options: SavedSpaceOptions) {
    this.#space = space;
    this.#options = options;
  }

  load(): ReturnType<LastGood['load']> {
    return this.#options.disk.load(this.#space);
  }

  soon(): void {
    if (this.#saving !== null || this.#closed) return;
    this.#saving = setTimeout(
      () => {
        this.#saving = null;
        this.#running = this.#save();
      },
      Math.max(SAVE_AFTER_MS, this.#costMs / SAVE_SHARE),
    );
  }

  /** Saves what waits to be saved; resolves when everything is on disk. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#saving !== null) {
      clearTimeout(this.#saving);
      await this.#save();
    }
    await this.#running;
  }

  async #save(): Promise<void> {
    const { disk, now, log, held } = this.#options;
    const began = performance.now();
    try {
      const snapshot = held();
      if (snapshot === null) return;
      await disk.save(this.#space, snapshot, now());
    } catch (error) {
      log.error({ space: this.#space, error: String(error) }, 'The last good configuration cannot be saved.');
    }
    this.#costMs = performance.now() - began;
  }
}
