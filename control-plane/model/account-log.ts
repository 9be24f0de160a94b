import type { Actor } from './changelog.ts';

/** What the account's log tells of. */
export const ACCOUNT_EVENTS = [
  'app_created',
  'app_renamed',
  'app_changed',
  'app_deleted',
  'app_forgotten',
  'project_created',
  'project_changed',
  'project_deleted',
  'environment_added',
  'environment_changed',
  'environment_expiring',
  'environment_removed',
  'token_created',
  'token_revoked',
  'link_created',
  'signed_in',
  'signed_out',
  'database_restored',
  'cache_adopted',
  'edge_dismissed',
] as const;
export type AccountEvent = (typeof ACCOUNT_EVENTS)[number];

export interface AccountLogEntry {
  /** 1, 2, 3 … in the account. */
  readonly id: string;
  readonly event: AccountEvent;
  /** ISO 8601. */
  readonly at: string;
  readonly actor: Actor;
  /** Null: the machine of the control plane itself, or an entry of an older release. */
  readonly address: string | null;
  readonly comment: string | null;
  readonly detail: AccountDetail;
  /** SHA-256, hex, over the RFC 8785 form of the entry without `hash`, together with the previous entry's hash. */
  readonly hash: string;
}

export type AccountNote = Pick<AccountLogEntry, 'event' | 'detail'>;

export type AccountDetail = Readonly<
  Record<string, string | number | boolean | readonly string[] | AppDiff | null>
>;

/** Of `app_changed`: every field that is another one now. */
export type AppDiff = Readonly<Record<string, { readonly from: AppField; readonly to: AppField }>>;

type AppField = string | boolean;

export interface AccountLogQuery {
  readonly limit: number;
  readonly after?: string;
  /** Any of these. */
  readonly events?: readonly AccountEvent[];
  /** Actor name. */
  readonly actor?: string;
  /** ISO 8601, inclusive. */
  readonly since?: string;
  readonly until?: string;
}
