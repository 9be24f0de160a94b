import { isEdgePermission } from '@halyard/caches/permissions';
import type { Grant } from '../options.ts';

const record = (value: unknown): Readonly<Record<string, unknown>> | null =>
  // The assertion only says that a property of it may be asked for.
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : null;

const parsed = (text: string): Readonly<Record<string, unknown>> | null => {
  try {
    return record(JSON.parse(text));
  } catch {
    return null;
  }
};

const strings = (value: unknown): readonly string[] | null =>
  Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : null;

/** A token entry that cannot be understood allows nothing: a newer release may restrict it in a way unknown here. */
export const grantIn = (text: string, account: string): Grant | null => {
  const entry = parsed(text);
  if (entry === null) return null;
  const { id, name, permission, app_ids, allowed_origins, expires_at } = entry;
  if (typeof id !== 'string' || typeof name !== 'string') return null;
  if (!isEdgePermission(permission)) return null;
  const apps = app_ids === undefined || app_ids === null ? null : strings(app_ids);
  const origins = allowed_origins === undefined || allowed_origins === null ? null : strings(allowed_origins);
  const expires = expires_at === undefined || expires_at === null ? null : expires_at;
  if (apps === null && app_ids !== undefined && app_ids !== null) return null;
  if (origins === null && allowed_origins !== undefined && allowed_origins !== null) return null;
  if (expires !== null && (typeof expires !== 'string' || Number.isNaN(Date.parse(expires)))) return null;
  return {
    account,
    token_id: id,
    name,
    permission,
    app_ids: apps,
    allowed_origins: origins,
    expires_at: expires,
  };
};

export const secretIn = (text: string | null): string | null => {
  const secret = text === null ? null : parsed(text)?.['secret'];
  return typeof secret === 'string' && secret !== '' ? secret : null;
};

/** What is known of a token that edges do not accept; null if its entry cannot be understood. */
export interface OtherToken {
  readonly hashStart: string;
  /** Epoch milliseconds; infinity for never. */
  readonly expiresAt: number;
}

export const otherTokenIn = (text: string): OtherToken | null => {
  const { hash_start: hashStart, expires_at } = parsed(text) ?? {};
  if (typeof hashStart !== 'string' || hashStart === '') return null;
  const expiresAt = typeof expires_at === 'string' ? Date.parse(expires_at) : Number.POSITIVE_INFINITY;
  return Number.isNaN(expiresAt) ? null : { hashStart, expiresAt };
};
