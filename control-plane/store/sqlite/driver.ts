import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import {
  type CompiledQuery,
  type DatabaseConnection,
  type DatabaseIntrospector,
  type Dialect,
  type Driver,
  type Kysely,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import { problemOf } from './problems.ts';
import { Turns } from './turns.ts';

/** Statements kept prepared; inserts of many sizes make many texts. */
const PREPARED = 256;

/**
 * Kysely on one open `node:sqlite` connection. Transactions are the caller's: the dialect has none of its own. `ready` is awaited
 * before each query.
 */
export class NodeSqliteDialect implements Dialect {
  readonly #driver: NodeSqliteDriver;

  constructor(database: DatabaseSync, ready?: () => Promise<void> | undefined) {
    this.#driver = new NodeSqliteDriver(new NodeSqliteConnection(database), ready);
  }

  createDriver = (): Driver => this.#driver;
  createQueryCompiler = (): SqliteQueryCompiler => new SqliteQueryCompiler();
  createAdapter = (): SqliteAdapter => new UnlockedAdapter();
  createIntrospector = (db: Kysely<unknown>): DatabaseIntrospector => new SqliteIntrospector(db);
}

/** Queries are synchronous, so Kysely's mutex around the one connection would only cost time. */
class UnlockedAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

class NodeSqliteDriver implements Driver {
  readonly #connection: NodeSqliteConnection;
  readonly #ready: (() => Promise<void> | undefined) | undefined;

  constructor(connection: NodeSqliteConnection, ready: (() => Promise<void> | undefined) | undefined) {
    this.#connection = connection;
    this.#ready = ready;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    await this.#ready?.();
    return this.#connection;
  }

  async releaseConnection(): Promise<void> {}
  async beginTransaction(): Promise<void> {
    throw new Error('Transactions are run by the store, not by Kysely.');
  }
  async commitTransaction(): Promise<void> {}
  async rollbackTransaction(): Promise<void> {}
  async destroy(): Promise<void> {
    this.#connection.close();
  }
}

class NodeSqliteConnection implements DatabaseConnection {
  readonly #database: DatabaseSync;
  readonly #prepared = new Map<string, { readonly statement: StatementSync; readonly reads: boolean }>();
  readonly #turns = new Turns();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    await this.#turns.breathe();
    // The stores bind texts, numbers and nulls only.
    const parameters = query.parameters as SQLInputValue[];
    try {
      const { statement, reads } = this.#prepare(query.sql);
      // Rows have the shape that the compiled query selects.
      if (reads) return { rows: statement.all(...parameters) as R[] };
      return { rows: [], numAffectedRows: BigInt(statement.run(...parameters).changes) };
    } catch (error) {
      throw problemOf(error);
    }
  }

  // biome-ignore lint/correctness/useYield: Kysely's interface asks for it, the stores page by key instead.
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('The stores read pages, not streams.');
  }

  close(): void {
    this.#prepared.clear();
    this.#database.close();
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
