import {
  type Change,
  hashStart,
  type OtherTokenEntry,
  otherTokenKey,
  type TokenEntry,
  tokenKey,
} from '@halyard/caches';
import type { Kysely, Selectable } from 'kysely';
import { isEdgePermission } from '../../model/permission.ts';
import type { NewToken } from '../../model/token.ts';
import { chunks } from './chunks.ts';
import type { Schema, TokenTable } from './schema.ts';

/** The entry of a token in the account's space: of one that edges accept, or of another, which they only know to be one. */
export const tokenEntry = (token: NewToken): { readonly key: string; readonly value: string } => ({
  key: tokenEntryKey(token),
  value: JSON.stringify(entryOf(token)),
});

export const tokenEntryKey = ({
  id,
  hash,
  permission,
}: Pick<NewToken, 'id' | 'hash' | 'permission'>): string =>
  isEdgePermission(permission) ? tokenKey(hash) : otherTokenKey(id);

const entryOf = (token: NewToken): TokenEntry | OtherTokenEntry => {
  const { id, hash, name, permission, app_ids, allowed_origins, expires_at } = token;
  const expiry = expires_at === null ? {} : { expires_at };
  if (!isEdgePermission(permission)) {
    return { id, permission, hash_start: hashStart(hash), ...expiry };
  }
  return {
    id,
    name,
    permission,
    ...(app_ids === null ? {} : { app_ids }),
    ...(allowed_origins === null ? {} : { allowed_origins }),
    ...expiry,
  };
};

/**
 * What a commit of the account's space changes besides its own: tokens that expired leave (until then edges judge `expires_at`
 * themselves), and those that an older release did not tell edges of come in.
 */
export const settleTokens = async (
  db: Kysely<Schema>,
  account: string,
  at: string,
  besides: readonly Change[],
): Promise<readonly Change[]> => {
  const expired = await db
    .selectFrom('token')
    .select(['id', 'hash', 'permission'])
    .where('account', '=', account)
    .where('replicated', '=', 1)
    .where('expires_at', '<=', at)
    .execute();
  const untold = await db
    .selectFrom('token')
    .selectAll()
    .where('account', '=', account)
    .where('replicated', '=', 0)
    .where('revoked_at', 'is', null)
    .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', at)]))
    .execute();
  await note(db, expired, 0);
  await note(db, untold, 1);
  const changes: Change[] = [
    ...expired.map((row) => ({ key: tokenEntryKey(row), value: null })),
    ...untold.map((row) => tokenEntry(listsOf(row))),
  ];
  return changes.filter(({ key }) => !besides.some((change) => change.key === key));
};

const note = async (
  db: Kysely<Schema>,
  rows: readonly { readonly id: string }[],
  replicated: 0 | 1,
): Promise<void> => {
  for (const some of chunks(rows)) {
    const ids = some.map((row) => row.id);
    await db.updateTable('token').set({ replicated }).where('id', 'in', ids).execute();
  }
};

/** The tokens' part of the account's space. */
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
    const { key, value } = tokenEntry(listsOf(row));
    entries.set(key, value);
  }
  return entries;
};

/** The row with its JSON columns read; they were written by tokens.ts. */
export const listsOf = (row: Selectable<TokenTable>) => ({
  ...row,
  app_ids: row.app_ids === null ? null : (JSON.parse(row.app_ids) as string[]),
  allowed_origins: row.allowed_origins === null ? null : (JSON.parse(row.allowed_origins) as string[]),
});
