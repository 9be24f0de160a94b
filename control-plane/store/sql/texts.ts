import type { Kysely } from 'kysely';
import { chunks } from './chunks.ts';
import type { Writes } from './plan.ts';
import { type AppPlace, searchText } from './rows.ts';
import type { Schema } from './schema.ts';

/** Brings what flags are searched by up to date. Most changes touch neither a key nor a description, and so write nothing here. */
export const writeTexts = async (db: Kysely<Schema>, place: AppPlace, writes: Writes): Promise<void> => {
  const { account, app } = place;
  const rows: { account: string; app: string; key: string; search: string }[] = [];
  const gone: string[] = [];
  for (const [key, { before, now }] of writes.flags) {
    if (now === null) {
      gone.push(key);
      continue;
    }
    const search = searchText(now.flag.definition);
    if (before === undefined || searchText(before) !== search) rows.push({ account, app, key, search });
  }
  for (const chunk of chunks(rows)) {
    await db
      .insertInto('flag_text')
      .values(chunk)
      .onConflict((conflict) =>
        conflict
          .columns(['account', 'app', 'key'])
          .doUpdateSet((eb) => ({ search: eb.ref('excluded.search') })),
      )
      .execute();
  }
  for (const keys of chunks(gone)) {
    await db
      .deleteFrom('flag_text')
      .where('account', '=', account)
      .where('app', '=', app)
      .where('key', 'in', keys)
      .execute();
  }
};
