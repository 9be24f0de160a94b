import type { Source } from './changelog.ts';
import type { FlagDefinition } from './flag.ts';
import type { SegmentDefinition } from './segment.ts';

interface Placed {
  readonly kind: 'flag' | 'segment';
  readonly key: string;
}

/** A flag or a segment in a few words, to be compared with that of another app. */
export interface Outlined extends Placed {
  readonly version: number;
  /** SHA-256, hex, of its definition without state, bucketing and the ids of its rules. */
  readonly digest: string;
}

/** A flag or a segment with the hash of the entry that made it this version. */
export type Named = {
  readonly key: string;
  readonly version: number;
  readonly hash: string;
} & (
  | { readonly kind: 'flag'; readonly definition: FlagDefinition }
  | { readonly kind: 'segment'; readonly definition: SegmentDefinition }
);

/** An entry that was carried over from another app. */
export interface Link extends Placed {
  /** Here. */
  readonly version: number;
  readonly source: Source;
}
