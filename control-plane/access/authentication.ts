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
  grant: Grant;
  expiresMs: number;
  checkedMs: number;
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
export const createAuthenticator = ({ accounts, now, onError }: AuthenticatorOptions): Authenticator => {
  // Apart, so that a remembered token is no session cookie and the reverse.
  const tokens = new Map<string, Verified>();
  const sessions = new Map<string, Verified>();
  const usedAt = new Map<string, number>();
  const forgetting = new Set<() => void>();
  // An answer that was on its way when everything was forgotten must not be remembered.
  let generation = 0;

  const remember = (verified: Map<string, Verified>, secret: string, entry: Verified): void => {
    verified.delete(secret);
    if (verified.size >= REMEMBERED) {
      const oldest = verified.keys().next();
      if (oldest.done !== true) verified.delete(oldest.value);
    }
    verified.set(secret, entry);
  };

  const used = (token: string, at: number): void => {
    if (at - (usedAt.get(token) ?? Number.NEGATIVE_INFINITY) < USED_EVERY_MS) return;
    if (usedAt.size >= REMEMBERED) usedAt.clear();
    usedAt.set(token, at);
    accounts.tokenUsed(token, new Date(at).toISOString()).catch(onError);
  };

  const look = async (
    verified: Map<string, Verified>,
    secret: string,
    find: (hash: string) => Promise<{ token: Token; endsMs: number } | null>,
  ): Promise<Grant | Expired | null> => {
    const at = now();
    const known = verified.get(secret);
    if (known !== undefined) {
      if (at >= known.expiresMs || at >= known.sessionEndsMs) {
        verified.delete(secret);
        return 'expired';
      }
      if (at - known.checkedMs < RECHECK_MS) {
        used(known.grant.token_id, at);
        return known.grant;
      }
    }
    const asked = generation;
    const hash = known?.hash ?? (await sha256Hex(secret));
    const found = await find(hash);
    if (found === null || found.token.revoked_at !== null) {
      verified.delete(secret);
      return null;
    }
    const grant = grantOf(found.token);
    const expiresMs = grant.expires_at === null ? Number.POSITIVE_INFINITY : Date.parse(grant.expires_at);
    const sessionEndsMs = found.endsMs;
    if (at >= expiresMs || at >= sessionEndsMs) {
      verified.delete(secret);
      return 'expired';
    }
    if (asked === generation)
      remember(verified, secret, { hash, grant, expiresMs, sessionEndsMs, checkedMs: at });
    used(grant.token_id, at);
    return grant;
  };

  const token: Authenticator['token'] = (secret) =>
    look(tokens, secret, async (hash) => {
      const found = await accounts.tokenByHash(hash);
      return found !== null && sameSecret(found.hash, hash)
        ? { token: found, endsMs: Number.POSITIVE_INFINITY }
        : null;
    });

  const session: Authenticator['session'] = (secret) =>
    look(sessions, secret, async (hash) => {
      const found = await accounts.session(hash);
      if (found === null || !sameSecret(found.hash, hash)) return null;
      const owner = await accounts.token(found.account, found.token_id);
      return owner === null ? null : { token: owner, endsMs: Date.parse(found.expires_at) };
    });

  return {
    token,
    session,

    async verify({ via, secret }) {
      (via === 'token' ? tokens : sessions).delete(secret);
      const found = await (via === 'token' ? token(secret) : session(secret));
      return found !== null && found !== 'expired';
    },

    forget() {
      generation++;
      tokens.clear();
      sessions.clear();
      for (const listener of [...forgetting]) listener();
    },

    onForget(listener) {
      const own = (): void => listener();
      forgetting.add(own);
      return {
        async close() {
          forgetting.delete(own);
        },
      };
    },
  };
};
