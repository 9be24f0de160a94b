/** Weakest first: each allows what the ones before it allow. */
export const PERMISSIONS = ['evaluate', 'config', 'read', 'write', 'admin'] as const;
export type Permission = (typeof PERMISSIONS)[number];

/** Those whose tokens edges accept; of the others an edge knows only that they are there. */
export const EDGE_PERMISSIONS = ['evaluate', 'config'] as const satisfies readonly Permission[];
export type EdgePermission = (typeof EDGE_PERMISSIONS)[number];

export const isEdgePermission = (permission: unknown): permission is EdgePermission =>
  EDGE_PERMISSIONS.some((one) => one === permission);

const RANK: Readonly<Record<Permission, number>> = { evaluate: 0, config: 1, read: 2, write: 3, admin: 4 };

export const allows = (held: Permission, needed: Permission): boolean => RANK[held] >= RANK[needed];
