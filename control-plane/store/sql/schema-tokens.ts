import type { Permission } from '../../model/permission.ts';
import type { Bit } from './schema.ts';

export interface TokenTable {
  id: string;
  account: string;
  hash: string;
  name: string;
  permission: Permission;
  app_ids: string | null;
  allowed_origins: string | null;
  expires_at: string | null;
  created_at: string;
  created_by: string;
  last_used_at: string | null;
  revoked_at: string | null;
  /** It is in the account's space now. */
  replicated: Bit;
}

export interface SessionTable {
  hash: string;
  account: string;
  token_id: string;
  created_at: string;
  expires_at: string;
}

export interface SignInLinkTable {
  hash: string;
  account: string;
  token_id: string;
  expires_at: string;
  /** Who made it, by name; null: an older release did not say. */
  created_by: string | null;
}
