import type {
  Commit,
  FiledReport,
  History,
  Lineage,
  Position,
  Snapshot,
  Subscription,
} from '@halyard/caches';
import type { Surroundings } from '@halyard/engine';
import type { Entity } from '../flags/references/integrity.ts';
import type { AccountLogEntry, AccountLogQuery, AccountNote } from '../model/account-log.ts';
import type { Account, App, AppChange, AppHead, ChainHead, DeletedApp, NewApp } from '../model/app.ts';
import type { Link, Named, Outlined } from '../model/carried.ts';
import type { Actor, Affected, ChangelogEntry } from '../model/changelog.ts';
import type { CommitRequest, Committed, Replayed, StoredAnswer, WriteInfo } from '../model/commit.ts';
import type { ContextBody, SavedContext } from '../model/context.ts';
import type { FlagDefinition, Stored, StoredFlag } from '../model/flag.ts';
import type { EnvironmentChange, NewEnvironment, NewProject, Project } from '../model/project.ts';
import type { SegmentDefinition, StoredSegment } from '../model/segment.ts';
import type { Origin, Session, SignInLink, SignIns } from '../model/session.ts';
import type { BrowserToken, NewToken, Token } from '../model/token.ts';
import type { ChangelogQuery, FlagQuery, Page, SegmentQuery, Stray } from './queries.ts';
import type { Tallies } from './tallies.ts';

export type * from './queries.ts';
export type * from './tallies.ts';
export type { FiledReport, Subscription };

/**
 * The truth. Two ports, because no transaction ever spans both: `Accounts` (accounts, apps, tokens, sessions) and `AppStore`
 * (flags, changelog, outbox, idempotency of one app), so that the second can be one Durable Object an app.
 *
 * Every implementation promises, and the contract suite (contract.ts) checks:
 * - A call that resolves is durable. A call that rejects wrote nothing.
 * - A commit is whole: flags, changelog entries with their hashes, app version, outbox row, idempotency record; or none of it.
 * - Commits of one app are serialized; its version grows by exactly one a commit, also with several processes on one database.
 * - Reads see every commit that was answered before they began.
 * - "Not there" is null; a database that cannot be asked is a `Problem` of kind `unavailable`.
 */
export interface Stores {
  readonly accounts: Accounts;
  /** No I/O; the app need not exist (reads are empty, commits are refused with `not_found`). */
  app(account: string, app: string): AppStore;
  /** Calls back soon after every commit on this database, whichever process made it. At least once; versions may be skipped. */
  onCommit(listener: (place: Place) => void): Subscription;
  /**
   * Runs `term` while this process is the one replicator of the database; starts it again when leadership was lost and won back.
   * The signal aborts when leadership is lost or the subscription closes.
   */
  lead(term: (signal: AbortSignal) => Promise<void>): Subscription;
  /** Who this database is. */
  identity(): Promise<Identity>;
  /** The places that have commits no one has delivered. */
  undelivered(): Promise<readonly Place[]>;
  /** How many commits there are in the outbox: those that no one has delivered, and the newest that were. */
  outboxSize(): Promise<number>;
  /** Resolves if the database answers, else rejects with `unavailable`. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

export interface Identity {
  /** Random, and the same for as long as the database lives, in its backups too. */
  readonly identity: string;
  /** It is older than identities: a head in a flag cache that says none may be its own. */
  readonly older: boolean;
}

/** Where a place stands in its history. */
export interface Standing extends Position {
  readonly history: History;
}

/** Where a commit happened: an app, or (app null) the account itself: its apps and tokens. */
export interface Place {
  readonly account: string;
  readonly app: string | null;
}

/** What the replicator reads: commits in the flag cache's own form. */
export interface Outbox {
  /** The version of the place; 0 before its first commit, null if the place does not exist. */
  version(): Promise<number | null>;
  /** The same with its history and the hash of the newest entry. */
  standing(): Promise<Standing | null>;
  /**
   * Undelivered commits after a version, oldest first. Gapless unless rows were already delivered and dropped. Ends before a commit
   * that is too large for the database to keep apart; a snapshot has what it changed.
   */
  commits(after: number, limit: number): Promise<readonly (Commit & Lineage)[]>;
  /** Everything the cache should hold, read at one version. */
  snapshot(): Promise<Snapshot | null>;
  /** Drops what was delivered, up to and including a version. */
  delivered(version: number): Promise<void>;
  /**
   * Begins a new epoch that orders after both of these, since what is here does not continue what edges were given. Does nothing if
   * the present epoch is not `from` any more: somebody else did it.
   */
  beginEpoch(from: string, above: string): Promise<void>;
}

export interface Accounts {
  /** Creates the account if it does not exist. Idempotent. */
  ensureAccount(account: string, at: string): Promise<void>;
  accounts(): Promise<readonly Account[]>;

