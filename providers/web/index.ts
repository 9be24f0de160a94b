export type { BulkAnswer, BulkFlag } from './bulk.ts';
export { HalyardWebProvider, type HalyardWebProviderOptions } from './provider.ts';
