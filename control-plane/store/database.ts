import type { Subscription } from '@halyard/caches';
import type { Kysely } from 'kysely';
import type { Place } from './port.ts';
import type { Schema } from './schema.ts';

/**
 * What the shared stores ask of a database; one implementation a dialect. Every rejection that means the database cannot be asked
 * is a `Problem` of kind `unavailable`.
 */
export interface Database {
  /** For single reads; sees what was committed before. */
  readonly db: Kysely<Schema>;

  /**
   * Runs `work` in one transaction and resolves when it is durable; a throw rolls back what `work` did. Never nested. `work` may be
   * run again if the database asks for a retry.
   */
  transact<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>;

  /** Several reads that see one state. The caller ends it. */
  read(): Promise<ConsistentRead>;

  onCommit(listener: (place: Place) => void): Subscription;
  lead(term: (signal: AbortSignal) => Promise<void>): Subscription;

  /** SHA-256 of the UTF-8 bytes, hex. */
  sha256(text: string): string;

  /** Lets the rest of the process run for a moment in the middle of long work. */
  pause(): Promise<void>;

  close(): Promise<void>;
}

export interface Transaction {
  readonly db: Kysely<Schema>;
  /** `forUpdate` where several writers may be at work, nothing where the database has one writer. */
  readonly rowLocks: boolean;
  /** Listeners of `onCommit` hear of the place once the transaction is durable. */
  announce(place: Place): void;
}

export interface ConsistentRead {
  readonly db: Kysely<Schema>;
  end(): Promise<void>;
}
