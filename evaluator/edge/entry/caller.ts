import { allowedOrigin, formsOfOrigin } from '@halyard/caches/access';
import { allows, type Permission } from '@halyard/caches/permissions';
import type { Grant } from '../options.ts';

/** A grant, prepared for being checked on every request. */
export interface Caller {
  readonly grant: Grant;
  /** Null: every app of the account. */
  readonly apps: ReadonlySet<string> | null;
  /** The app that a base URL without one means; null if the token is for several. */
  readonly onlyApp: string | null;
  /** Not null: a browser token. In the form of `allowedOrigin`; ask `mayFrom`. */
  readonly origins: ReadonlySet<string> | null;
  /** Epoch milliseconds; infinity for never. */
  readonly expiresAt: number;
  /** Known from the replicated hashes, so that its revocation will be seen here. */
  readonly replicated: boolean;
  /** Epoch milliseconds; when it was last told that the token is in use. */
  toldAt: number;
}

export const callerOf = (grant: Grant, replicated: boolean): Caller => ({
  grant,
  apps: grant.app_ids === null ? null : new Set(grant.app_ids),
  onlyApp: grant.app_ids?.length === 1 ? (grant.app_ids[0] ?? null) : null,
  origins:
    grant.allowed_origins === null
      ? null
      : new Set(grant.allowed_origins.map((origin) => allowedOrigin(origin) ?? origin)),
  expiresAt: grant.expires_at === null ? Number.POSITIVE_INFINITY : Date.parse(grant.expires_at),
  replicated,
  toldAt: Number.NEGATIVE_INFINITY,
});

/** Whether a page of the origin may use a token of these origins. */
export const mayFrom = (origins: ReadonlySet<string>, origin: string): boolean =>
  (origins.has(origin) && !origin.includes('*')) || formsOfOrigin(origin).some((form) => origins.has(form));

export const may = (caller: Caller, permission: Permission): boolean =>
  allows(caller.grant.permission, permission);
