import type { FlagType } from '@halyard/engine';

export interface Stray {
  /** A flag's key, or `segment/KEY`; null: the app as a whole. */
  readonly of: string | null;
  readonly column: string;
  readonly found: string | number | readonly string[] | null;
  readonly due: string | number | readonly string[] | null;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Pass as `after` for the next page; null on the last. */
  readonly next: string | null;
}

export interface FlagQuery {
  readonly limit: number;
  readonly after?: string;
  /** Pieces between white space, each a case-insensitive substring of the key, the description or a tag, in any order. */
  readonly q?: string;
  /** The flag has all of them. */
  readonly tags?: readonly string[];
  readonly state?: 'enabled' | 'disabled';
  readonly type?: FlagType;
  /** Case-insensitive substring of the name of who changed it last. */
  readonly by?: string;
  /** Default `key`; `updated` is newest first, then by key. A cursor is good for the order it was given in. */
  readonly sort?: 'key' | 'updated';
}

export interface SegmentQuery {
  readonly limit: number;
  readonly after?: string;
  /** Case-insensitive substring of key or description. */
  readonly q?: string;
}

export interface ChangelogQuery {
  readonly limit: number;
  /** Key of a segment. */
  readonly segment?: string;
  readonly after?: string;
  readonly flag?: string;
  /** With `flag`: changes of segments that the flag reached are among them. */
  readonly through?: boolean;
  /** Case-insensitive substring of the flag's key. */
  readonly flagPart?: string;
  /** Actor name. */
  readonly actor?: string;
  /** Case-insensitive substring of the actor's name. */
  readonly actorPart?: string;
  /** The app's version: only the entries of that commit. */
  readonly commit?: number;
  /** ISO 8601, inclusive. */
  readonly since?: string;
  readonly until?: string;
}
