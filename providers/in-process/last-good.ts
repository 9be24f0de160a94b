import { wait } from './backoff.ts';
import type { EdgeOptions } from './edge.ts';
import { revisionOf } from './history.ts';
import { type KeptFor, keptFor, notFor } from './kept-for.ts';
import { type Configuration, parseConfiguration, parseJson } from './wire.ts';

/** A burst of commits is one write. */
const QUIET_MS = 1_000;

/**
 * Keeps the last good configuration in a file, for a start while no edge can be reached. Its disk module is loaded only here and
 * only when used, so that a runtime without files never sees it.
 */
export class LastGood {
  readonly #file: string;
  readonly #keptFor: Promise<KeptFor>;
  readonly #present: () => Configuration | null;
  readonly #onProblem: (error: unknown) => void;
  readonly #closing = new AbortController();
  #written = '';
  #writing: Promise<void> | null = null;

  constructor(
    file: string,
    options: EdgeOptions,
    present: () => Configuration | null,
    onProblem: (error: unknown) => void,
  ) {
    this.#file = file;
    this.#keptFor = keptFor(options);
    // A refusal is told by whoever reads or writes.
    this.#keptFor.catch(() => undefined);
    this.#present = present;
    this.#onProblem = onProblem;
  }

  /** Null where there is no file, or one that cannot be understood, or that is of another app or from another origin. */
  async read(): Promise<Configuration | null> {
    try {
      const disk = await import('./disk.ts');
      const text = await disk.readText(this.#file);
      if (text === null) return null;
      const value = parseJson(text);
      const configuration = parseConfiguration(value);
      const why = notFor(await this.#keptFor, { ...(value as object), app: configuration.app });
      if (why === null) return configuration;
      this.#onProblem(new Error(`it is not served: ${why}`));
      return null;
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
        if (present !== null && revisionOf(present) !== this.#written && !this.#closing.signal.aborted)
          this.changed();
      });
  }

  /** Writes what was not yet written. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#writing;
  }

  /** What the file says besides the configuration. */
  async #said(): Promise<{ readonly origin: string | undefined; readonly token: string }> {
    const { origins, token } = await this.#keptFor;
    return { origin: origins[0], token };
  }

  async #write(): Promise<void> {
    const present = this.#present();
    if (present === null) return;
    this.#written = revisionOf(present);
    try {
      const disk = await import('./disk.ts');
      await disk.writeText(this.#file, JSON.stringify({ ...present, ...(await this.#said()) }));
    } catch (error) {
      this.#onProblem(error);
    }
  }
}
