import {
  type CompiledQuery,
  createQueryId,
  type DatabaseConnection,
  type DatabaseIntrospector,
  type Dialect,
  type Driver,
  InsertQueryNode,
  type Kysely,
  type PrimitiveValueListNode,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  ValuesNode,
} from 'kysely';
import { problemOf } from './problems.ts';
import { type ObjectStorage, PARAMETERS } from './storage.ts';

/**
 * Kysely on the SQLite of a Durable Object. Transactions are the object's, so the dialect has none of its own. Statements with more
 * parameters than an object takes are made to fit.
 */
export class DurableObjectDialect implements Dialect {
  readonly #driver: Driver;

  constructor(sql: ObjectStorage['sql']) {
    this.#driver = new ObjectDriver(sql);
  }

  createDriver = (): Driver => this.#driver;
  createQueryCompiler = (): SqliteQueryCompiler => new ObjectQueryCompiler();
  createAdapter = (): SqliteAdapter => new UnlockedAdapter();
  createIntrospector = (db: Kysely<unknown>): DatabaseIntrospector => new SqliteIntrospector(db);
}

/** Queries are answered at once and in order, so Kysely's mutex around the connection would only cost time. */
class UnlockedAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

/** Lists longer than this are one parameter: their JSON. */
const SHORT_LIST = 16;

class ObjectQueryCompiler extends SqliteQueryCompiler {
  protected override visitPrimitiveValueList(node: PrimitiveValueListNode): void {
    const inValues = this.parentNode !== undefined && ValuesNode.is(this.parentNode);
    if (inValues || node.values.length <= SHORT_LIST) {
      super.visitPrimitiveValueList(node);
    } else {
      this.append('(select value from json_each(');
      this.appendValue(JSON.stringify(node.values));
      this.append('))');
    }
  }
}

class ObjectDriver implements Driver {
  readonly #connection: DatabaseConnection;

  constructor(sql: ObjectStorage['sql']) {
    this.#connection = new ObjectConnection(sql);
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    return this.#connection;
  }

  async releaseConnection(): Promise<void> {}
  async beginTransaction(): Promise<void> {
    throw new Error('Transactions are run by the store, not by Kysely.');
  }
  async commitTransaction(): Promise<void> {}
  async rollbackTransaction(): Promise<void> {}
  async destroy(): Promise<void> {}
}

class ObjectConnection implements DatabaseConnection {
  readonly #sql: ObjectStorage['sql'];

  constructor(sql: ObjectStorage['sql']) {
    this.#sql = sql;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    try {
      const rows: unknown[] = [];
      for (const { sql, parameters } of fitting(query)) {
        rows.push(...this.#sql.exec(sql, ...parameters).toArray());
      }
      // Rows have the shape that the compiled query selects.
      return { rows: rows as R[] };
    } catch (error) {
      throw problemOf(error);
    }
  }

  // biome-ignore lint/correctness/useYield: Kysely's interface asks for it, the stores page by key instead.
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('The stores read pages, not streams.');
  }
}

/** An insert of many rows becomes several of as many rows as fit. */
function* fitting(compiled: CompiledQuery): Iterable<CompiledQuery> {
  const { query, parameters } = compiled;
  if (parameters.length <= PARAMETERS || !InsertQueryNode.is(query)) return yield compiled;
  const { values } = query;
  if (values === undefined || !ValuesNode.is(values)) return yield compiled;
  const rows = Math.max(1, Math.floor(PARAMETERS / Math.ceil(parameters.length / values.values.length)));
  for (let from = 0; from < values.values.length; from += rows) {
    const part = { ...query, values: ValuesNode.create(values.values.slice(from, from + rows)) };
    yield new ObjectQueryCompiler().compileQuery(part, createQueryId());
  }
}
