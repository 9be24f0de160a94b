import type { Change } from '@halyard/caches';
import type { Kysely } from 'kysely';
import type { AccountNote } from '../../model/account-log.ts';
import type { WriteInfo } from '../../model/commit.ts';
import { Problem } from '../../model/problem.ts';
import { appendToLog } from './account-log.ts';
import type { Database, Transaction } from './database.ts';
import { changesText } from './outbox.ts';
import type { Schema } from './schema.ts';
import { settleTokens } from './token-entries.ts';

/** What one change of an account does besides its own rows. */
export interface AccountChange<T> {
  readonly answer: T;
  /** The account's log gets these, in this order; null where nobody in particular did it. */
  readonly log: AccountNote | readonly AccountNote[] | null;
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
      .select(['version', 'log_count', 'log_hash', 'space_hash'])
      .where('id', '=', account)
      .$if(rowLocks, (query) => query.forUpdate())
      .executeTakeFirst();
    if (row === undefined) throw new Problem('not_found', { message: `There is no account ${account}.` });

    const { answer, log, changes } = await work(db, transaction);
    let { version, space_hash, log_count, log_hash } = row;
    const notes = log === null ? [] : [log].flat();
    for (const note of notes) {
      const head = { account, count: log_count, hash: log_hash };
      ({ log_count, log_hash } = await appendToLog(db, database.sha256, head, note, write));
    }
    if (changes.length > 0) {
      version += 1;
      const all = [...changes, ...(await settleTokens(db, account, write.at, changes))];
      const parent = space_hash;
      space_hash = await database.sha256(`${parent ?? ''}\n${version}\n${JSON.stringify(all)}`);
      await db
        .insertInto('outbox')
        .values({ account, app: '', version, changes: changesText(all, textBytes), hash: space_hash, parent })
        .execute();
    }
    // Also where there is nothing to deliver: other processes remember tokens that never leave the control plane.
    if (notes.length > 0 || changes.length > 0) transaction.announce({ account, app: null });
    await db
      .updateTable('account')
      .set({ version, space_hash, log_count, log_hash })
      .where('id', '=', account)
      .execute();
    return answer;
  });
