import type { DatabaseSync } from 'node:sqlite';
import { Kysely } from 'kysely';
import { Problem } from '../../problem.ts';
import type { Transaction } from '../database.ts';
import type { Place } from '../port.ts';
import type { Schema } from '../schema.ts';
import { NodeSqliteDialect } from './driver.ts';
import { isBusy, problemOf } from './problems.ts';
import { turn } from './turns.ts';

/** Pieces of work a transaction takes before it is made durable, so that the first of them does not wait for ever. */
const GROUP = 64;
/** Another process (a token made on the command line, say) may hold the file this long. */
const BUSY_MS = 5_000;
const BUSY_STEP_MS = 10;

interface Piece {
  readonly run: (transaction: Transaction) => Promise<() => void>;
  readonly fail: (error: unknown) => void;
}

/**
 * The one writing connection. Pieces of work that arrive together share a transaction, each in a savepoint of its own, so that one
 * flush to disk serves them all; none is answered before it.
 */
export class Writer {
  readonly #database: DatabaseSync;
  readonly #db: Kysely<Schema>;
  readonly #onCommit: (places: readonly Place[]) => void;
  readonly #queue: Piece[] = [];
  #running: Promise<void> | null = null;
  #closed = false;

  constructor(database: DatabaseSync, onCommit: (places: readonly Place[]) => void) {
    this.#database = database;
    this.#db = new Kysely<Schema>({ dialect: new NodeSqliteDialect(database) });
    this.#onCommit = onCommit;
  }

  transact<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return new Promise((resolve, fail) => {
      if (this.#closed) return fail(closed());
      this.#queue.push({
        run: async (transaction) => {
          const value = await work(transaction);
          return () => resolve(value);
        },
        fail,
      });
      this.#running ??= this.#drain();
    });
  }

  /** Pending while a transaction is open; undefined otherwise. */
  open(): Promise<void> | undefined {
    return this.#running ?? undefined;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
    await this.#db.destroy();
  }

  async #drain(): Promise<void> {
    // Requests that arrived in the same turn of the event loop join in; a lone one waits for nothing.
    await turn();
    while (this.#queue.length > 0) await this.#group();
    this.#running = null;
  }

  async #group(): Promise<void> {
    const pieces: Piece[] = [];
    const places: Place[] = [];
    const settles: (() => void)[] = [];
    try {
      await this.#begin();
      while (this.#queue.length > 0 && pieces.length < GROUP) {
        const piece = this.#queue.shift();
        if (piece === undefined) break;
        pieces.push(piece);
        await this.#piece(piece, places, settles);
      }
      this.#database.exec('commit');
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('rollback');
      const problem = problemOf(error);
      for (const piece of pieces.length > 0 ? pieces : this.#queue.splice(0)) piece.fail(problem);
      return;
    }
    for (const settle of settles) settle();
    if (places.length > 0) this.#onCommit(places);
  }

  /** @throws if SQLite gave up the whole transaction, as it does when the disk is full. */
  async #piece(piece: Piece, places: Place[], settles: (() => void)[]): Promise<void> {
    this.#database.exec('savepoint piece');
    const announced: Place[] = [];
    try {
      const announce = (place: Place): void => {
        announced.push(place);
      };
      const settle = await piece.run({ db: this.#db, rowLocks: false, announce });
      this.#database.exec('release piece');
      settles.push(settle);
      places.push(...announced);
    } catch (error) {
      if (!this.#database.isTransaction) throw error;
      this.#database.exec('rollback to piece; release piece');
      piece.fail(problemOf(error));
    }
  }

  /** Waits for another process without blocking this one. */
  async #begin(): Promise<void> {
    const deadline = performance.now() + BUSY_MS;
    for (;;) {
      try {
        this.#database.exec('begin immediate');
        return;
      } catch (error) {
        if (!isBusy(error) || performance.now() > deadline) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, BUSY_STEP_MS));
    }
  }
}

const closed = (): Problem =>
  new Problem('unavailable', { message: 'The database is closed: this process is stopping.' }, 1);
