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
import type { Connection } from './connection.ts';
import { problemOf } from './problems.ts';

/**
 * Kysely on one SQLite connection. Transactions are the caller's: the dialect has none of its own. `ready` is awaited before each
 * query.
 */
export class NodeSqliteDialect implements Dialect {
  readonly #driver: NodeSqliteDriver;

  constructor(connection: Connection, ready?: () => Promise<void> | undefined) {
    this.#driver = new NodeSqliteDriver(connection, ready);
  }

  createDriver = (): Driver => this.#driver;
  createQueryCompiler = (): SqliteQueryCompiler => new SqliteQueryCompiler();
  createAdapter = (): SqliteAdapter => new UnlockedAdapter();
  createIntrospector = (db: Kysely<unknown>): DatabaseIntrospector => new SqliteIntrospector(db);
}

/** A connection answers in the order it is asked, so Kysely's mutex around it would only cost time. */
class UnlockedAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

class NodeSqliteDriver implements Driver {
  readonly #connection: Connection;
  readonly #queries: KyselyConnection;
  readonly #ready: (() => Promise<void> | undefined) | undefined;

  constructor(connection: Connection, ready: (() => Promise<void> | undefined) | undefined) {
    this.#connection = connection;
    this.#queries = new KyselyConnection(connection);
    this.#ready = ready;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    await this.#ready?.();
    return this.#queries;
  }

  async releaseConnection(): Promise<void> {}
  async beginTransaction(): Promise<void> {
    throw new Error('Transactions are run by the store, not by Kysely.');
  }
  async commitTransaction(): Promise<void> {}
  async rollbackTransaction(): Promise<void> {}
  destroy = (): Promise<void> => this.#connection.close();
}

class KyselyConnection implements DatabaseConnection {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    try {
      const { rows, changes } = await this.#connection.query(sql, parameters);
      // Rows have the shape that the compiled query selects.
      return { rows: rows as R[], numAffectedRows: BigInt(changes) };
    } catch (error) {
      throw problemOf(error);
    }
  }

  // biome-ignore lint/correctness/useYield: Kysely's interface asks for it, the stores page by key instead.
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('The stores read pages, not streams.');
  }
}
