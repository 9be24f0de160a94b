import type { EdgePermission, Permission } from './permissions.ts';

/**
 * The account's own space: what an edge must know to check a token and to tell an app that does not exist from one it
 * has not loaded. Keys: `token/{sha-256 of the secret, hex}` → TokenEntry, `other/{token id}` → OtherTokenEntry, `app/{app id}` →
 * AppEntry, `secret` → SecretEntry. A reader leaves alone what it does not know.
 */

/** Only `evaluate` and `config` tokens are replicated, and only the hash of their secret. */
export interface TokenEntry {
  readonly id: string;
  readonly name: string;
  readonly permission: EdgePermission;
  /** Absent: every app of the account. */
  readonly app_ids?: readonly string[];
  /** Present: a browser token; its `Origin` is checked and flags with `client_side: false` do not exist for it. */
  readonly allowed_origins?: readonly string[];
  /** ISO 8601. */
  readonly expires_at?: string;
}

/**
 * A living token that edges do not accept. They tell who shows one what it is, and end the streams that its tickets opened when it ends.
 *
 * An edge's memory and disk are in more hands than the database, and an operator may have chosen the secret (HALYARD_ADMIN_TOKEN), so
 * its hash must not be there to be guessed at. Sixteen bits of it let an edge tell its holder from a stranger, and fit one guess in
 * 65,536: no list of likely secrets becomes short enough to be tried.
 */
export interface OtherTokenEntry {
  readonly id: string;
  readonly permission: Exclude<Permission, EdgePermission>;
  /** As `hashStart` cuts it. */
  readonly hash_start: string;
  /** ISO 8601. */
  readonly expires_at?: string;
}

export interface AppEntry {
  readonly id: string;
  readonly name: string;
  /** The key of the environment that it is of a project. */
  readonly environment?: string;
}

/** Signs stream tickets; shared by the control plane and every edge. */
export interface SecretEntry {
  readonly secret: string;
}

export const tokenKey = (hash: string): string => `token/${hash}`;
export const otherTokenKey = (id: string): string => `other/${id}`;
export const hashStart = (hash: string): string => hash.slice(0, 4);
export const appKey = (app: string): string => `app/${app}`;
export const SECRET_KEY = 'secret';
