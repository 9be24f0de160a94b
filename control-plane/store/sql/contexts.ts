import type { Kysely } from 'kysely';
import type { SavedContext } from '../../model/context.ts';
import { Problem } from '../../model/problem.ts';
import type { AppStore } from '../port.ts';
import type { Database } from './database.ts';
import type { AppPlace } from './rows.ts';
import type { Schema } from './schema.ts';

type Contexts = Pick<AppStore, 'contexts' | 'saveContext' | 'deleteContext'>;

const CONTEXTS = 200;

const columns = ['name', 'context', 'updated_at', 'updated_by'] as const;

export const createContexts = (database: Database, { account, app }: AppPlace): Contexts => {
  const those = (db: Kysely<Schema>) =>
    db.selectFrom('saved_context').where('account', '=', account).where('app', '=', app);
  return {
    async contexts() {
      const rows = await those(database.db).select(columns).orderBy('name').execute();
      return rows.map((row) => ({
        ...row,
        // Written by `saveContext`.
        context: JSON.parse(row.context) as SavedContext['context'],
      }));
    },

    saveContext: (name, context, { at, actor }) =>
      database.transact(async ({ db, rowLocks }) => {
        const there = await db
          .selectFrom('app')
          .select('id')
          .where('account', '=', account)
          .where('id', '=', app)
          .where('deleted_at', 'is', null)
          .$if(rowLocks, (query) => query.forUpdate())
          .executeTakeFirst();
        if (there === undefined) throw new Problem('not_found', { message: `There is no app ${app}.` });
        const others = await those(db).select('name').where('name', '<>', name).execute();
        if (others.length >= CONTEXTS) {
          throw new Problem('limit', {
            message: `The app has ${others.length} saved contexts; an app holds at most ${CONTEXTS}. Delete those that are no longer used.`,
          });
        }
        const row = { context: JSON.stringify(context), updated_at: at, updated_by: actor.name };
        await db
          .insertInto('saved_context')
          .values({ account, app, name, ...row })
          .onConflict((conflict) => conflict.columns(['account', 'app', 'name']).doUpdateSet(row))
          .execute();
        return { name, context, updated_at: at, updated_by: actor.name };
      }),

    deleteContext: (name) =>
      database.transact(async ({ db }) => {
        const gone = await db
          .deleteFrom('saved_context')
          .where('account', '=', account)
          .where('app', '=', app)
          .where('name', '=', name)
          .returning('name')
          .executeTakeFirst();
        return gone !== undefined;
      }),
  };
};
