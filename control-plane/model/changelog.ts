import type { JsonValue } from '@halyard/engine';
import type { FlagDefinition } from './flag.ts';
import type { SegmentDefinition } from './segment.ts';

/** Dotted path → what it was and what it is; `from` or `to` is absent where the field did not exist. */
export type Diff = Readonly<Record<string, { readonly from?: JsonValue; readonly to?: JsonValue }>>;

export interface Actor {
  readonly name: string;
  readonly token_id: string;
}

/** What of another app an entry was carried over from: links the chains of the two. */
export interface Source {
  readonly app_id: string;
  /** Of the flag, or the segment, there. */
  readonly flag_version: number;
  /** Of the entry there that made it that version. */
  readonly entry_hash: string;
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
  /** Absent: made here. */
  readonly source?: Source;
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
