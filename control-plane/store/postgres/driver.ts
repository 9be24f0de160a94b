import {
  type CompiledQuery,
  type DatabaseConnection,
  type DatabaseIntrospector,
  type Dialect,
  type Driver,
  type Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from 'kysely';
import type { PoolClient } from 'pg';
import { notConnected, problemOf } from './problems.ts';

/** Where queries run: a pool gives a client for each, a transaction always its own. */
export interface Clients {
  take(): Promise<PoolClient>;
  give(client: PoolClient): void;
}

/** Kysely on `pg`. Transactions are the caller's: the dialect has none of its own. */
export class PgDialect implements Dialect {
  readonly #clients: Clients;

  constructor(clients: Clients) {
    this.#clients = clients;
  }

  createDriver = (): Driver => new PgDriver(this.#clients);
  createQueryCompiler = (): PostgresQueryCompiler => new PostgresQueryCompiler();
  createAdapter = (): PostgresAdapter => new PostgresAdapter();
  createIntrospector = (db: Kysely<unknown>): DatabaseIntrospector => new PostgresIntrospector(db);
}

class PgDriver implements Driver {
  readonly #clients: Clients;
  readonly #connections = new WeakMap<PoolClient, PgConnection>();

  constructor(clients: Clients) {
    this.#clients = clients;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<PgConnection> {
    let client: PoolClient;
    try {
      client = await this.#clients.take();
    } catch (error) {
      throw notConnected(error);
    }
    let connection = this.#connections.get(client);
    if (connection === undefined) {
      connection = new PgConnection(client);
      this.#connections.set(client, connection);
    }
    return connection;
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    // Kysely gives back what acquireConnection gave out.
    this.#clients.give((connection as PgConnection).client);
  }

  async beginTransaction(): Promise<void> {
    throw new Error('Transactions are run by the store, not by Kysely.');
  }
  async commitTransaction(): Promise<void> {}
  async rollbackTransaction(): Promise<void> {}
  async destroy(): Promise<void> {}
}

class PgConnection implements DatabaseConnection {
  readonly client: PoolClient;

  constructor(client: PoolClient) {
    this.client = client;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    try {
      const result = await this.client.query(query.sql, [...query.parameters]);
      // Rows have the shape that the compiled query selects.
      return { rows: result.rows as R[], numAffectedRows: BigInt(result.rowCount ?? 0) };
    } catch (error) {
      throw problemOf(error);
    }
  }

  // biome-ignore lint/correctness/useYield: Kysely's interface asks for it, the stores page by key instead.
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('The stores read pages, not streams.');
  }
}
