import { Kysely } from 'kysely';
import { Problem } from '../../model/problem.ts';
import type { Place } from '../port.ts';
import type { Transaction } from '../sql/database.ts';
import type { Schema } from '../sql/schema.ts';
import type { Connection } from './connection.ts';
import { NodeSqliteDialect } from './driver.ts';
import { MeteredConnection } from './metered.ts';
import type { Presence } from './presence.ts';
import { problemOf } from './problems.ts';
import { type Reserve, SMALL_WRITE } from './reserve.ts';
import { turn } from './turns.ts';

/** Pieces of work a transaction takes before it is made durable, so that the first of them does not wait for ever. */
const GROUP = 64;

interface Piece {
  readonly run: (transaction: Transaction) => Promise<() => void>;
  readonly fail: (error: unknown) => void;
}

/** What is watched of the file that is written. */
export interface FileGuard {
  readonly presence: Presence;
  readonly reserve: Reserve;
}

/** A piece that has run and waits for the commit. */
interface Done {
  readonly settle: () => void;
  readonly piece: Piece;
  readonly places: readonly Place[];
}

/**
 * The one writing connection. Pieces of work that arrive together share a transaction, those after the first in savepoints of
 * their own, so that one flush to disk serves them all; none is answered before it.
 */
export class Writer {
  readonly #connection: MeteredConnection;
  readonly #file: FileGuard | null;
  readonly #db: Kysely<Schema>;
  readonly #onCommit: (places: readonly Place[]) => void;
  readonly #queue: Piece[] = [];
  #running: Promise<void> | null = null;
  #closed = false;

  /** `file` null: the database is in memory. */
  constructor(connection: Connection, file: FileGuard | null, onCommit: (places: readonly Place[]) => void) {
    this.#connection = new MeteredConnection(connection);
    this.#file = file;
    this.#db = new Kysely<Schema>({ dialect: new NodeSqliteDialect(this.#connection) });
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
    this.#file?.reserve.close();
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
    const scarce = this.#file?.reserve.scarce === true;
    const group: Done[] = [];
    let joining: Piece | null = null;
    try {
      this.#file?.presence.check();
      this.#connection.allow(scarce ? SMALL_WRITE : Number.POSITIVE_INFINITY);
      await this.#connection.exec('begin immediate');
      group.push(await this.#run(first));
      while (this.#queue.length > 0 && group.length < (scarce ? 1 : GROUP)) {
        joining = this.#queue.shift() ?? null;
        if (joining !== null) await this.#join(joining, group);
        joining = null;
      }
      await this.#connection.exec('commit');
    } catch (error) {
      await this.#rollback();
      const pieces = [...(group.length > 0 ? group.map(({ piece }) => piece) : [first])];
      if (joining !== null) pieces.push(joining);
      if (this.#connection.diskWasFull && this.#file?.reserve.release() === true) {
        this.#queue.unshift(...pieces);
        return;
      }
      const problem = problemOf(error);
      for (const { fail } of pieces) fail(problem);
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
    return { settle, piece, places };
  }

  /**
   * A piece that fails leaves the transaction to the others.
   *
   * @throws if SQLite gave up the whole transaction, or the disk is full.
   */
  async #join(piece: Piece, group: Done[]): Promise<void> {
    try {
      await this.#connection.exec('savepoint piece');
      const done = await this.#run(piece);
      await this.#connection.exec('release piece');
      group.push(done);
    } catch (error) {
      if (!this.#connection.inTransaction || this.#connection.diskWasFull) throw error;
      piece.fail(problemOf(error));
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
