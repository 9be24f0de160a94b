import type { Bucketing, Flag, FlagType, JsonValue } from '@halyard/engine';

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

/** One flag's part of a commit, decided by a pure function before anything is written. */
export type FlagChange =
  | { readonly event: 'create'; readonly key: string; readonly after: FlagDefinition }
  | { readonly event: 'update'; readonly key: string; readonly after: FlagDefinition }
  | { readonly event: 'delete'; readonly key: string };

/** Dotted path → what it was and what it is; `from` or `to` is absent where the field did not exist. */
export type Diff = Readonly<Record<string, { readonly from?: JsonValue; readonly to?: JsonValue }>>;

export interface Actor {
  readonly name: string;
  readonly token_id: string;
}

export interface ChangelogEntry {
  readonly id: string;
  readonly flag_key: string;
  readonly event: 'create' | 'update' | 'delete';
  /** The whole flag after the change; a delete's is the last state. */
  readonly after: FlagDefinition;
  /** Absent on create and delete: `after` says it all. */
  readonly diff?: Diff;
  /** The flag's version. */
  readonly version: number;
  /** The app's version: which commit this was part of. */
  readonly app_version: number;
  /** ISO 8601. */
  readonly at: string;
  readonly actor: Actor;
  readonly comment: string | null;
  /** SHA-256, hex, over the RFC 8785 form of the entry without `hash`, together with the previous entry's hash. */
  readonly hash: string;
}
