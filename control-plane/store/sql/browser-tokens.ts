import type { Accounts } from '../port.ts';
import type { Database } from './database.ts';

const listOf = (text: string): readonly string[] => {
  // The stores write lists of texts into these columns.
  const list: readonly string[] = JSON.parse(text);
  return list;
};

export const createBrowserTokens = ({ db }: Pick<Database, 'db'>): Pick<Accounts, 'browserTokens'> => ({
  async browserTokens(account) {
    const rows = await db
      .selectFrom('token')
      .select(['allowed_origins', 'app_ids', 'expires_at'])
      .where('account', '=', account)
      .where('revoked_at', 'is', null)
      .where('allowed_origins', 'is not', null)
      .execute();
    return rows.map(({ allowed_origins, app_ids, expires_at }) => ({
      allowed_origins: allowed_origins === null ? [] : listOf(allowed_origins),
      app_ids: app_ids === null ? null : listOf(app_ids),
      expires_at,
    }));
  },
});
