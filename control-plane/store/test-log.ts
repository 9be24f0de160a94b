import type { StoreLog } from './log.ts';

export const quiet: StoreLog = { debug() {}, info() {}, warn() {}, error() {} };
