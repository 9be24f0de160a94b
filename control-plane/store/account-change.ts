import type { Change } from '@halyard/caches';
import type { Kysely } from 'kysely';
import { Problem } from '../problem.ts';
import type { Database, Transaction } from './database.ts';
import { changesText } from './outbox.ts';
import type { AccountLogEntry, WriteInfo } from './port.ts';
import type { Schema } from './schema.ts';
import { expireTokens } from './token-entries.ts';

/** What one change of an account does besides its own rows. */
export interface AccountChange<T> {
  readonly answer: T;
  /** The account's log gets these; null where nobody in particular did it. */
  readonly log: {
    readonly event: AccountLogEntry['event'];
    readonly detail: AccountLogEntry['detail'];
  } | null;
  /** The account's space gets these. */
  readonly changes: readonly Change[];
}

/**
 * One transaction on an account: its rows, an entry in its log, and a commit of its space. Serialized per account.
 *
 * @throws Problem `not_found` if there is no such account; what `work` throws.
 */
export const changeAccount = <T>(
  database: Database,
  account: string,
  write: WriteInfo,
  work: (db: Kysely<Schema>, transaction: Transaction) => Promise<AccountChange<T>>,
): Promise<T> =>
  database.transact(async (transaction) => {
    const { db, rowLocks, textBytes } = transaction;
    const row = await db
      .selectFrom('account')
      .select(['version', 'log_count'])
      .where('id', '=', account)
      .$if(rowLocks, (query) => query.forUpdate())
      .executeTakeFirst();
    if (row === undefined) throw new Problem('not_found', { message: `There is no account ${account}.` });

    const { answer, log, changes } = await work(db, transaction);
    const log_count = row.log_count + (log === null ? 0 : 1);
    if (log !== null) {
      await db
        .insertInto('account_log')
        .values({
          account,
          seq: log_count,
          at: write.at,
          actor_name: write.actor.name,
          actor_token: write.actor.token_id,
          event: log.event,
          detail: JSON.stringify(log.detail),
        })
        .execute();
    }
    let { version } = row;
    if (changes.length > 0) {
      version += 1;
      const all = [...changes, ...(await expireTokens(db, account, write.at, changes))];
      await db
        .insertInto('outbox')
        .values({ account, app: '', version, changes: changesText(all, textBytes) })
        .execute();
    }
    // Also where there is nothing to deliver: other processes remember tokens that never leave the control plane.
    if (log !== null || changes.length > 0) transaction.announce({ account, app: null });
    await db.updateTable('account').set({ version, log_count }).where('id', '=', account).execute();
    return answer;
  });
