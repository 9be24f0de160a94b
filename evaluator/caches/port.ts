import type { History, Lineage, Position } from './following/history.ts';

/**
 * The flag cache: where the writer puts commits and every edge finds them. It holds *spaces*; a space is a versioned
 * map from key to JSON text (the flags of one app, or the tokens and apps of one account).
 *
 * What every implementation promises, and the contract suite (contract.ts) checks:
 *
 * - Order. The commits of a space are applied in version order, each exactly its predecessor's version plus one.
 * - Atomicity. A watcher is shown a commit whole or not at all, whatever its size; a partly written commit is invisible
 *   until its head is written.
 * - Idempotence. Publishing a version that is already there changes nothing and answers `already`.
 * - Histories. A version counts within a history (history.ts). A commit of another history than the head's, or that follows another
 *   entry than the head's newest, is refused; so is a snapshot of another database, or of an epoch before the head's. What says nothing
 *   of its history was written by a former release, and is compared by what it says.
 * - No going back. What one watcher is shown never decreases in version but for a newer epoch, which ends the space first (`absent`);
 *   of a former release, a space that ended may begin again lower. A cache that came back with less than a watcher holds, from an old
 *   dump, shows it nothing until it has caught up.
 * - Staleness. A watcher that lost its connection, or holds more than the cache has, is told so at once (`cutOff`), catches up by
 *   itself without a gap, and is told when it is whole again (`live`).
 * - "Not there" is `null`; "could not ask" is a rejected promise with a `CacheUnavailable`. They are never confused.
 * - Cost. A publish costs in proportion to its changes, never to the size of the space.
 *
 * Receipts travel the other way and decide nothing.
 *
 * A technology that cannot do one of these says so in its own header: Workers KV has one writer a space, and pushes nothing.
 */
export interface FlagCache {
  /** Short name for logs and metrics: `memory`, `redis`, `nats`, `kv`. */
  readonly kind: string;

  /** Whether edges report here. Where they do not, `edges` is always empty and says nothing of how many there are. */
  readonly receipts: boolean;

  /** Where a space stands, or null if the cache does not have the space. */
  head(space: string): Promise<Position | null>;

  /**
   * Adds one commit. `applied`: the head was its predecessor and is now `commit.version`. `already`: the head is at or past it,
   * nothing changed. `gap`: the space is missing or behind the predecessor, nothing changed; the caller repairs with `replace`.
   * `other`: the head is not of the commit's history, nothing changed; see `judgeCommit`.
   */
  publish(space: string, commit: NewCommit): Promise<Published>;

  /**
   * Commits that follow each other, at the price of one, for caches that may be written rarely. Takes them from the first that is
   * missing and answers `applied` if there was one; `gap` or `other` if one did not follow (those before it are in).
   */
  publishAll?(space: string, commits: readonly NewCommit[]): Promise<Published>;

  /**
   * Makes a space exactly this snapshot, in one visible step: first fill, and repair. Entries not in it are removed. `already`: the head
   * is past it, nothing changed. `other`: the head is not for this database to replace, nothing changed; see `judgeSnapshot`.
   * `adopting`: a head of another database is replaced too, because a person said so.
   */
  replace(
    space: string,
    snapshot: Snapshot,
    options?: { readonly adopting: boolean },
  ): Promise<'replaced' | 'already' | 'other'>;

  /** A whole space at one version, or null if the cache does not have it. */
  load(space: string): Promise<Snapshot | null>;

  /**
   * Follows a space. The watcher is first given the present snapshot (or `absent`), then every commit in order. Resolves when the
   * first of these was delivered; rejects with `CacheUnavailable` if the cache cannot be reached now. After that the subscription
   * looks after itself until it is closed.
   *
   * `held`: what the watcher has already, from a disk. It is shown nothing that may not follow on it: until the cache has caught up
   * it is only told `cutOff`.
   */
  watch(space: string, watcher: Watcher, held?: Position): Promise<Subscription>;

  /**
   * Where nothing is pushed: reads now what the watchers of a space miss and shows it to them. Rejects with `CacheUnavailable`.
   * A cache without it looks after its watchers by itself.
   */
  pull?(space: string): Promise<void>;

  /**
   * Forgets a space (its app was deleted). Watchers are given `absent`. With an `identity` it leaves alone what another database wrote.
   */
  remove(space: string, identity?: string): Promise<void>;

