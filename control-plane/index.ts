export { type ControlPlane, type ControlPlaneOptions, createControlPlane } from './api/control-plane.ts';
export type { Place, Stores } from './store/port.ts';
