import { type Kysely, sql } from 'kysely';
import type { Place } from '../port.ts';
import type { Listeners } from '../sql/listeners.ts';
import type { Schema } from '../sql/schema.ts';

const LOOK_MS = 500;

/**
 * Notices what other processes commit to the file (the command line, say): `data_version` differs on a connection when someone
 * else has written (https://www.sqlite.org/pragma.html#pragma_data_version).
 */
export class Neighbours {
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #db: Kysely<Schema>;
  readonly #listeners: Listeners;
  readonly #undelivered: () => Promise<readonly Place[]>;
  #seen: number | null = null;

  constructor(listeners: Listeners, db: Kysely<Schema>, undelivered: () => Promise<readonly Place[]>) {
    this.#listeners = listeners;
    this.#db = db;
    this.#undelivered = undelivered;
    this.#timer = setInterval(() => void this.#look(), LOOK_MS);
    this.#timer.unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    if (this.#listeners.size === 0) return;
    try {
      const { rows } = await sql<{ data_version: number }>`pragma data_version`.execute(this.#db);
      const version = rows[0]?.data_version ?? null;
      if (version !== this.#seen && this.#seen !== null) this.#listeners.tell(await this.#undelivered());
      this.#seen = version;
    } catch {
      // A database that cannot be asked now is asked again in a moment.
    }
  }
}