  /**
   * An edge says it lives and what it has applied since it last said so (merged with what it said before). It leaves the
   * set by itself `EDGE_TTL_MS` after its last beat, and is silent from then on; when it beats again its life is a new one.
   */
  beat(edge: string, applied: ReadonlyMap<string, Position>): Promise<void>;

  /** The edge says goodbye, or somebody says that it will not come back: it leaves the set at once, and is not silent. */
  leave(edge: string): Promise<void>;

  /** The live edges and the version of the space each has applied (null: it holds nothing of the space). */
  edges(space: string): Promise<readonly EdgeReceipt[]>;

  /**
   * The edges that stopped beating without a goodbye and had something of the space: they may be cut off, and still serve that version.
   * One is forgotten `EDGE_KEPT_MS` after its last beat.
   */
  silentEdges(space: string): Promise<readonly EdgeReceipt[]>;

  /** Calls back soon after any receipt for the space arrived. What is called back may leave out the history; `edges` does not. */
  watchEdges(space: string, onReceipt: (receipt: EdgeReceipt) => void): Promise<Subscription>;

  /** Edges were shown these tokens (their ids). Told to who watches now and kept nowhere; what is lost is told again while they are used. */
  used(account: string, tokens: readonly string[]): Promise<void>;

  /** Calls back soon after edges were shown tokens of the account. */
  watchUses(account: string, onUsed: (tokens: readonly string[]) => void): Promise<Subscription>;

  /**
   * Files a report of what was counted (reports.ts) for the account's control plane. Resolves when it is kept: here, for an hour at
   * least, or where it was taken. `id` is the same for the same report, which may be kept twice all the same. Rejects with
   * `CacheUnavailable`. A cache without it, and without `watchReports`, takes none.
   */
  report?(account: string, id: string, text: string): Promise<void>;

  /**
   * Hands reports over in the order in which they were filed, each at least once: what `take` rejects comes again. One taker an
   * account at a time.
   */
  watchReports?(account: string, take: TakeReports): Promise<Subscription>;

  close(): Promise<void>;
}

/** Resolves when the reports need not be given again. */
export type TakeReports = (reports: readonly string[]) => Promise<void>;

export interface Change {
  readonly key: string;
  /** JSON text, or null: the key is deleted. */
  readonly value: string | null;
}

export interface Commit {
  /** ≥ 1. */
  readonly version: number;
  /** Each key at most once. */
  readonly changes: readonly Change[];
}

export type Published = 'applied' | 'already' | 'gap' | 'other';

/** A commit as its writer gives it, with where it belongs. */
export interface NewCommit extends Commit, Lineage {}

export interface Snapshot extends Position {
  /** ≥ 0; a space that exists and never had a commit is at 0. */
  readonly version: number;
  readonly entries: ReadonlyMap<string, string>;
}

export interface Watcher {
  /**
   * The whole space; first, and again whenever commits could not be had one by one. Its version never decreases, unless `absent`
   * came in between: then its epoch is a newer one, or a former release wrote it.
   */
  snapshot(snapshot: Snapshot): void;
  /** Exactly the next version of the same history. */
  commit(commit: Commit): void;
  /** The cache does not have the space (yet, or any more). A snapshot may follow. */
  absent(): void;
  /** What was delivered may be getting old: the connection is lost, or the cache itself is behind what the watcher has. */
  cutOff(why: CutOff): void;
  /** Everything up to the present was delivered. Sent after the first delivery and after each recovery. */
  live(): void;
}

export type CutOff = 'unreachable' | 'behind';

export interface Subscription {
  close(): Promise<void>;
}

export interface EdgeReceipt {
  readonly edge: string;
  readonly appliedVersion: number | null;
  /** Of what it applied; absent where it was not said. */
  readonly history?: History;
  /** Milliseconds since its last beat, by the cache's or the reader's clock, never the edge's. */
  readonly lastSeenMs: number;
}

export const EDGE_TTL_MS = 15_000;
/** How long one is remembered that fell silent. */
export const EDGE_KEPT_MS = 24 * 60 * 60 * 1_000;

/** Where an adapter says what happens to its connection, and that a watcher threw. */
export interface CacheLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** The cache could not be asked. Never means that something is not there. */
export class CacheUnavailable extends Error {
  override readonly name = 'CacheUnavailable';
}

/** The space that holds an app's flags: key → Flag as JSON. */
export const appSpace = (account: string, app: string): string => `app/${account}/${app}`;

/** The space that holds what edges need to know of an account; see account-space.ts for its keys. */
export const accountSpace = (account: string): string => `account/${account}`;
