import type { Subscription } from '@halyard/caches';
import type { Kysely } from 'kysely';
import type { Place } from '../port.ts';
import type { Sha256 } from './audit.ts';
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

  /** Throws a `Problem` that says what to do where the files that are open are no longer those at their path. */
  refuseMisplaced?(): void;

  onCommit(listener: (place: Place) => void): Subscription;
  lead(term: (signal: AbortSignal) => Promise<void>): Subscription;

  /** Of the UTF-8 bytes, hex. A promise settles without waiting for anything outside this process. */
  readonly sha256: Sha256;

  /** Lets the rest of the process run for a moment in the middle of long work. */
  pause(): Promise<void>;

  close(): Promise<void>;
}

export interface Transaction {
  readonly db: Kysely<Schema>;
  /** `forUpdate` where several writers may be at work, nothing where the database has one writer. */
  readonly rowLocks: boolean;
  /** The longest text that a column holds, in UTF-8 bytes. */
  readonly textBytes: number;
  /** Listeners of `onCommit` hear of the place once the transaction is durable. */
  announce(place: Place): void;
}

export interface ConsistentRead {
  readonly db: Kysely<Schema>;
  end(): Promise<void>;
}
