export type { Health, Log } from '../configuration/in-process.ts';
export { createClient, type FlagClient, type FlagClientOptions, type FlagDetails } from './client.ts';
