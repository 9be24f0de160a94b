import type { DatabaseSync } from 'node:sqlite';
import { type Answer, type Connection, Statements } from './connection.ts';
import { Turns } from './turns.ts';

/** A connection in this thread, which its queries block: for reads, and for databases in memory. */
export class ConnectionHere implements Connection {
  readonly #database: DatabaseSync;
  readonly #statements: Statements;
  readonly #turns = new Turns();

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#statements = new Statements(database);
  }

  get inTransaction(): boolean {
    return this.#database.isTransaction;
  }

  async query(sql: string, parameters: readonly unknown[]): Promise<Answer> {
    await this.#turns.breathe();
    return this.#statements.run(sql, parameters);
  }

  async exec(sql: string): Promise<void> {
    this.#database.exec(sql);
  }

  async close(): Promise<void> {
    if (this.#database.isOpen) this.#database.close();
  }
}
