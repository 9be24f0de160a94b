import type { FlagCache, Position } from '@halyard/caches';
import type { Place, Stores } from '../store/port.ts';
import { deliver, outboxOf, spaceOf } from './deliver.ts';
import { ForeignSpace, relationOf } from './relation.ts';

/** Every account and app of the database. */
const placesOf = async ({ accounts }: Stores): Promise<readonly Place[]> => {
  const places: Place[] = [];
  for (const { id: account } of await accounts.accounts()) {
    places.push({ account, app: null });
    for (const { id } of await accounts.apps(account)) places.push({ account, app: id });
  }
  return places;
};

/** Why nothing of a place reaches the edges although the cache, whose head this is, answers; null: it does. */
export const refusalOf = async (
  stores: Stores,
  place: Place,
  head: Position | null,
): Promise<ForeignSpace | null> => {
  const standing = await outboxOf(stores, place).standing();
  if (standing === null) return null;
  const foreign = relationOf(head, standing, await stores.identity()) === 'foreign';
  return foreign ? new ForeignSpace(spaceOf(place), head, standing) : null;
};

/**
 * Takes over what another database wrote into the cache, space by space, each in a new epoch above the one that was there, so that
 * edges and providers take it. Answers the spaces. Safe to repeat, and beside a running server.
 */
export const adoptCache = async (stores: Stores, cache: FlagCache): Promise<readonly string[]> => {
  const adopted: string[] = [];
  for (const place of await placesOf(stores)) {
    if ((await refusalOf(stores, place, await cache.head(spaceOf(place)))) === null) continue;
    await deliver(stores, cache, place, { adopts: () => true });
    adopted.push(spaceOf(place));
  }
  return adopted;
};
