import {
  appSpace,
  type EdgeReceipt,
  type FlagCache,
  type History,
  type Subscription,
  sameHistory,
} from '@halyard/caches';

/** What an edge is known to have of an app. */
export interface EdgeState {
  readonly id: string;
  /** Null: it holds nothing of the app, so it has nothing of it to be stale. */
  readonly applied_version: number | null;
  /** By this process's clock: how long the newest version took to the edge, or how long the edge has been without it. */
  readonly lag_ms: number;
  readonly last_seen: string;
}

/** An edge that stopped reporting without signing off: it may be cut off and still serve what it had. */
export interface SilentEdge {
  readonly id: string;
  readonly applied_version: number;
  readonly last_seen: string;
}

export interface Propagation {
  /** Tells when a version was committed; call it soon after every commit. */
  committed(account: string, app: string, version: number): void;
  /** The live edges. Rejects with `CacheUnavailable`. */
  edges(account: string, app: string, version: number): Promise<readonly EdgeState[]>;
  /** Edges that fell silent within the last day. Rejects with `CacheUnavailable`. */
  silent(account: string, app: string): Promise<readonly SilentEdge[]>;
  /** Resolves true when every live edge has the version, false after `timeoutMs`. */
  reached(account: string, app: string, version: number, timeoutMs: number): Promise<boolean>;
  /** Calls back soon after any edge applied something. */
  follow(account: string, app: string, onReceipt: () => void): Subscription;
  close(): Promise<void>;
}

/** Versions of an app whose times are remembered: an edge further behind than this is late by an older one's time. */
const REMEMBERED_VERSIONS = 256;
/** Apps whose receipts are followed, most recently written or asked for. */
const REMEMBERED_APPS = 500;
/** Receipts come as events; this is how often the set is asked all the same, because an edge also leaves it silently. */
const LOOK_EVERY_MS = 250;
const RESUBSCRIBE_MS = 1_000;

interface Followed {
  readonly space: string;
  readonly history: () => Promise<History | undefined>;
  readonly committedAt: Map<number, number>;
  /** Edge → version, and when its receipt first said so; null for the first one heard, which says nothing of when that was. */
  readonly receivedAt: Map<string, { version: number; atMs: number | null }>;
  readonly listeners: Set<() => void>;
  subscription: Promise<Subscription | null>;
}

export interface PropagationOptions {
  /** The present history of an app; undefined where there is no such app. */
  readonly historyOf: (account: string, app: string) => Promise<History | undefined>;
  readonly cache: FlagCache;
  readonly now: () => number;
  /** Told how long a commit took to one edge, for each edge that was heard of before. */
  readonly onArrival?: (seconds: number) => void;
}

export const createPropagation = (options: PropagationOptions): Propagation =>
  new FollowedPropagation(options);

class FollowedPropagation implements Propagation {
  readonly #options: PropagationOptions;
  readonly #apps = new Map<string, Followed>();
  #closed = false;

  constructor(options: PropagationOptions) {
    this.#options = options;
  }

