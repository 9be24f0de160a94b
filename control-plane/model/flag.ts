import type { Bucketing, Flag, FlagType, JsonValue } from '@halyard/engine';
import type { SegmentDefinition, StoredSegment } from '../flags/segments/segment.ts';

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

/** One flag's part of a commit, decided by a pure function before anything is written. */
export type FlagChange = { readonly kind?: 'flag' } & Named & Outcome<FlagDefinition>;

/** The same of a segment. */
export type SegmentChange = { readonly kind: 'segment' } & Named & Outcome<SegmentDefinition>;

interface Named {
  readonly key: string;
  /** Where in the request's body the definition is, as the beginning of JSON Pointers; default the body itself. */
  readonly at?: string;
}

type Outcome<D> = { readonly event: 'create' | 'update'; readonly after: D } | { readonly event: 'delete' };

export type Change = FlagChange | SegmentChange;

export const isSegmentChange = (change: Change): change is SegmentChange => change.kind === 'segment';

/** Dotted path → what it was and what it is; `from` or `to` is absent where the field did not exist. */
export type Diff = Readonly<Record<string, { readonly from?: JsonValue; readonly to?: JsonValue }>>;

export interface Actor {
  readonly name: string;
  readonly token_id: string;
}

interface EntryBase {
  readonly id: string;
  readonly event: 'create' | 'update' | 'delete';
  /** Absent on create and delete: `after` says it all. */
  readonly diff?: Diff;
  /** The flag's, or the segment's. */
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

export interface FlagEntry extends EntryBase {
  /** Absent: what there was before there were segments is hashed without it. */
  readonly kind?: undefined;
  readonly flag_key: string;
  /** The whole flag after the change; a delete's is the last state. */
  readonly after: FlagDefinition;
}

export interface SegmentEntry extends EntryBase {
  readonly kind: 'segment';
  readonly segment_key: string;
  readonly after: SegmentDefinition;
  /** Every flag that reaches the segment, with its rules through which it does. */
  readonly affects: readonly Affected[];
}

export interface Affected {
  readonly flag: string;
  /** Ids; empty where it is reached through a prerequisite alone. */
  readonly rules: readonly string[];
}

export type ChangelogEntry = FlagEntry | SegmentEntry;

/** What keys of segments begin with wherever flags and segments share a name space; no flag's key holds a slash. */
const SEGMENT = 'segment/';

export const segmentName = (key: string): string => `${SEGMENT}${key}`;

/** Null: the name is a flag's. */
export const segmentNamed = (name: string): string | null =>
  name.startsWith(SEGMENT) ? name.slice(SEGMENT.length) : null;

/** The flag's key, or `segment/KEY`. */
export const nameOfEntry = (entry: ChangelogEntry): string =>
  entry.kind === 'segment' ? segmentName(entry.segment_key) : entry.flag_key;
