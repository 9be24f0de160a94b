export type { Log } from '../configuration/in-process.ts';
export { type HalyardBindingOptions, HalyardProvider, type HalyardProviderOptions } from './provider.ts';
