import { newEpoch } from '@halyard/caches';
import type { App, DeletedApp } from '../../model/app.ts';
import { ALIVE } from '../sql/apps.ts';
import type { Database } from '../sql/database.ts';
import { buryApp } from '../sql/deleted-apps.ts';
import { settleEnvironment } from '../sql/environments.ts';
import type { AppPlace } from '../sql/rows.ts';
import type { ObjectStorage } from './storage.ts';

/** Where an app's version and changelog stand. */
export interface OwnHead {
  readonly version: number;
  readonly flag_count: number;
  readonly entry_count: number;
  readonly last_hash: string | null;
}

/** Whether the object has a database. Looking does not make one. */
export const hasDatabase = ({ sql }: ObjectStorage): boolean =>
  sql.exec("select 1 from sqlite_schema where type = 'table' and name = 'migration'").toArray().length > 0;

/** The app that the object is for; null if it is for none yet. */
export const ownPlace = async ({ db }: Database): Promise<AppPlace | null> => {
  const row = await db.selectFrom('app').select(['account', 'id']).executeTakeFirst();
  return row === undefined ? null : { account: row.account, app: row.id };
};

/** Makes the object the app's, or takes over what the account has changed of it. What was committed stays. */
export const adopt = (database: Database, account: string, app: App): Promise<void> =>
  database.transact(async ({ db }) => {
    await db
      .insertInto('account')
      .values({
        id: account,
        created_at: app.created_at,
        version: 0,
        log_count: 0,
        log_hash: null,
        secret: null,
        epoch: newEpoch(Date.parse(app.created_at)),
        space_hash: null,
      })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute();
    const { id, name, tests, created_at, updated_at, updated_by } = app;
    const client_side_default = app.client_side_default ? 1 : 0;
    await db
      .insertInto('app')
      .values({
        account,
        id,
        name,
        client_side_default,
        created_at,
        updated_at,
        updated_by,
        version: 0,
        flag_count: 0,
        entry_count: 0,
        last_hash: null,
        last_at: null,
        tests,
        ...ALIVE,
        epoch: newEpoch(Date.parse(created_at)),
      })
      .onConflict((conflict) =>
        conflict
          .columns(['account', 'id'])
          .doUpdateSet({ name, client_side_default, tests, updated_at, updated_by }),
      )
      .execute();
    await settleEnvironment(db, account, app);
  });

export const headOf = async ({ db }: Database, { account, app }: AppPlace): Promise<OwnHead | null> =>
  (await db
    .selectFrom('app')
    .select(['version', 'flag_count', 'entry_count', 'last_hash'])
    .where('account', '=', account)
    .where('id', '=', app)
    .executeTakeFirst()) ?? null;

/** In the account's object: what its log is to say of an app when it is deleted. */
export const noteHead = (database: Database, { account, app }: AppPlace, head: OwnHead): Promise<void> =>
  database.transact(async ({ db }) => {
    await db.updateTable('app').set(head).where('account', '=', account).where('id', '=', app).execute();
  });

/** In the app's object, once the account has deleted the app: its changelog stays. */
export const buryOwnApp = (
  database: Database,
  place: AppPlace,
  { name: deleted_name, deleted_at, kept_until }: DeletedApp,
): Promise<void> =>
  database.transact(({ db }) => buryApp(db, place, { deleted_at, deleted_name, kept_until }));
