import { CacheUnavailable } from '@halyard/caches';
import type { Stores } from '@halyard/control-plane';
import { adoptCache } from '@halyard/control-plane/adopt';
import { Problem } from '@halyard/control-plane/problem';
import type { Logger } from 'pino';
import { COMMAND_ACTOR } from './actor.ts';
import { openCache } from './open-cache.ts';
import type { Settings } from './settings.ts';

/** Lets this database take the place of the one that filled the flag cache; what it prints. */
export const adoptCommand = async (stores: Stores, settings: Settings, log: Logger): Promise<string> => {
  if (settings.cacheUrl === 'memory:') {
    throw new Problem('invalid', {
      message:
        'HALYARD_CACHE_URL is memory:, which no other database can have filled; set it to the redis:// or nats:// address of the cache.',
    });
  }
  const cache = await openCache(settings, log);
  try {
    const adopted = await adoptCache(stores, cache);
    if (adopted.length > 0) {
      await stores.accounts.note(
        settings.account,
        { event: 'cache_adopted', detail: { spaces: adopted } },
        { actor: COMMAND_ACTOR, at: new Date().toISOString(), comment: null },
      );
    }
    return adopted.length === 0
      ? 'Nothing to adopt: no space in the flag cache belongs to another database.'
      : `Adopted ${adopted.length === 1 ? 'one space' : `${adopted.length} spaces`} of another database: ${adopted.join(', ')}. Edges now follow this database.`;
  } catch (error) {
    if (!(error instanceof CacheUnavailable)) throw error;
    throw new Problem('unavailable', { message: error.message });
  } finally {
    await cache.close();
  }
};
