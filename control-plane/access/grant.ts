import type { Permission } from '../model/permission.ts';
import type { Token } from '../model/token.ts';

/** What a verified secret may do. */
export interface Grant {
  readonly account: string;
  readonly token_id: string;
  /** The actor in the audit trail. */
  readonly name: string;
  readonly permission: Permission;
  /** Null: every app of the account. */
  readonly app_ids: readonly string[] | null;
  /** Not null: a browser token; its `Origin` is checked. */
  readonly allowed_origins: readonly string[] | null;
  /** ISO 8601. */
  readonly expires_at: string | null;
}

export const grantOf = (token: Token): Grant => ({
  account: token.account,
  token_id: token.id,
  name: token.name,
  permission: token.permission,
  app_ids: token.app_ids,
  allowed_origins: token.allowed_origins,
  expires_at: token.expires_at,
});

export const coversApp = (grant: Pick<Grant, 'app_ids'>, app: string): boolean =>
  grant.app_ids === null || grant.app_ids.includes(app);
