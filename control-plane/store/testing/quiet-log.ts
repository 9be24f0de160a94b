import type { StoreLog } from '../sql/log.ts';

export const quiet: StoreLog = { debug() {}, info() {}, warn() {}, error() {} };
