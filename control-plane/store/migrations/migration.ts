import type { Kysely, RawBuilder } from 'kysely';
import type { Schema } from '../sql/schema.ts';

/**
 * Forward only: once released, a migration's file never changes again. It speaks to the schema builder and in `sql` texts, because
 * the typed tables are those of the newest schema.
 */
export interface Migration {
  /** Names sort in the order they run in. */
  readonly name: string;
  up(db: Kysely<Schema>, types: ColumnTypes): Promise<void>;
}

/** What a dialect calls its column types. */
export interface ColumnTypes {
  readonly text: RawBuilder<unknown>;
  /** 64 bit. */
  readonly integer: RawBuilder<unknown>;
  /** Text that sorts by code point, whatever the database's locale. */
  readonly ordered: RawBuilder<unknown>;
}
