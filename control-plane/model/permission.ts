/** Weakest first: each allows what the ones before it allow. */
export const PERMISSIONS = ['evaluate', 'config', 'read', 'write', 'admin'] as const;
export type Permission = (typeof PERMISSIONS)[number];

const RANK: Readonly<Record<Permission, number>> = { evaluate: 0, config: 1, read: 2, write: 3, admin: 4 };

export const allows = (held: Permission, needed: Permission): boolean => RANK[held] >= RANK[needed];
