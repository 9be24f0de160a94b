import { Kysely } from 'kysely';
import { Problem } from '../../problem.ts';
import type { Transaction } from '../database.ts';
import type { Place } from '../port.ts';
import type { Schema } from '../schema.ts';
import type { Connection } from './connection.ts';
import { NodeSqliteDialect } from './driver.ts';
import { problemOf } from './problems.ts';
import { turn } from './turns.ts';

/** Pieces of work a transaction takes before it is made durable, so that the first of them does not wait for ever. */
const GROUP = 64;

interface Piece {
  readonly run: (transaction: Transaction) => Promise<() => void>;
  readonly fail: (error: unknown) => void;
}

/** A piece that has run and waits for the commit. */
interface Done {
  readonly settle: () => void;
  readonly fail: (error: unknown) => void;
  readonly places: readonly Place[];
}

/**
 * The one writing connection. Pieces of work that arrive together share a transaction, those after the first in savepoints of
 * their own, so that one flush to disk serves them all; none is answered before it.
 */
export class Writer {
  readonly #connection: Connection;
  readonly #db: Kysely<Schema>;
  readonly #onCommit: (places: readonly Place[]) => void;
  readonly #queue: Piece[] = [];
  #running: Promise<void> | null = null;
  #closed = false;

  constructor(connection: Connection, onCommit: (places: readonly Place[]) => void) {
    this.#connection = connection;
    this.#db = new Kysely<Schema>({ dialect: new NodeSqliteDialect(connection) });
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
    const first = this.#queue.shift();
    if (first === undefined) return;
    const group: Done[] = [];
    try {
      await this.#connection.exec('begin immediate');
      group.push(await this.#run(first));
      while (this.#queue.length > 0 && group.length < GROUP) {
        const next = this.#queue.shift();
        if (next !== undefined) await this.#join(next, group);
      }
      await this.#connection.exec('commit');
    } catch (error) {
      await this.#rollback();
      const problem = problemOf(error);
      for (const { fail } of group.length > 0 ? group : [first]) fail(problem);
      return;
    }
    for (const { settle } of group) settle();
    const places = group.flatMap((done) => done.places);
    if (places.length > 0) this.#onCommit(places);
  }

  async #run(piece: Piece): Promise<Done> {
    const places: Place[] = [];
    const announce = (place: Place): void => {
      places.push(place);
    };
    const settle = await piece.run({
      db: this.#db,
      rowLocks: false,
      textBytes: Number.POSITIVE_INFINITY,
      announce,
    });
    return { settle, fail: piece.fail, places };
  }

  /**
   * A piece that fails leaves the transaction to the others.
   *
   * @throws if SQLite gave up the whole transaction, as it does when the disk is full.
   */
  async #join(piece: Piece, group: Done[]): Promise<void> {
    try {
      await this.#connection.exec('savepoint piece');
      const done = await this.#run(piece);
      await this.#connection.exec('release piece');
      group.push(done);
    } catch (error) {
      piece.fail(problemOf(error));
      if (!this.#connection.inTransaction) throw error;
      await this.#connection.exec('rollback to piece; release piece');
    }
  }

  async #rollback(): Promise<void> {
    try {
      if (this.#connection.inTransaction) await this.#connection.exec('rollback');
    } catch {
      // What made the transaction fail is told; the connection is of no use any more.
    }
  }
}

const closed = (): Problem =>
  new Problem('unavailable', { message: 'The database is closed: this process is stopping.' }, 1);
