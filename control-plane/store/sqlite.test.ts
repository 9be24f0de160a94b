import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { clock, LIMITS, storesContract } from './contract.ts';
import { openSqliteStores } from './sqlite.ts';
import { quiet } from './test-log.ts';

const options = { now: clock, log: quiet, limits: LIMITS };

storesContract({ describe, test, expect }, 'SQLite in a file', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'halyard-store-'));
  const url = `file:${join(directory, 'data', 'halyard.db')}`;
  const stores = await openSqliteStores(url, options);
  const other = await openSqliteStores(url, options);
  return {
    stores,
    other,
    async close() {
      await Promise.all([stores.close(), other.close()]);
      await rm(directory, { recursive: true });
    },
  };
});

storesContract({ describe, test, expect }, 'SQLite in memory', async () => {
  const stores = await openSqliteStores(':memory:', options);
  return { stores, other: stores, close: () => stores.close() };
});
