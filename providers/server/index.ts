export type { Log } from '../in-process/in-process.ts';
export { type HalyardBindingOptions, HalyardProvider, type HalyardProviderOptions } from './provider.ts';
