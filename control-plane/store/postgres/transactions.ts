import { Kysely } from 'kysely';
import type pg from 'pg';
import { Problem } from '../../model/problem.ts';
import type { Place } from '../port.ts';
import type { ConsistentRead, Transaction } from '../sql/database.ts';
import type { Schema } from '../sql/schema.ts';
import { PgDialect } from './driver.ts';
import { isLost, mayRetry, notConnected, problemOf } from './problems.ts';

const ATTEMPTS = 10;
const BACKOFF_MS = 5;
/** How long to ask what became of a commit whose answer was lost. */
const OUTCOME_MS = 10_000;
const OUTCOME_STEP_MS = 50;

export interface TransactionsOptions {
  readonly pool: pg.Pool;
  /** SQL that tells other processes of a commit at these places; sent together with the commit. */
  readonly notice: (places: readonly Place[]) => string;
  readonly onCommit: (places: readonly Place[]) => void;
  /** In [0, 1). */
  readonly random: () => number;
}

export class Transactions {
  readonly #options: TransactionsOptions;
  readonly #databases = new WeakMap<pg.PoolClient, Kysely<Schema>>();

  constructor(options: TransactionsOptions) {
    this.#options = options;
  }

  async transact<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#once(work);
      } catch (error) {
        if (!mayRetry(error) || attempt === ATTEMPTS) throw problemOf(error);
      }
      await delay(BACKOFF_MS * 2 ** attempt * this.#options.random());
    }
  }

  async read(): Promise<ConsistentRead> {
    const client = await this.#connect();
    try {
      await client.query('begin isolation level repeatable read read only');
    } catch (error) {
      client.release(true);
      throw problemOf(error);
    }
    return { db: this.#databaseOf(client), end: () => rollback(client) };
  }

  async #once<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const client = await this.#connect();
    const places: Place[] = [];
    let value: T;
    let id: string;
    try {
      id = await begin(client);
      const announce = (place: Place): void => {
        places.push(place);
      };
      value = await work({
        db: this.#databaseOf(client),
        rowLocks: true,
        textBytes: Number.POSITIVE_INFINITY,
        announce,
      });
    } catch (error) {
      await rollback(client);
      throw error;
    }
    await this.#commit(client, id, places);
    if (places.length > 0) this.#options.onCommit(places);
    return value;
  }

  /** Resolves if the transaction is durable, also when the server's word of it was lost on the way. */
  async #commit(client: pg.PoolClient, id: string, places: readonly Place[]): Promise<void> {
    try {
      const notice = places.length === 0 ? '' : `${this.#options.notice(places)}; `;
      const results = await queryMany(client, `${notice}commit`);
      if (results.at(-1)?.command !== 'COMMIT') throw new Error('PostgreSQL rolled the transaction back.');
      client.release();
    } catch (error) {
      if (!isLost(error)) {
        await rollback(client);
        throw error;
      }
      client.release(true);
      if (!(await this.#committed(id))) throw error;
    }
  }

  async #committed(id: string): Promise<boolean> {
    for (const deadline = performance.now() + OUTCOME_MS; performance.now() < deadline; ) {
      try {
        const { rows } = await this.#options.pool.query('select pg_xact_status($1::xid8) as status', [id]);
        const status: unknown = rows[0]?.status;
        if (status === 'committed') return true;
        if (status === 'aborted') return false;
      } catch {
        // The server is still away.
      }
      await delay(OUTCOME_STEP_MS);
    }
    throw new Problem(
      'unavailable',
      {
        message:
          'PostgreSQL was lost during the commit and has not come back: the write may or may not be there; read before writing again, or repeat the request with the same Idempotency-Key.',
      },
      1,
    );
  }

  async #connect(): Promise<pg.PoolClient> {
    try {
      return await this.#options.pool.connect();
    } catch (error) {
      throw notConnected(error);
    }
  }

  #databaseOf(client: pg.PoolClient): Kysely<Schema> {
    let db = this.#databases.get(client);
    if (db === undefined) {
      db = new Kysely<Schema>({ dialect: new PgDialect({ take: async () => client, give: () => {} }) });
      this.#databases.set(client, db);
    }
    return db;
  }
}

/** Begins, and answers the transaction's id, in one round trip. */
const begin = async (client: pg.PoolClient): Promise<string> => {
  const results = await queryMany(
    client,
    'begin isolation level read committed; select pg_current_xact_id()::text as id',
  );
  const id: unknown = results[1]?.rows[0]?.id;
  if (typeof id !== 'string') throw new Error('PostgreSQL gave the transaction no id.');
  return id;
};

/** A text of several statements is answered with several results, which pg's types do not say. */
const queryMany = async (client: pg.PoolClient, text: string): Promise<readonly pg.QueryResult[]> => {
  const results: pg.QueryResult | readonly pg.QueryResult[] = await client.query(text);
  return Array.isArray(results) ? results : [results as pg.QueryResult];
};

const rollback = async (client: pg.PoolClient): Promise<void> => {
  try {
    await client.query('rollback');
    client.release();
  } catch {
    client.release(true);
  }
};

const delay = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
