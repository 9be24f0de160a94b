import { type Change, type TokenEntry, tokenKey } from '@halyard/caches';
import type { Kysely, Selectable } from 'kysely';
import type { NewToken } from './port.ts';
import type { Schema, TokenTable } from './schema.ts';

/** What edges know of a token; null for the ones they never hear of. */
export const tokenEntry = (token: Omit<NewToken, 'hash'>): TokenEntry | null => {
  const { id, name, permission, app_ids, allowed_origins, expires_at } = token;
  if (permission !== 'evaluate' && permission !== 'config') return null;
  return {
    id,
    name,
    permission,
    ...(app_ids === null ? {} : { app_ids }),
    ...(allowed_origins === null ? {} : { allowed_origins }),
    ...(expires_at === null ? {} : { expires_at }),
  };
};

/** Tokens that expired leave the account's space with its next commit; until then edges judge `expires_at` themselves. */
export const expireTokens = async (
  db: Kysely<Schema>,
  account: string,
  at: string,
  besides: readonly Change[],
): Promise<readonly Change[]> => {
  const rows = await db
    .selectFrom('token')
    .select('hash')
    .where('account', '=', account)
    .where('replicated', '=', 1)
    .where('expires_at', '<=', at)
    .execute();
  if (rows.length === 0) return [];
  const hashes = rows.map((row) => row.hash);
  await db.updateTable('token').set({ replicated: 0 }).where('hash', 'in', hashes).execute();
  return hashes
    .map(tokenKey)
    .filter((key) => !besides.some((change) => change.key === key))
    .map((key) => ({ key, value: null }));
};

/** The `token/…` part of the account's space. */
export const tokenEntries = async (
  db: Kysely<Schema>,
  account: string,
  at: string,
): Promise<ReadonlyMap<string, string>> => {
  const rows = await db
    .selectFrom('token')
    .selectAll()
    .where('account', '=', account)
    .where('replicated', '=', 1)
    .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', at)]))
    .execute();
  const entries = new Map<string, string>();
  for (const row of rows) {
    const entry = tokenEntry(listsOf(row));
    if (entry !== null) entries.set(tokenKey(row.hash), JSON.stringify(entry));
  }
  return entries;
};

/** The row with its JSON columns read; they were written by tokens.ts. */
export const listsOf = (row: Selectable<TokenTable>) => ({
  ...row,
  app_ids: row.app_ids === null ? null : (JSON.parse(row.app_ids) as string[]),
  allowed_origins: row.allowed_origins === null ? null : (JSON.parse(row.allowed_origins) as string[]),
});
