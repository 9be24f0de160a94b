import { Problem } from '../../model/problem.ts';
import type { Answer, Connection } from './connection.ts';
import { isFull } from './problems.ts';

/** A connection that refuses what would take more room than there is for one piece of work. */
export class MeteredConnection implements Connection {
  readonly #connection: Connection;
  #limit = Number.POSITIVE_INFINITY;
  #used = 0;
  #diskWasFull = false;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  get inTransaction(): boolean {
    return this.#connection.inTransaction;
  }

  /** Since `allow`: the errors of queries become sentences on their way up. */
  get diskWasFull(): boolean {
    return this.#diskWasFull;
  }

  /** Begins a piece of work: how many bytes of text it may bind. */
  allow(bytes: number): void {
    this.#limit = bytes;
    this.#used = 0;
    this.#diskWasFull = false;
  }

  async query(sql: string, parameters: readonly unknown[]): Promise<Answer> {
    if (this.#limit !== Number.POSITIVE_INFINITY) {
      for (const value of parameters) if (typeof value === 'string') this.#used += Buffer.byteLength(value);
      if (this.#used > this.#limit) {
        throw new Problem('unavailable', {
          message: `The disk is full: only changes of up to ${this.#limit / 1024} KiB, such as switching a flag off, can be made until there is room again. Nothing needs to be restarted then.`,
        });
      }
    }
    return this.#heeding(this.#connection.query(sql, parameters));
  }

  exec(sql: string): Promise<void> {
    return this.#heeding(this.#connection.exec(sql));
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  async #heeding<A>(asked: Promise<A>): Promise<A> {
    try {
      return await asked;
    } catch (error) {
      if (isFull(error)) this.#diskWasFull = true;
      throw error;
    }
  }
}