  apps(account: string): Promise<readonly App[]>;
  app(account: string, app: string): Promise<App | null>;
  /** `conflict` if the name exists in the account, `limit` at 10,000 apps. */
  createApp(account: string, app: NewApp, write: WriteInfo): Promise<App>;
  /** What the change leaves out stays. The log gets `app_renamed` for a name alone, else `app_changed`. `not_found`, `conflict`. */
  changeApp(account: string, app: string, change: AppChange, write: WriteInfo): Promise<App>;
  /**
   * Removes the app with its flags, from its project too, and leaves an entry with the last hash in the account's log. Its changelog stays readable for 400
   * days, or goes too. Its name is free, its id is not while the changelog is kept. `not_found`; with `expired`, `conflict` where it
   * is not an environment whose time is over at `write.at`.
   */
  deleteApp(
    account: string,
    app: string,
    write: WriteInfo,
    history?: 'kept' | 'gone',
    only?: 'expired',
  ): Promise<void>;
  /** Those whose changelog is kept, last deleted first. */
  deletedApps(account: string): Promise<readonly DeletedApp[]>;
  /** Null: it lives, never was, or its changelog is gone. */
  deletedApp(account: string, app: string): Promise<DeletedApp | null>;
  /** Removes what is left of a deleted app, and notes it in the account's log. Nothing if there is nothing. */
  forgetApp(account: string, app: string, write: WriteInfo): Promise<void>;

  /** By name, each with its environments by rank and key. */
  projects(account: string): Promise<readonly Project[]>;
  /** By its id, else by its name. */
  project(account: string, project: string): Promise<Project | null>;
  /** With its environments, and the apps that are made for them. `conflict` if the name, or that of an app, exists; `limit`; as `addEnvironment`. */
  createProject(account: string, project: NewProject, write: WriteInfo): Promise<Project>;
  /** `not_found`, `conflict`. */
  renameProject(account: string, project: string, name: string, write: WriteInfo): Promise<Project>;
  /** Its apps stay. `not_found`. */
  deleteProject(account: string, project: string, write: WriteInfo): Promise<void>;
  /**
   * Makes the app, or takes one that is there. `not_found`; `conflict` if the key is taken or the app is an environment already; `limit` at
   * 20 lasting and 200 ephemeral ones.
   */
  addEnvironment(
    account: string,
    project: string,
    environment: NewEnvironment,
    write: WriteInfo,
  ): Promise<Project>;
  /** `not_found`; `limit`. Where it becomes production, failing tests refuse writes of its app from then on. */
  changeEnvironment(
    account: string,
    project: string,
    key: string,
    change: EnvironmentChange,
    write: WriteInfo,
  ): Promise<Project>;
  /** Its app stays. `not_found`. */
  removeEnvironment(account: string, project: string, key: string, write: WriteInfo): Promise<void>;
  /** Notes in the account's log, once, that an environment will expire. */
  announceExpiry(account: string, project: string, key: string, write: WriteInfo): Promise<void>;

  /** Newest first. */
  accountLog(account: string, query: AccountLogQuery): Promise<Page<AccountLogEntry>>;
  /** Where the log stands; null if there is no such account. */
  accountLogHead(account: string): Promise<ChainHead | null>;
  /** An entry of the log for what changes nothing in this store. */
  note(account: string, entry: AccountNote, write: WriteInfo): Promise<void>;

  tokens(account: string): Promise<readonly Token[]>;
  /** Of the tokens with `allowed_origins` that were not revoked: what a preflight is decided by. They may have expired. */
  browserTokens(account: string): Promise<readonly BrowserToken[]>;
  /** By the SHA-256 of the secret, hex. Revoked and expired tokens are still found: the caller judges. */
  tokenByHash(hash: string): Promise<Token | null>;
  token(account: string, id: string): Promise<Token | null>;
  /**
   * `invalid` if the name is not one (names.ts), `conflict` if a token that is neither revoked nor expired has a name that looks the
   * same, or this id or secret exists.
   *
   * @param reach the apps of who asks, as `app_ids` has them (default: all): the refusal names no token beyond them.
   */
  createToken(
    account: string,
    token: NewToken,
    write: WriteInfo,
    reach?: readonly string[] | null,
  ): Promise<Token>;
  /** Ends the token, its sessions and its sign-in links in one transaction. `not_found`. */
  revokeToken(account: string, id: string, write: WriteInfo): Promise<void>;
  /** Best effort, may be coalesced. */
  tokenUsed(id: string, at: string): Promise<void>;

  /** Notes in the account's log who signed in, and by what. `link`: the one that it was exchanged for. `not_found`. */
  createSession(session: Session, from: Origin, link: SignInLink | null): Promise<void>;
  session(hash: string): Promise<Session | null>;
  /** Notes in the account's log who signed out; nothing where there was no session. */
  deleteSession(hash: string, from: Origin): Promise<void>;

  /** Everything that lets somebody in, as it is stored, for the audit: what has expired may be among it. */
  signIns(account: string): Promise<SignIns>;

