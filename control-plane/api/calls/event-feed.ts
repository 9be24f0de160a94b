import { type Revision, revisionOf } from '@halyard/caches';
import type { AppStore, News, Standing, Subscription } from '../../store/port.ts';
import type { AppPlace } from '../../store/sql/rows.ts';
import type { EventData } from '../document/schemas.ts';
import type { Setting } from '../http/setting.ts';
import { silentEdges } from './propagation-call.ts';

/** Receipts of one change come from many edges within moments: they are told together. */
const GATHER_MS = 150;
/** Who is further behind than this many changed flags reloads what it shows instead of being told each. */
const MOST_CHANGES = 200;

type CommitEvent = EventData & { readonly type: 'commit' };

/** Hears what happens to an app. */
export interface Follower {
  /** @param revision of the app, in one word: what the follower has when it has this event. */
  event(event: EventData, revision: string): void;
  /** There is no more to come: the app is gone, or cannot be read. */
  end(): void;
}

type FeedSetting = Pick<Setting, 'stores' | 'propagation' | 'log'>;

/**
 * What happens to one app, read once for everybody who follows it: a commit costs one narrow reading, whether one dashboard is open or
 * hundreds are.
 */
export class EventFeed {
  readonly #place: AppPlace;
  readonly #setting: FeedSetting;
  readonly #store: AppStore;
  readonly #followers = new Set<Follower>();
  readonly #subscriptions: readonly Subscription[];
  /** The newest commits, oldest first: all of those after `#floor`. */
  #recent: CommitEvent[] = [];
  #floor = 0;
  #version: number;
  /** Of the versions: after a restored backup there may be the same ones with other commits. */
  #history: Standing['history'];
  /** The number of the newest entry that was read. */
  #seen: number;
  #reading = false;
  #again = false;
  #gathering: ReturnType<typeof setTimeout> | null = null;
  #closed = false;

  /** Null: there is no such app. */
  static async open(place: AppPlace, setting: FeedSetting): Promise<EventFeed | null> {
    const store = setting.stores.app(place.account, place.app);
    // The version first: a commit in between is then told once more, rather than never.
    const standing = await store.outbox.standing();
    if (standing === null) return null;
    return new EventFeed(place, setting, standing, await store.news({ after: 0, limit: MOST_CHANGES }));
  }

  private constructor(
    place: AppPlace,
    setting: FeedSetting,
    { version, history }: Standing,
    newest: readonly News[],
  ) {
    this.#place = place;
    this.#setting = setting;
    this.#store = setting.stores.app(place.account, place.app);
    this.#version = Math.max(version, newest[0]?.app_version ?? 0);
    this.#history = history;
    this.#seen = newest[0]?.seq ?? 0;
    const oldest = newest.at(-1);
    // The oldest commit that was read may be there in part.
    if (oldest !== undefined && oldest.seq > 1) this.#floor = oldest.app_version;
    this.#recent = commitsOf(newest).filter(({ version: each }) => each > this.#floor);
    this.#subscriptions = [
      setting.stores.onCommit(({ account, app }) => {
        if (account === place.account && (app === place.app || app === null)) this.#wake();
      }),
      setting.propagation.follow(place.account, place.app, () => this.#gather()),
    ];
    // What was committed before the subscription and after the reading.
    this.#wake();
  }

  get followed(): boolean {
    return this.#followers.size > 0;
  }

  /** @param seen what the follower has; null: what is there now. */
  follow(follower: Follower, seen: Revision | null): Subscription {
    if (seen !== null && !this.#reaches(seen)) {
      const version = this.#version;
      follower.event({ type: 'reload', version }, this.#revisionOf(version));
    } else if (seen !== null) {
      for (const commit of this.#recent)
        if (commit.version > seen.version) follower.event(commit, this.#revisionOf(commit.version));
    }
    this.#followers.add(follower);
    this.#gather();
    return {
      close: async () => {
        this.#followers.delete(follower);
      },
    };
  }

  /** Whether all that came after is remembered. */
  #reaches({ epoch, version }: Revision): boolean {
    return epoch === this.#history.epoch && version >= this.#floor && version <= this.#version;
  }

  #revisionOf(version: number): string {
    return revisionOf({ version, history: this.#history });
  }

  /** Nobody hears of anything any more: a new feed has to be opened. */
  get closed(): boolean {
    return this.#closed;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#gathering !== null) clearTimeout(this.#gathering);
    for (const subscription of this.#subscriptions) void subscription.close();
    for (const follower of [...this.#followers]) follower.end();
    this.#followers.clear();
  }

  /** One reading at a time; what is committed meanwhile is read right after. */
  #wake(): void {
    this.#again = true;
    if (!this.#reading) void this.#keepReading();
  }

  async #keepReading(): Promise<void> {
    this.#reading = true;
    try {
      while (this.#again && !this.#closed) {
        this.#again = false;
        await this.#read();
      }
    } catch (error) {
      this.#setting.log.warn({ err: error, ...this.#place }, 'event streams ended early');
      this.close();
    } finally {
      this.#reading = false;
    }
  }

  async #read(): Promise<void> {
    const standing = await this.#store.outbox.standing();
    if (standing === null) {
      this.close();
      return;
    }
    const continues = standing.history.epoch === this.#history.epoch;
    this.#history = standing.history;
    const news = await this.#store.news({ after: this.#seen, limit: MOST_CHANGES });
    const [newest] = news;
    if (newest === undefined) {
      if (!continues) this.#tellReload();
      return;
    }
    const complete = continues && news.at(-1)?.seq === this.#seen + 1;
    this.#seen = newest.seq;
    this.#version = newest.app_version;
    if (complete) this.#tellCommits(commitsOf(news));
    else this.#tellReload();
  }

  #tellCommits(commits: readonly CommitEvent[]): void {
    const { account, app } = this.#place;
    for (const commit of commits) {
      this.#setting.propagation.committed(account, app, commit.version);
      this.#recent.push(commit);
      this.#tell(commit);
    }
    let kept = this.#recent.reduce((sum, { keys }) => sum + keys.length, 0);
    while (kept > MOST_CHANGES) {
      const oldest = this.#recent.shift();
      if (oldest === undefined) return;
      kept -= oldest.keys.length;
      this.#floor = oldest.version;
    }
  }

  #tellReload(): void {
    this.#recent = [];
    this.#floor = this.#version;
    this.#tell({ type: 'reload', version: this.#version });
  }

  #tell(event: EventData): void {
    const revision = this.#revisionOf(event.version);
    for (const follower of [...this.#followers]) follower.event(event, revision);
  }

  #gather(): void {
    const { account, app } = this.#place;
    const { propagation, log } = this.#setting;
    this.#gathering ??= setTimeout(() => {
      this.#gathering = null;
      const version = this.#version;
      Promise.all([propagation.edges(account, app, version), propagation.silent(account, app)])
        .then(([edges, silent]) =>
          this.#tell({ type: 'propagation', version, edges: [...edges], ...silentEdges(silent) }),
        )
        .catch((error: unknown) => log.debug({ err: error, account, app }, 'edges cannot be asked'));
    }, GATHER_MS);
  }
}

/** Of news, newest first; the commits are oldest first. */
const commitsOf = (news: readonly News[]): CommitEvent[] => {
  const commits = new Map<number, CommitEvent>();
  for (const { app_version: version, at, actor, comment, flag_key } of [...news].reverse()) {
    const commit = commits.get(version);
    if (commit === undefined) {
      commits.set(version, { type: 'commit', version, at, actor, comment, keys: [flag_key] });
    } else commit.keys.push(flag_key);
  }
  return [...commits.values()];
};
