export type { Log } from '../configuration/in-process.ts';
export { HalyardProvider, type HalyardProviderOptions } from './provider.ts';
