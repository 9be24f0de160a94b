import type { Token } from '../model/token.ts';
import type { Accounts, Subscription } from '../store/port.ts';
import { type Grant, grantOf } from './grant.ts';
import { sameSecret, sha256Hex } from './secret.ts';

/** A verified secret is believed this long before the store is asked again: the bound on a revocation another replica made. */
const RECHECK_MS = 2_000;
/** The last use of a token is written at most this often. */
const USED_EVERY_MS = 60_000;
const REMEMBERED = 10_000;

interface Verified {
  readonly hash: string;
  readonly grant: Grant;
  readonly expiresMs: number;
  readonly checkedMs: number;
  /** Ends with a session even though its token lives on. */
  readonly sessionEndsMs: number;
}

/** The secret was good until its time was over: whoever has it did not guess. */
export type Expired = 'expired';

/** What a caller proved who it is with. */
export interface Credential {
  readonly via: 'token' | 'session';
  readonly secret: string;
}

export interface Authenticator {
  /** The grant of a token's secret; null if it is unknown or revoked. Rejects with `unavailable`. */
  token(secret: string): Promise<Grant | Expired | null>;
  /** The grant of a session cookie's value: its token's, while both live. */
  session(secret: string): Promise<Grant | Expired | null>;
  /** Whether the secret is good by the store's word, whatever is remembered of it. */
  verify(credential: Credential): Promise<boolean>;
  /** Everything is asked of the store again: a token was revoked or a session ended. */
  forget(): void;
  /** Called after everything was forgotten: what goes on with a secret asks again whether it may. */
  onForget(listener: () => void): Subscription;
}

export interface AuthenticatorOptions {
  readonly accounts: Pick<Accounts, 'tokenByHash' | 'token' | 'session' | 'tokenUsed'>;
  readonly now: () => number;
  /** Told when a last use could not be written; the request goes on. */
  readonly onError: (error: unknown) => void;
}

/** Secrets are hashed once and then remembered in memory: hashing and asking cost as much as the rest of a request. */
export const createAuthenticator = (options: AuthenticatorOptions): Authenticator =>
  new RememberingAuthenticator(options);

/** A token as the store has it, and when the session ends that leads to it. */
interface Found {
  readonly token: Token;
  readonly endsMs: number;
}

class RememberingAuthenticator implements Authenticator {
  readonly #options: AuthenticatorOptions;
  // Apart, so that a remembered token is no session cookie and the reverse.
  readonly #tokens = new Map<string, Verified>();
  readonly #sessions = new Map<string, Verified>();
  readonly #usedAt = new Map<string, number>();
  readonly #forgetting = new Set<() => void>();
  // An answer that was on its way when everything was forgotten must not be remembered.
  #generation = 0;

  constructor(options: AuthenticatorOptions) {
    this.#options = options;
  }

  token(secret: string): Promise<Grant | Expired | null> {
    return this.#look(this.#tokens, secret, async (hash) => {
      const found = await this.#options.accounts.tokenByHash(hash);
      return found !== null && sameSecret(found.hash, hash)
        ? { token: found, endsMs: Number.POSITIVE_INFINITY }
        : null;
    });
  }

  session(secret: string): Promise<Grant | Expired | null> {
    const { accounts } = this.#options;
    return this.#look(this.#sessions, secret, async (hash) => {
      const found = await accounts.session(hash);
      if (found === null || !sameSecret(found.hash, hash)) return null;
      const owner = await accounts.token(found.account, found.token_id);
      return owner === null ? null : { token: owner, endsMs: Date.parse(found.expires_at) };
    });
  }

  async verify({ via, secret }: Credential): Promise<boolean> {
    (via === 'token' ? this.#tokens : this.#sessions).delete(secret);
    const found = await (via === 'token' ? this.token(secret) : this.session(secret));
    return found !== null && found !== 'expired';
  }

  forget(): void {
    this.#generation++;
    this.#tokens.clear();
    this.#sessions.clear();
    for (const listener of [...this.#forgetting]) listener();
  }

  onForget(listener: () => void): Subscription {
    const own = (): void => listener();
    this.#forgetting.add(own);
    return {
      close: async () => {
        this.#forgetting.delete(own);
      },
    };
  }

  async #look(
    verified: Map<string, Verified>,
    secret: string,
    find: (hash: string) => Promise<Found | null>,
  ): Promise<Grant | Expired | null> {
    const at = this.#options.now();
    const known = verified.get(secret);
    if (known !== undefined) {
      if (isOver(known, at)) {
        verified.delete(secret);
        return 'expired';
      }
      if (at - known.checkedMs < RECHECK_MS) {
        this.#used(known.grant.token_id, at);
        return known.grant;
      }
    }
    const asked = this.#generation;
    const hash = known?.hash ?? (await sha256Hex(secret));
    const found = await find(hash);
    if (found === null || found.token.revoked_at !== null) {
      verified.delete(secret);
      return null;
    }
    const entry = verifiedOf(hash, found, at);
    if (isOver(entry, at)) {
      verified.delete(secret);
      return 'expired';
    }
    if (asked === this.#generation) remember(verified, secret, entry);
    this.#used(entry.grant.token_id, at);
    return entry.grant;
  }

  #used(token: string, at: number): void {
    if (at - (this.#usedAt.get(token) ?? Number.NEGATIVE_INFINITY) < USED_EVERY_MS) return;
    if (this.#usedAt.size >= REMEMBERED) this.#usedAt.clear();
    this.#usedAt.set(token, at);
    const { accounts, onError } = this.#options;
    accounts.tokenUsed(token, new Date(at).toISOString()).catch(onError);
  }
}

const isOver = ({ expiresMs, sessionEndsMs }: Verified, at: number): boolean =>
  at >= expiresMs || at >= sessionEndsMs;

const verifiedOf = (hash: string, { token, endsMs }: Found, checkedMs: number): Verified => {
  const grant = grantOf(token);
  const expiresMs = grant.expires_at === null ? Number.POSITIVE_INFINITY : Date.parse(grant.expires_at);
  return { hash, grant, expiresMs, checkedMs, sessionEndsMs: endsMs };
};

const remember = (verified: Map<string, Verified>, secret: string, entry: Verified): void => {
  verified.delete(secret);
  if (verified.size >= REMEMBERED) {
    const oldest = verified.keys().next();
    if (oldest.done !== true) verified.delete(oldest.value);
  }
  verified.set(secret, entry);
};
