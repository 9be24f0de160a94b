export type { FirstStart, FirstStartOptions } from './access/first-start.ts';
export type { Grant } from './access/grant.ts';
export { PERMISSIONS } from './access/permission.ts';
export { mintId, mintSecret, sha256Hex, systemRandom } from './access/secret.ts';
export {
  type ControlPlane,
  type ControlPlaneOptions,
  createControlPlane,
} from './api/control-plane.ts';
export type { Log } from './api/setting.ts';
export type { ChangelogEntry, FlagDefinition, StoredFlag } from './flags/change.ts';
export { nearest as nearestName } from './flags/nearest.ts';
export { Problem } from './problem.ts';
export type { Accounts, App, AppStore, Permission, Place, Stores, Token } from './store/port.ts';
