import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';

export interface Answer {
  readonly rows: readonly unknown[];
  readonly changes: number;
}

/** One SQLite connection, wherever it runs. Rejects with the errors of `node:sqlite`. */
export interface Connection {
  query(sql: string, parameters: readonly unknown[]): Promise<Answer>;
  exec(sql: string): Promise<void>;
  /** Whether a transaction was open after the last answer: SQLite gives some up by itself, as when the disk is full. */
  readonly inTransaction: boolean;
  close(): Promise<void>;
}

/** Statements kept prepared; inserts of many sizes make many texts. */
const PREPARED = 256;

/** The statements of one open database, prepared once. */
export class Statements {
  readonly #database: DatabaseSync;
  readonly #prepared = new Map<string, { readonly statement: StatementSync; readonly reads: boolean }>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  run(sql: string, parameters: readonly unknown[]): Answer {
    const { statement, reads } = this.#prepare(sql);
    // The stores bind texts, numbers and nulls only.
    const values = parameters as readonly SQLInputValue[];
    if (reads) return { rows: statement.all(...values), changes: 0 };
    return { rows: [], changes: Number(statement.run(...values).changes) };
  }

  #prepare(sql: string) {
    let prepared = this.#prepared.get(sql);
    if (prepared === undefined) {
      const statement = this.#database.prepare(sql);
      prepared = { statement, reads: statement.columns().length > 0 };
    } else {
      this.#prepared.delete(sql);
    }
    this.#prepared.set(sql, prepared);
    if (this.#prepared.size > PREPARED) {
      for (const oldest of this.#prepared.keys()) {
        this.#prepared.delete(oldest);
        break;
      }
    }
    return prepared;
  }
}
