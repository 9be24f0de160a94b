import { wait } from './backoff.ts';
import { type Configuration, parseConfiguration, parseJson } from './wire.ts';

/** A burst of commits is one write. */
const QUIET_MS = 1_000;

/**
 * Keeps the last good configuration in a file, for a start while no edge can be reached. Its disk module is loaded only here and
 * only when used, so that a runtime without files never sees it.
 */
export class LastGood {
  readonly #file: string;
  readonly #present: () => Configuration | null;
  readonly #onProblem: (error: unknown) => void;
  readonly #closing = new AbortController();
  #written = -1;
  #writing: Promise<void> | null = null;

  constructor(file: string, present: () => Configuration | null, onProblem: (error: unknown) => void) {
    this.#file = file;
    this.#present = present;
    this.#onProblem = onProblem;
  }

  /** Null where there is no file, or one that cannot be understood. */
  async read(): Promise<Configuration | null> {
    try {
      const disk = await import('./disk.ts');
      const text = await disk.readText(this.#file);
      return text === null ? null : parseConfiguration(parseJson(text));
    } catch (error) {
      this.#onProblem(error);
      return null;
    }
  }

  /** Says that the configuration changed; it is written soon after. */
  changed(): void {
    this.#writing ??= wait(QUIET_MS, this.#closing.signal)
      .then(() => this.#write())
      .finally(() => {
        this.#writing = null;
        const present = this.#present();
        if (present !== null && present.version !== this.#written && !this.#closing.signal.aborted)
          this.changed();
      });
  }

  /** Writes what was not yet written. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#writing;
  }

  async #write(): Promise<void> {
    const present = this.#present();
    if (present === null) return;
    this.#written = present.version;
    try {
      const disk = await import('./disk.ts');
      await disk.writeText(this.#file, JSON.stringify(present));
    } catch (error) {
      this.#onProblem(error);
    }
  }
}
