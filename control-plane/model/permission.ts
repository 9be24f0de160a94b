export { allows, isEdgePermission, PERMISSIONS, type Permission } from '@halyard/caches/permissions';

/** Whether everything `inner` reaches is within reach of `outer`: a token of some apps must not mint or end one of others. */
export const coversApps = (outer: readonly string[] | null, inner: readonly string[] | null): boolean =>
  outer === null || inner?.every((app) => outer.includes(app)) === true;
