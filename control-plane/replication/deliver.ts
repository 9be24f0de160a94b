import {
  accountSpace,
  appKey,
  appSpace,
  compareEpochs,
  type FlagCache,
  type NewCommit,
  type Position,
  type Published,
  positionOf,
} from '@halyard/caches';
import type { Outbox, Place, Standing, Stores } from '../store/port.ts';
import type { AppPlace } from '../store/sql/rows.ts';
import { ForeignSpace, relationOf } from './relation.ts';

/** How many commits one read of the outbox brings. */
const BATCH = 200;
/** What the account's keys of apps begin with. */
const APP_KEY = appKey('');

export const spaceOf = (place: Place): string =>
  place.app === null ? accountSpace(place.account) : appSpace(place.account, place.app);

export const outboxOf = (stores: Stores, place: Place): Outbox =>
  place.app === null ? stores.accounts.outbox(place.account) : stores.app(place.account, place.app).outbox;

export interface Delivery {
  /** Where the cache stands now; null: the place is gone, and so is its space. */
  readonly head: Position | null;
  /** Apps whose existence the delivered account commits changed; empty for an app's own place. */
  readonly apps: readonly AppPlace[];
  /** What it took, for logs: commits published one by one, or a whole snapshot. */
  readonly how: 'nothing' | 'commits' | 'snapshot' | 'removed';
  /** What was there continued something else, and a new epoch was begun. */
  readonly begun: boolean;
}

export interface DeliverOptions {
  /** Where the cache stands, which saves asking it; a wrong one is found out by the cache's refusal. */
  readonly knownHead?: Position | null | undefined;
  /**
   * Whether a cache that has nothing of a space with commits makes a new epoch begin: nobody can tell any more whether the database still
   * is where edges and clients have seen it. Default: false.
   */
  readonly renews?: boolean;
  /** Whether to take over what another database wrote: its identity, null where a former release wrote it. Default: never. */
  readonly adopts?: (identity: string | null) => boolean;
}

/**
 * Brings one space of the cache to where its place is in the database, and no further than what was committed. Safe to run at
 * any moment, again, and by two processes at once: the cache refuses what does not follow.
 *
 * A cache that has more than the database, or something else at the same version, was filled before the database was put back to an
 * earlier state: a new epoch begins before anything is delivered. Rejects with `ForeignSpace` if the cache holds another database's
 * space, which is then left alone; with `CacheUnavailable` or a `Problem` of kind `unavailable`: nothing is lost then, the rows are
 * still in the outbox.
 */
export const deliver = async (
  stores: Stores,
  cache: FlagCache,
  place: Place,
  { knownHead, renews = false, adopts = () => false }: DeliverOptions = {},
): Promise<Delivery> => {
  const space = spaceOf(place);
  const outbox = outboxOf(stores, place);
  const self = await stores.identity();
  // The cache is asked first: a commit in between can then only make the database newer, never the cache.
  let head = knownHead ?? (await cache.head(space));
  const apps = new Map<string, AppPlace>();
  const noteApps = (changes: Iterable<{ readonly key: string }>): void => {
    for (const app of appsIn(place, changes)) apps.set(app.app, app);
  };
  let how: Delivery['how'] = 'nothing';
  let begun = false;
  let renewed = !renews;

  for (;;) {
    const standing = await outbox.standing();
    if (standing === null) {
      if (head !== null) await cache.remove(space, self.identity);
      return { head: null, apps: [...apps.values()], how: 'removed', begun };
    }
    const relation = relationOf(head, standing, self);
    switch (relation) {
      case 'same':
        return { head, apps: [...apps.values()], how, begun };
      case 'foreign':
        if (!adopts(head?.history?.identity ?? null)) throw new ForeignSpace(space, head, standing);
        break;
      case 'diverged':
        await begin(outbox, standing, head);
        begun = true;
        continue;
      case 'behind': {
        const published = await publish(cache, space, outbox, standing, head);
        noteApps(published.changes);
        if (published.head !== null) {
          head = published.head;
          how = 'commits';
        }
        if (published.end === 'applied' || published.end === 'already') continue;
        if (published.end === 'other') {
          const found = await cache.head(space);
          // The very head that the commits do not continue, although the versions would: another content under our own name.
          if (relationOf(found, standing, self) === 'behind' && found?.version === head?.version) {
            await begin(outbox, standing, found);
            begun = true;
          }
          head = found;
          continue;
        }
        break;
      }
      case 'unfilled':
        if (renewed || head !== null || standing.version === 0) break;
        await begin(outbox, standing, head);
        renewed = true;
        continue;
      default:
        relation satisfies never;
    }
    const foreign = relation === 'foreign';
    if (foreign && head?.history !== undefined && isBefore(standing, head)) {
      await begin(outbox, standing, head);
      begun = true;
    }
    const snapshot = await outbox.snapshot();
    if (snapshot === null) continue;
    if ((await cache.replace(space, snapshot, { adopting: foreign })) === 'replaced') {
      head = positionOf(snapshot);
      how = 'snapshot';
      noteApps([...snapshot.entries.keys()].map((key) => ({ key })));
    } else head = await cache.head(space);
  }
};

const isBefore = ({ history }: Standing, head: Position): boolean =>
  head.history !== undefined && compareEpochs(history.epoch, head.history.epoch) <= 0;

const begin = (outbox: Outbox, { history }: Standing, head: Position | null): Promise<void> =>
  outbox.beginEpoch(history.epoch, head?.history?.epoch ?? history.epoch);

interface Publication {
  /** Where the cache stands after what was added; null: nothing was. */
  readonly head: Position | null;
  readonly changes: readonly { readonly key: string }[];
  /** `gap`: the outbox or the cache lacks what would come next. */
  readonly end: Published;
}

/** Adds what the outbox has after the head, until the cache refuses. */
const publish = async (
  cache: FlagCache,
  space: string,
  outbox: Outbox,
  { history }: Standing,
  from: Position | null,
): Promise<Publication> => {
  const after = from?.version ?? 0;
  const commits = (await outbox.commits(after, BATCH)).map((commit) => ({ ...commit, history }));
  const changes: { readonly key: string }[] = [];
  let head: Position | null = null;
  if (commits[0]?.version !== after + 1) return { head, changes, end: 'gap' };
  for (const batch of batchesOf(cache, commits)) {
    const end = await batch.publish(space);
    if (end === 'gap' || end === 'other') return { head, changes, end };
    head = positionOf(batch.last);
    changes.push(...batch.changes);
  }
  return { head, changes, end: 'applied' };
};

interface Batch {
  readonly last: NewCommit;
  readonly changes: readonly { readonly key: string }[];
  publish(space: string): Promise<Published>;
}

/** One commit after the other, or all together where the cache takes them so. */
const batchesOf = (cache: FlagCache, commits: readonly NewCommit[]): readonly Batch[] => {
  const last = commits.at(-1);
  if (cache.publishAll === undefined || last === undefined) {
    return commits.map((commit) => ({
      last: commit,
      changes: commit.changes,
      publish: (space) => cache.publish(space, commit),
    }));
  }
  const publishAll = cache.publishAll.bind(cache);
  const changes = commits.flatMap((commit) => commit.changes);
  return [{ last, changes, publish: (space) => publishAll(space, commits) }];
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