  /** Notes in the account's log who made it for whom. `not_found`. */
  createLink(link: Omit<SignInLink, 'created_by'>, write: WriteInfo): Promise<void>;
  /** Takes the link if it is there and unexpired at `now`: once, also with two replicas racing. Null otherwise. */
  consumeLink(hash: string, now: string): Promise<SignInLink | null>;

  /** The account's signing secret; the first caller's proposal is stored, everybody gets that one. Replicated to edges. */
  secret(account: string, proposal: string): Promise<string>;
  /** Puts the secret in the place of the one that is stored, at the edges too; false if it is that one. */
  replaceSecret(account: string, secret: string): Promise<boolean>;

  /** Remembered answers of writes outside an app (POST /apps, POST /tokens). */
  idempotency(account: string): Idempotency;

  /** The account's space: tokens (hashes of evaluate and config only), apps, secret; keys as in @halyard/caches account-space. */
  outbox(account: string): Outbox;
}

/** What comparing two apps asks of each; data in, data out. */
export interface Carriage {
  /** Every flag, and every segment, by key. */
  outline(): Promise<readonly Outlined[]>;
  /** Those that are there. */
  named(entities: readonly Entity[]): Promise<readonly Named[]>;
  /** Of each the newest entry that was carried over from `app`. */
  links(app: string, entities: readonly Entity[]): Promise<readonly Link[]>;
  /** What each was at a version of its own; what is not known any more, or was a deletion, is left out. */
  earlier(
    versions: readonly (Entity & { readonly version: number })[],
  ): Promise<readonly (readonly [Entity, FlagDefinition | SegmentDefinition])[]>;
}

export interface AppStore extends Carriage {
  flag(key: string): Promise<StoredFlag | null>;
  /** Ordered by key, after a key; prefix (keyset) pagination, never offset. */
  flags(query: FlagQuery): Promise<Page<StoredFlag>>;
  /**
   * Every segment, and then every flag, at one version, each ordered by key, read in pages of as many. Nothing is held between two pages,
   * so that they may be taken as slowly as one likes. `not_found` if the app is deleted meanwhile.
   */
  everything(page?: number): AsyncIterable<Stored>;
  flagCount(): Promise<number>;
  /** Newest first. */
  changelog(query: ChangelogQuery): Promise<Page<ChangelogEntry>>;
  entry(id: string): Promise<ChangelogEntry | null>;

  segment(key: string): Promise<StoredSegment | null>;
  /** Ordered by key, after a key. */
  segments(query: SegmentQuery): Promise<Page<StoredSegment>>;
  /** What reaches a flag or a segment, through whatever lies between: flags with their rules, and segments, by key. */
  reaching(entity: Entity): Promise<Reaching>;
  /** The flag or segment and everything it reaches, as it now is: what it is evaluated among. */
  surroundings(entities: readonly Entity[]): Promise<Surroundings>;
  /**
   * What was changed, without what it was changed to: the newest entries whose number is above `after`, newest first. Costs nothing of
   * the flags' size, so that it may be read for every commit.
   */
  news(query: { readonly after: number; readonly limit: number }): Promise<readonly News[]>;
  /** Oldest first, for verification and export. */
  everyEntry(): AsyncIterable<ChangelogEntry>;
  /** Where the app says its changelog stands, also one of a deleted app that is kept; null: there is none. */
  head(): Promise<AppHead | null>;

  /**
   * What is kept beside the definitions to find flags and segments by, and does not follow from them: nothing, unless somebody wrote into
   * the database. For the audit.
   */
  strays(): AsyncIterable<Stray>;

  /** What people keep to see what a change does to it; by name, at most 200. */
  contexts(): Promise<readonly SavedContext[]>;
  /** No commit: it changes no answer, and leaves no entry. `not_found` if the app does not exist, `limit` past 200. */
  saveContext(name: string, context: ContextBody, write: WriteInfo): Promise<SavedContext>;
  /** Whether there was one. */
  deleteContext(name: string): Promise<boolean>;

  /**
   * Decides and writes one commit. `decide` is pure and is given the named flags as they are inside the transaction (it may be run
   * again if the database asks for a retry); what it throws rolls back and reaches the caller. No changes: nothing is written,
   * versions stay. `not_found` if the app does not exist, `limit` past 100,000 flags.
   */
  commit<A>(request: CommitRequest<A>): Promise<Committed<A> | Replayed>;

  readonly outbox: Outbox;
  readonly tallies: Tallies;
}

/** A changelog entry in a few words. */
export interface News {
  /** The entry's number in the app: 1, 2, 3 … */
  readonly seq: number;
  readonly flag_key: string;
  readonly app_version: number;
  readonly at: string;
  readonly actor: Actor;
  readonly comment: string | null;
}

/** Answers are kept 24 hours. A key under way is waited for; the same key with another fingerprint is `conflict`. */
export interface Idempotency {
  run(
    request: { readonly key: string; readonly fingerprint: string; readonly at: string },
    first: () => Promise<StoredAnswer>,
  ): Promise<StoredAnswer>;
}

export interface Reaching {
  readonly flags: readonly Affected[];
  readonly segments: readonly string[];
}
