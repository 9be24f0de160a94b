/** The parts of a flag's page, as they stand in its address. */
export const FLAG_TABS = ['targeting', 'variations', 'settings', 'history'] as const;
export type FlagTab = (typeof FLAG_TABS)[number];
