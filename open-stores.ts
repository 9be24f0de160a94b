import type { Stores } from '@halyard/control-plane';
import type { Logger } from 'pino';

/** Opens the stores that the URL names; the driver of the other kind is never loaded. Rejects with a `Problem` that says what to do. */
export const openStores = async (url: string, log: Logger): Promise<Stores> =>
  url.startsWith('file:')
    ? (await import('@halyard/control-plane/sqlite')).openSqliteStores(url, { now: Date.now, log })
    : (await import('@halyard/control-plane/postgres')).openPostgresStores(url, { now: Date.now, log });
