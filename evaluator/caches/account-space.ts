/**
 * The account's own space: what an edge must know to check a token and to tell an app that does not exist from one it
 * has not loaded. Keys: `token/{sha-256 of the secret, hex}` → TokenEntry, `app/{app id}` → AppEntry, `secret` → SecretEntry.
 */

/** Only `evaluate` and `config` tokens are replicated, and only the hash of their secret. */
export interface TokenEntry {
  readonly id: string;
  readonly name: string;
  readonly permission: 'evaluate' | 'config';
  /** Absent: every app of the account. */
  readonly app_ids?: readonly string[];
  /** Present: a browser token; its `Origin` is checked and flags with `client_side: false` do not exist for it. */
  readonly allowed_origins?: readonly string[];
  /** ISO 8601. */
  readonly expires_at?: string;
}

export interface AppEntry {
  readonly id: string;
  readonly name: string;
}

/** Signs stream tickets; shared by the control plane and every edge. */
export interface SecretEntry {
  readonly secret: string;
}

export const tokenKey = (hash: string): string => `token/${hash}`;
export const appKey = (app: string): string => `app/${app}`;
export const SECRET_KEY = 'secret';
