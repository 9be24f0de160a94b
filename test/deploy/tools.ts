import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '..', '..');
export const DEPLOY = join(ROOT, 'deploy');

/** Whether the program is there. In CI it has to be: the test runs, and fails. Elsewhere it is skipped, and says so. */
export const there = (program: string, ...parameters: readonly string[]): boolean => {
  if (process.env['CI'] === 'true' || spawnSync(program, parameters).error === undefined) return true;
  console.warn(`There is no ${program} on the PATH: what it would check is skipped.`);
  return false;
};

export const ran = (program: string, parameters: readonly string[]): SpawnSyncReturns<string> => {
  const result = spawnSync(program, parameters, { encoding: 'utf8', timeout: 60_000 });
  if (result.error !== undefined) throw result.error;
  return result;
};
