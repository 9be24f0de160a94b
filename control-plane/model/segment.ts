import type { Segment } from '@halyard/engine';

/** A segment's complete definition as it is stored, hashed and replicated; its lists are there even where they are empty. */
export type SegmentDefinition = Segment & Required<Pick<Segment, 'include' | 'exclude' | 'conditions'>>;

/** A segment as the store holds it. Dates are ISO 8601 in UTC with milliseconds. */
export interface StoredSegment {
  readonly definition: SegmentDefinition;
  /** Grows by one a change, and counts on when a deleted segment is created again. */
  readonly version: number;
  readonly created_at: string;
  readonly updated_at: string;
  readonly updated_by: string;
}

/** A segment as it is answered. */
export type SegmentView = SegmentDefinition & Omit<StoredSegment, 'definition'>;

export const segmentView = ({ definition, ...rest }: StoredSegment): SegmentView => ({
  ...definition,
  ...rest,
});
