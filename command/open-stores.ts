import { withoutPassword, withoutPasswords } from '@halyard/caches/without-password';
import type { Stores } from '@halyard/control-plane';
import { Problem } from '@halyard/control-plane/problem';
import type { Logger } from 'pino';
import { CannotStart } from './listen.ts';

/** Opens the stores that the URL names; the driver of the other kind is never loaded. Rejects with a `CannotStart` that says what to do. */
export const openStores = async (url: string, log: Logger): Promise<Stores> => {
  try {
    return url.startsWith('file:')
      ? await (await import('@halyard/control-plane/sqlite')).openSqliteStores(url, { now: Date.now, log })
      : await (await import('@halyard/control-plane/postgres')).openPostgresStores(url, {
          now: Date.now,
          log,
        });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    throw new CannotStart(
      `HALYARD_DATABASE_URL is ${withoutPassword(url)}, which cannot be used: ${withoutPasswords(error.message)}`,
    );
  }
};
