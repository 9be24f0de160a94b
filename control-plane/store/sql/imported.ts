import type { Kysely } from 'kysely';
import { chunks } from './chunks.ts';
import type { AppPlace } from './rows.ts';
import type { Schema } from './schema.ts';

/** What the last import said of these flags and segments, as JSON; see `CommitRequest.imported`. */
export const importedIn = async (
  db: Kysely<Schema>,
  { account, app }: AppPlace,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> => {
  const found = new Map<string, string>();
  for (const chunk of chunks(names)) {
    const rows = await db
      .selectFrom('imported')
      .select(['name', 'said'])
      .where('account', '=', account)
      .where('app', '=', app)
      .where('name', 'in', chunk)
      .execute();
    for (const { name, said } of rows) found.set(name, said);
  }
  return found;
};

export const writeImported = async (
  db: Kysely<Schema>,
  { account, app }: AppPlace,
  imported: ReadonlyMap<string, string>,
): Promise<void> => {
  for (const chunk of chunks([...imported])) {
    await db
      .insertInto('imported')
      .values(chunk.map(([name, said]) => ({ account, app, name, said })))
      .onConflict((conflict) =>
        conflict.columns(['account', 'app', 'name']).doUpdateSet((eb) => ({ said: eb.ref('excluded.said') })),
      )
      .execute();
  }
};
