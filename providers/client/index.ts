export type { Health, Log } from '../in-process/in-process.ts';
export { createClient, type FlagClient, type FlagClientOptions, type FlagDetails } from './client.ts';