  committed(account: string, app: string, version: number): void {
    const { committedAt } = this.#followed(account, app);
    if (committedAt.has(version)) return;
    committedAt.set(version, this.#options.now());
    if (committedAt.size > REMEMBERED_VERSIONS) {
      const oldest = committedAt.keys().next();
      if (oldest.done !== true) committedAt.delete(oldest.value);
    }
  }

  edges(account: string, app: string, version: number): Promise<readonly EdgeState[]> {
    return this.#states(this.#followed(account, app), version);
  }

  async silent(account: string, app: string): Promise<readonly SilentEdge[]> {
    const { cache, historyOf } = this.#options;
    const receipts = await cache.silentEdges(appSpace(account, app));
    const history = await historyOf(account, app);
    const silent: SilentEdge[] = [];
    for (const receipt of receipts) {
      const { edge, appliedVersion, lastSeenMs } = within(receipt, history);
      if (appliedVersion === null) continue;
      silent.push({ id: edge, applied_version: appliedVersion, last_seen: this.#ago(lastSeenMs) });
    }
    return silent.sort(byId);
  }

  async reached(account: string, app: string, version: number, timeoutMs: number): Promise<boolean> {
    if (!this.#options.cache.receipts) return false;
    const followed = this.#followed(account, app);
    let expired = timeoutMs <= 0;
    let wake = (): void => {};
    const end = setTimeout(() => {
      expired = true;
      wake();
    }, timeoutMs);
    try {
      for (;;) {
        const edges = await this.#states(followed, version);
        if (edges.every((edge) => edge.applied_version === null || edge.applied_version >= version)) {
          return true;
        }
        if (expired || this.#closed) return false;
        await new Promise<void>((resolve) => {
          const look = setTimeout(() => wake(), LOOK_EVERY_MS);
          wake = () => {
            clearTimeout(look);
            followed.listeners.delete(wake);
            resolve();
          };
          followed.listeners.add(wake);
        });
      }
    } finally {
      clearTimeout(end);
    }
  }

  follow(account: string, app: string, onReceipt: () => void): Subscription {
    const { listeners } = this.#followed(account, app);
    listeners.add(onReceipt);
    return {
      async close() {
        listeners.delete(onReceipt);
      },
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    const all = [...this.#apps.values()];
    this.#apps.clear();
    for (const app of all) {
      for (const listener of [...app.listeners]) listener();
      await (await app.subscription)?.close();
    }
  }

  #followed(account: string, id: string): Followed {
    const space = appSpace(account, id);
    const known = this.#apps.get(space);
    if (known !== undefined) {
      this.#apps.delete(space);
      this.#apps.set(space, known);
      return known;
    }
    const app: Followed = {
      space,
      history: () => this.#options.historyOf(account, id),
      committedAt: new Map(),
      receivedAt: new Map(),
      listeners: new Set(),
      subscription: Promise.resolve(null),
    };
    this.#subscribe(app);
    this.#apps.set(space, app);
    if (this.#apps.size > REMEMBERED_APPS) this.#forgetOldest();
    return app;
  }

  /** A cache that cannot be reached now is asked again: with the next question, or soon where somebody listens. */
  #subscribe(app: Followed): void {
    const isFollowed = (): boolean => this.#apps.get(app.space) === app;
    app.subscription = this.#options.cache
      .watchEdges(app.space, (receipt) => this.#received(app, receipt))
      .catch(() => {
        if (this.#closed || !isFollowed()) return null;
        if (app.listeners.size === 0) this.#apps.delete(app.space);
        else setTimeout(() => isFollowed() && this.#subscribe(app), RESUBSCRIBE_MS);
        return null;
      });
  }

  #forgetOldest(): void {
    for (const [space, app] of this.#apps) {
      if (app.listeners.size > 0) continue;
      this.#apps.delete(space);
      void app.subscription.then((subscription) => subscription?.close());
      return;
    }
  }

  #received(app: Followed, receipt: EdgeReceipt): void {
    this.#note(app, receipt);
    for (const listener of [...app.listeners]) listener();
  }

  #note(app: Followed, { edge, appliedVersion }: EdgeReceipt): void {
    if (appliedVersion === null) return;
    const { now, onArrival } = this.#options;
    const before = app.receivedAt.get(edge);
    if (before !== undefined && before.version >= appliedVersion) return;
    const atMs = now();
    // An edge that is new here has no first moment: it may have had everything for long, or have started long after the commit.
    app.receivedAt.set(edge, { version: appliedVersion, atMs: before === undefined ? null : atMs });
    if (before === undefined || onArrival === undefined) return;
    const oldest = Math.max(before.version, appliedVersion - REMEMBERED_VERSIONS);
    for (let version = appliedVersion; version > oldest; version--) {
      const committedAt = app.committedAt.get(version);
      if (committedAt !== undefined) onArrival(Math.max(0, atMs - committedAt) / 1000);
    }
  }

  async #states(app: Followed, version: number): Promise<readonly EdgeState[]> {
    const found = await this.#options.cache.edges(app.space);
    const history = await app.history();
    const receipts = found.map((receipt) => within(receipt, history));
    for (const receipt of receipts) {
      const { edge, appliedVersion } = receipt;
      // A number that went back is of a newer epoch: what was heard of the one before says nothing of it.
      if ((app.receivedAt.get(edge)?.version ?? -1) > (appliedVersion ?? 0)) app.receivedAt.delete(edge);
      this.#note(app, receipt);
    }
    const live = new Set(receipts.map((receipt) => receipt.edge));
    for (const edge of app.receivedAt.keys()) if (!live.has(edge)) app.receivedAt.delete(edge);
    return receipts
      .map((receipt) => ({
        id: receipt.edge,
        applied_version: receipt.appliedVersion,
        lag_ms: this.#lag(app, receipt, version),
        last_seen: this.#ago(receipt.lastSeenMs),
      }))
      .sort(byId);
  }

  #lag(app: Followed, { edge, appliedVersion }: EdgeReceipt, version: number): number {
    if (appliedVersion === null) return 0;
    if (appliedVersion >= version) {
      const seen = app.receivedAt.get(edge);
      const at = app.committedAt.get(appliedVersion);
      return seen === undefined || seen.atMs === null || at === undefined ? 0 : Math.max(0, seen.atMs - at);
    }
    for (let missing = appliedVersion + 1; missing <= version; missing++) {
      const at = app.committedAt.get(missing);
      if (at !== undefined) return Math.max(0, this.#options.now() - at);
    }
    return 0;
  }

  #ago(ms: number): string {
    return new Date(this.#options.now() - ms).toISOString();
  }
}

const byId = (a: { readonly id: string }, b: { readonly id: string }): number => (a.id < b.id ? -1 : 1);

/** What an edge has of the present history: it has none of its versions while it is still at another, whatever the number. */
const within = (receipt: EdgeReceipt, history: History | undefined): EdgeReceipt =>
  receipt.appliedVersion === null || receipt.history === undefined || sameHistory(receipt.history, history)
    ? receipt
    : { ...receipt, appliedVersion: 0 };
