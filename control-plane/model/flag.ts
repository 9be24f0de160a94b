import type { Bucketing, Flag, FlagType } from '@halyard/engine';
import type { StoredSegment } from './segment.ts';

/** A flag's complete definition as it is stored, hashed and replicated: exactly the evaluation semantics' flag, bucketing included. */
export type FlagDefinition = Flag & { readonly bucketing: Bucketing };

/** A flag as the store holds it. Dates are ISO 8601 in UTC with milliseconds. */
export interface StoredFlag {
  readonly definition: FlagDefinition;
  readonly type: FlagType;
  /** Grows by one a change, and counts on when a deleted flag is created again. */
  readonly version: number;
  readonly created_at: string;
  readonly updated_at: string;
  readonly updated_by: string;
}

/** A flag or a segment as the store holds it. */
export type Stored =
  | ({ readonly kind: 'flag' } & StoredFlag)
  | ({ readonly kind: 'segment' } & StoredSegment);
