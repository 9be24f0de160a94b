import { accountSpace, appKey, otherTokenKey, type Position, SECRET_KEY, tokenKey } from '@halyard/caches';
import { formsOfOrigin } from '@halyard/caches/access';
import { LRUCache } from 'lru-cache';
import { type Caller, callerOf } from '../entry/caller.ts';
import { OtherTokens } from '../entry/other-tokens.ts';
import { grantIn, secretIn } from './entries.ts';
import { FollowedSpace, type FollowOptions } from './followed-space.ts';

/** Verified secrets remembered: hashing one costs as much as the rest of a request. */
const REMEMBERED = 10_000;
const TOKEN_PREFIX = tokenKey('');
const OTHER_PREFIX = otherTokenKey('');
const APP_PREFIX = appKey('');

export interface AccountListener {
  /** The apps of the account may have changed. */
  onApps(): void;
  /** Tokens may have been revoked. */
  onTokens(): void;
  onPosition(position: Position): void;
  onLive(): void;
}

/** What is known of a secret. */
export type Verdict =
  | { readonly kind: 'caller'; readonly caller: Caller }
  /** It starts as that of a token that edges do not accept. */
  | { readonly kind: 'other' }
  | { readonly kind: 'unknown' }
  /** The tokens were never had, or may be old: a good token may be missing. */
  | { readonly kind: 'unsure' };

/** What this edge knows of its account: tokens, apps, and the secret that signs stream tickets. */
export class Account {
  readonly id: string;
  readonly #space: FollowedSpace;
  readonly #listener: AccountListener;
  readonly #now: () => number;
  readonly #byHash = new Map<string, Caller>();
  readonly #byId = new Map<string, Caller>();
  readonly #others: OtherTokens;
  readonly #remembered = new LRUCache<string, Caller>({ max: REMEMBERED });
  readonly #apps = new Set<string>();
  #origins: Map<string, 'all' | Set<string>> | null = null;
  #secret: string | null = null;
  #lives = 0;

  constructor(id: string, options: FollowOptions, listener: AccountListener) {
    this.id = id;
    this.#listener = listener;
    this.#now = options.now;
    this.#others = new OtherTokens(options.now);
    this.#space = new FollowedSpace(accountSpace(id), options, {
      reset: (entries) => {
        this.#byHash.clear();
        this.#byId.clear();
        this.#others.clear();
        this.#apps.clear();
        this.#secret = null;
        for (const [key, value] of entries) this.#take(key, value);
        this.#changed();
      },
      change: ({ changes }) => {
        for (const { key, value } of changes) this.#take(key, value);
        this.#changed();
      },
      live: () => {
        this.#lives += 1;
        listener.onLive();
      },
    });
  }

  /** Whether the account was ever loaded: before that, a token cannot be called unknown. */
  get loaded(): boolean {
    return this.#space.version !== null;
  }

  /** Whether what is held is known to be what the cache has. */
  get isCurrent(): boolean {
    return this.loaded && this.staleSeconds === null;
  }

  get version(): number | null {
    return this.#space.version;
  }

  /** The version with its history; null until the account was loaded. */
  get position(): Position | null {
    return this.#space.position;
  }

  get space(): string {
    return this.#space.space;
  }

  get staleSeconds(): number | null {
    return this.#space.staleSeconds;
  }

  get connected(): boolean {
    return this.#space.connected;
  }

  /** How often the cache was found again after it was lost. */
  get reconnects(): number {
    return Math.max(0, this.#lives - 1);
  }

  get secret(): string | null {
    return this.#secret;
  }

  get apps(): ReadonlySet<string> {
    return this.#apps;
  }

  /** Resolves when the account is loaded, from the cache or the disk, or after `timeoutMs`. */
  async start(timeoutMs: number): Promise<void> {
    this.#space.start();
    await this.#space.ready(timeoutMs);
  }

  close(): Promise<void> {
    return this.#space.close();
  }

  /** Whether the app exists; waits a moment for the news of one that was created just now. */
  async hasAppSoon(app: string, timeoutMs: number): Promise<boolean> {
    const deadline = performance.now() + timeoutMs;
    while (!this.#apps.has(app)) {
      const left = deadline - performance.now();
      if (left <= 0) return false;
      await this.#space.nextChange(left);
    }
    return true;
  }

  /** A caller that was verified before; expiry is for the one who asks. */
  remembered(secret: string): Caller | undefined {
    return this.#remembered.get(secret);
  }

  /** Checks a secret against the replicated hashes, and remembers it if it is good. */
  async verify(secret: string): Promise<Verdict> {
    const hash = await sha256(secret);
    // From here on without a pause: what is held now decides, whatever came while the hash was computed.
    const caller = this.#byHash.get(hash);
    if (caller !== undefined) {
      this.#remembered.set(secret, caller);
      return { kind: 'caller', caller };
    }
    if (this.#others.has(hash)) return { kind: 'other' };
    return { kind: this.isCurrent ? 'unknown' : 'unsure' };
  }

  /** Whether a token that edges do not accept may still live: false only if it is known to have ended. */
  otherMayLive(id: string): boolean {
    // The operator of an edge is in no account.
    return id === '' || this.staleSeconds !== null || this.#others.mayLive(id);
  }

  /** The replicated token of this id, unless it is revoked or expired. */
  token(id: string): Caller | null {
    const caller = this.#byId.get(id);
    return caller === undefined || caller.expiresAt <= this.#now() ? null : caller;
  }

  /** Whether any token (of the app, if one is named) allows the origin. */
  allowsOrigin(origin: string, app: string | null): boolean {
    this.#origins ??= this.#indexOrigins();
    for (const form of formsOfOrigin(origin)) {
      const apps = this.#origins.get(form);
      if (apps !== undefined && (app === null || apps === 'all' || apps.has(app))) return true;
    }
    return false;
  }

  #take(key: string, value: string | null): void {
    if (key.startsWith(TOKEN_PREFIX)) this.#takeToken(key.slice(TOKEN_PREFIX.length), value);
    else if (key.startsWith(OTHER_PREFIX)) this.#others.take(key.slice(OTHER_PREFIX.length), value);
    else if (key.startsWith(APP_PREFIX)) {
      const app = key.slice(APP_PREFIX.length);
      if (value === null) this.#apps.delete(app);
      else this.#apps.add(app);
    } else if (key === SECRET_KEY) this.#secret = secretIn(value);
  }

  #takeToken(hash: string, value: string | null): void {
    const known = this.#byHash.get(hash);
    if (known !== undefined) {
      this.#byHash.delete(hash);
      this.#byId.delete(known.grant.token_id);
    }
    const grant = value === null ? null : grantIn(value, this.id);
    if (grant === null) return;
    const caller = callerOf(grant, true);
    this.#byHash.set(hash, caller);
    this.#byId.set(grant.token_id, caller);
  }

  #changed(): void {
    this.#remembered.clear();
    this.#origins = null;
    this.#listener.onApps();
    this.#listener.onTokens();
    if (this.position !== null) this.#listener.onPosition(this.position);
  }

  #indexOrigins(): Map<string, 'all' | Set<string>> {
    const index = new Map<string, 'all' | Set<string>>();
    for (const { origins, apps, expiresAt } of this.#byHash.values()) {
      if (expiresAt <= this.#now()) continue;
      for (const origin of origins ?? []) {
        const known = index.get(origin) ?? new Set();
        if (apps === null || known === 'all') index.set(origin, 'all');
        else index.set(origin, new Set([...known, ...apps]));
      }
    }
    return index;
  }
}

const sha256 = async (text: string): Promise<string> => {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
};
