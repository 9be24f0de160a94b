import type { Permission } from './permission.ts';

export interface NewToken {
  readonly id: string;
  /** SHA-256 of the secret, hex. The secret itself is never given to the store. */
  readonly hash: string;
  readonly name: string;
  readonly permission: Permission;
  /** Null: every app of the account. */
  readonly app_ids: readonly string[] | null;
  /** Not null: a browser token. */
  readonly allowed_origins: readonly string[] | null;
  readonly expires_at: string | null;
}

export interface Token extends NewToken {
  readonly account: string;
  readonly created_at: string;
  readonly created_by: string;
  readonly last_used_at: string | null;
  readonly revoked_at: string | null;
}

export interface BrowserToken extends Pick<Token, 'app_ids' | 'expires_at'> {
  readonly allowed_origins: readonly string[];
}
