export { createEdge } from './create-edge.ts';
export type { Edge } from './edge.ts';
export type { LastGood } from './held/last-good.ts';
export type { EdgeLimits, EdgeOptions, Grant, Log } from './options.ts';
