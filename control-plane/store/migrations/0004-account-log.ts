import { type Kysely, sql } from 'kysely';
import type { AccountLogEntry } from '../../model/account-log.ts';
import { hashedLogText, webSha256 } from '../sql/audit.ts';
import type { Schema } from '../sql/schema.ts';
import type { ColumnTypes } from './migration.ts';

export const name = '0004-account-log';

const CHUNK = 500;

interface LogRow {
  readonly account: string;
  readonly seq: number;
  readonly at: string;
  readonly actor_name: string;
  readonly actor_token: string;
  readonly event: AccountLogEntry['event'];
  readonly detail: string;
}

/** The account's log becomes a chain; a deleted app's row stays while its changelog is kept. */
export const up = async (db: Kysely<Schema>, { text, ordered }: ColumnTypes): Promise<void> => {
  await db.schema.alterTable('account').addColumn('log_hash', text).execute();
  await db.schema.alterTable('account_log').addColumn('address', text).execute();
  await db.schema.alterTable('account_log').addColumn('comment', text).execute();
  await db.schema
    .alterTable('account_log')
    .addColumn('hash', text, (c) => c.notNull().defaultTo(''))
    .execute();
  for (const column of ['event', 'actor_name'] as const) {
    await db.schema
      .createIndex(`account_log_${column}`)
      .on('account_log')
      .columns(['account', column, 'seq'])
      .execute();
  }
  await chainLogs(db);

  // The row stays because the changelog's rows refer to it; its name is free for another app meanwhile.
  await db.schema.alterTable('app').addColumn('deleted_at', ordered).execute();
  await db.schema.alterTable('app').addColumn('deleted_name', text).execute();
  await db.schema.alterTable('app').addColumn('kept_until', ordered).execute();

  await db.schema.alterTable('sign_in_link').addColumn('created_by', text).execute();
};

/** Entries of before prove nothing of how they came to be there; from now on they cannot be changed unseen. */
const chainLogs = async (db: Kysely<Schema>): Promise<void> => {
  let previous: string | null = null;
  for (let after = { account: '', seq: 0 }; ; ) {
    const { rows } = await sql<LogRow>`
      select account, seq, at, actor_name, actor_token, event, detail from account_log
      where (account, seq) > (${after.account}, ${after.seq})
      order by account, seq limit ${CHUNK}`.execute(db);
    const last = rows.at(-1);
    if (last === undefined) return;
    for (const row of rows) {
      if (row.account !== after.account) previous = null;
      const hash: string = await webSha256(hashedLogText(entryOf(row), previous));
      await sql`update account_log set hash = ${hash} where account = ${row.account} and seq = ${row.seq}`.execute(
        db,
      );
      await sql`update account set log_hash = ${hash} where id = ${row.account}`.execute(db);
      previous = hash;
      after = row;
    }
  }
};

const entryOf = (row: LogRow): Omit<AccountLogEntry, 'hash'> => ({
  id: String(row.seq),
  event: row.event,
  at: row.at,
  actor: { name: row.actor_name, token_id: row.actor_token },
  address: null,
  comment: null,
  // Written by the release before as JSON of this shape.
  detail: JSON.parse(row.detail) as AccountLogEntry['detail'],
});
