import type { Kysely } from 'kysely';
import type { News } from '../port.ts';
import type { AppPlace } from './rows.ts';
import type { Schema } from './schema.ts';

/** The columns before the wide ones: no database reads a flag's text for them. */
const newsColumns = ['seq', 'flag_key', 'app_version', 'at', 'actor_name', 'actor_token', 'comment'] as const;

export const readNews = async (
  db: Kysely<Schema>,
  { account, app }: AppPlace,
  { after, limit }: { readonly after: number; readonly limit: number },
): Promise<readonly News[]> => {
  const rows = await db
    .selectFrom('changelog')
    .select(newsColumns)
    .where('account', '=', account)
    .where('app', '=', app)
    .where('seq', '>', after)
    .orderBy('seq', 'desc')
    .limit(limit)
    .execute();
  return rows.map(({ actor_name: name, actor_token: token_id, ...row }) => ({
    ...row,
    actor: { name, token_id },
  }));
};
