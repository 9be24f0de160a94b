/** The parts of a flag's page, as they stand in its address. */
export const FLAG_TABS = ['targeting', 'variations', 'tests', 'settings', 'history'] as const;
export type FlagTab = (typeof FLAG_TABS)[number];

/** The parts of a segment's page. */
export const SEGMENT_TABS = ['members', 'uses', 'history', 'settings'] as const;
export type SegmentTab = (typeof SEGMENT_TABS)[number];
