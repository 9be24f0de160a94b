import { accountSpace, appKey, appSpace, type Commit, type FlagCache } from '@halyard/caches';
import type { Outbox, Place, Stores } from '../store/port.ts';
import type { AppPlace } from '../store/rows.ts';

/** How many commits one read of the outbox brings. */
const BATCH = 200;
/** What the account's keys of apps begin with. */
const APP_KEY = appKey('');

export const spaceOf = (place: Place): string =>
  place.app === null ? accountSpace(place.account) : appSpace(place.account, place.app);

export const outboxOf = (stores: Stores, place: Place): Outbox =>
  place.app === null ? stores.accounts.outbox(place.account) : stores.app(place.account, place.app).outbox;

export interface Delivery {
  /** The cache holds this version now; null: the place is gone, and so is its space. */
  readonly head: number | null;
  /** Apps whose existence the delivered account commits changed; empty for an app's own place. */
  readonly apps: readonly AppPlace[];
  /** What it took, for logs: commits published one by one, or a whole snapshot. */
  readonly how: 'nothing' | 'commits' | 'snapshot' | 'removed';
}

/**
 * Brings one space of the cache to where its place is in the database, and no further than what was committed. Safe to run at
 * any moment, again, and by two processes at once: the cache refuses what does not follow.
 *
 * `knownHead` saves asking the cache where it is; a wrong one is found out by the cache's `gap`.
 * Rejects with `CacheUnavailable` or a `Problem` of kind `unavailable`; nothing is lost then, the rows are still in the outbox.
 */
export const deliver = async (
  stores: Stores,
  cache: FlagCache,
  place: Place,
  knownHead: number | null | undefined,
): Promise<Delivery> => {
  const space = spaceOf(place);
  const outbox = outboxOf(stores, place);
  // The cache is asked first: a commit in between can then only make the database newer, never the cache.
  let head = knownHead === undefined || knownHead === null ? await cache.head(space) : knownHead;
  const apps = new Map<string, AppPlace>();
  const noteApps = (changes: Iterable<{ readonly key: string }>): void => {
    for (const app of appsIn(place, changes)) apps.set(app.app, app);
  };
  let how: Delivery['how'] = 'nothing';

  for (;;) {
    const version = await outbox.version();
    if (version === null) {
      if (head !== null) await cache.remove(space);
      return { head: null, apps: [...apps.values()], how: 'removed' };
    }
    if (head === version) return { head, apps: [...apps.values()], how };

    // A head past the database means that the database was restored from a backup: what it says now is the truth.
    const commits = head === null || head > version ? [] : await outbox.commits(head, BATCH);
    const first = commits[0];
    let gap = head === null || first === undefined || first.version !== head + 1;
    for (const batch of gap ? [] : batchesOf(cache, commits)) {
      if ((await batch.publish(space)) === 'gap') {
        gap = true;
        break;
      }
      head = batch.version;
      how = 'commits';
      noteApps(batch.changes);
    }
    if (gap) {
      const snapshot = await outbox.snapshot();
      if (snapshot === null) continue;
      await cache.replace(space, snapshot);
      head = snapshot.version;
      how = 'snapshot';
      noteApps([...snapshot.entries.keys()].map((key) => ({ key })));
    }
  }
};

interface Batch {
  readonly version: number;
  readonly changes: readonly { readonly key: string }[];
  publish(space: string): Promise<'applied' | 'already' | 'gap'>;
}

/** One commit after the other, or all together where the cache takes them so. */
const batchesOf = (cache: FlagCache, commits: readonly Commit[]): readonly Batch[] => {
  const last = commits.at(-1);
  if (cache.publishAll === undefined || last === undefined) {
    return commits.map((commit) => ({ ...commit, publish: (space) => cache.publish(space, commit) }));
  }
  const publishAll = cache.publishAll.bind(cache);
  const changes = commits.flatMap((commit) => commit.changes);
  return [{ version: last.version, changes, publish: (space) => publishAll(space, commits) }];
};

/** The apps that commits of an account make, rename or delete; none for an app's own place. */
export const appsIn = (
  { account, app }: Place,
  changes: Iterable<{ readonly key: string }>,
): readonly AppPlace[] => {
  const apps = new Map<string, AppPlace>();
  for (const { key } of app === null ? changes : []) {
    if (key.startsWith(APP_KEY)) apps.set(key, { account, app: key.slice(APP_KEY.length) });
  }
  return [...apps.values()];
};
