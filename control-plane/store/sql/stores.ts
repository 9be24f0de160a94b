import { sql } from 'kysely';
import type { Identity, Place, Stores } from '../port.ts';
import { createAccounts } from './accounts.ts';
import { createAppStore } from './app-store.ts';
import { CommitQueue } from './commit-queue.ts';
import type { Database } from './database.ts';
import { identityOf } from './identity.ts';
import type { AppPlace } from './rows.ts';

export interface StoreLimits {
  /** Apps an account, default 10,000. */
  readonly apps?: number;
  /** Flags an app, default 100,000. */
  readonly flags?: number;
}

export interface StoresOptions {
  /** Epoch ms. */
  readonly now: () => number;
  readonly limits?: StoreLimits;
}

/** The stores on any database. */
export const createStores = (database: Database, { now, limits }: StoresOptions): Stores => {
  const { apps: appLimit = 10_000, flags: flagLimit = 100_000 } = limits ?? {};
  const queues = new Map<string, CommitQueue>();
  let self: Promise<Identity> | null = null;
  const queueOf = (place: AppPlace): CommitQueue => {
    const name = JSON.stringify([place.account, place.app]);
    let queue = queues.get(name);
    if (queue === undefined) {
      queue = new CommitQueue(database, place, { flagLimit, onIdle: () => queues.delete(name) });
      queues.set(name, queue);
    }
    return queue;
  };
  return {
    accounts: createAccounts(database, { now, appLimit }),
    app: (account, app) => createAppStore(database, { account, app }, queueOf, now),
    onCommit: (listener) => database.onCommit(listener),
    lead: (term) => database.lead(term),
    identity: () => {
      self ??= identityOf(database).catch((error: unknown) => {
        self = null;
        throw error;
      });
      return self;
    },
    undelivered: () => undelivered(database),
    async outboxSize() {
      const { rows } = await sql<{ size: number }>`select count(*) as size from outbox`.execute(database.db);
      return Number(rows[0]?.size);
    },
    async ping() {
      database.refuseMisplaced?.();
      await sql`select 1`.execute(database.db);
    },
    close: () => database.close(),
  };
};

/** Asks place by place, so that a long outbox costs no more than a short one. */
export const undelivered = async ({ db }: Pick<Database, 'db'>): Promise<readonly Place[]> => {
  const accounts = await db
    .selectFrom('account')
    .select('id')
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom('outbox')
          .select('version')
          .whereRef('outbox.account', '=', 'account.id')
          .where('outbox.app', '=', ''),
      ),
    )
    .execute();
  const apps = await db
    .selectFrom('app')
    .select(['account', 'id'])
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom('outbox')
          .select('version')
          .whereRef('outbox.account', '=', 'app.account')
          .whereRef('outbox.app', '=', 'app.id'),
      ),
    )
    .execute();
  return [
    ...accounts.map(({ id }) => ({ account: id, app: null })),
    ...apps.map(({ account, id }) => ({ account, app: id })),
  ];
};
