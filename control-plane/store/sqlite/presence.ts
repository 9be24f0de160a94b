import { statSync } from 'node:fs';
import { Problem } from '../../model/problem.ts';

/** Which file it is, whatever its name; null if there is none. */
const identity = (path: string): string | null => {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found === undefined ? null : `${found.dev}:${found.ino}`;
};

/**
 * Whether the files that are open are still those at their path. A file that was moved away, deleted or replaced goes on taking writes
 * from who has it open, and nobody will find them.
 */
export class Presence {
  readonly #path: string;
  readonly #database: string | null;
  /** The write-ahead log appears with the first write. */
  #log: string | null;

  constructor(path: string) {
    this.#path = path;
    this.#database = identity(path);
    this.#log = identity(`${path}-wal`);
  }

  /** @throws Problem `unavailable` that says what to do. */
  check(): void {
    const log = identity(`${this.#path}-wal`);
    this.#log ??= log;
    const gone =
      identity(this.#path) !== this.#database ? this.#path : log !== this.#log ? `${this.#path}-wal` : null;
    if (gone === null) return;
    throw new Problem('unavailable', {
      message: `The database file ${gone} was moved away or replaced while it was in use, so nothing is written; put it back, or restart Halyard to use the one that is there now.`,
    });
  }
}
