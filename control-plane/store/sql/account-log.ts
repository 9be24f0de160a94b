import type { Kysely, Selectable } from 'kysely';
import type { AccountLogEntry, AccountNote } from '../../model/account-log.ts';
import type { WriteInfo } from '../../model/commit.ts';
import type { Accounts } from '../port.ts';
import { hashedLogText, type Sha256 } from './audit.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import type { Database } from './database.ts';
import type { AccountLogTable, Schema } from './schema.ts';

const SEQ = /^[1-9][0-9]{0,15}$/;

interface LogHead {
  readonly account: string;
  readonly count: number;
  readonly hash: string | null;
}

/** Writes the log's next entry. The account's row lock is held; what it answers belongs into that row. */
export const appendToLog = async (
  db: Kysely<Schema>,
  sha256: Sha256,
  { account, count, hash: previous }: LogHead,
  { event, detail }: AccountNote,
  { actor, at, address = null, comment }: WriteInfo,
): Promise<{ readonly log_count: number; readonly log_hash: string }> => {
  const seq = count + 1;
  const { name, token_id } = actor;
  const entry = { id: String(seq), event, at, actor: { name, token_id }, address, comment, detail };
  const hash = await sha256(hashedLogText(entry, previous));
  await db
    .insertInto('account_log')
    .values({
      account,
      seq,
      at,
      actor_name: name,
      actor_token: token_id,
      event,
      detail: JSON.stringify(detail),
      address,
      comment,
      hash,
    })
    .execute();
  return { log_count: seq, log_hash: hash };
};

export const createAccountLog = ({
  db,
}: Pick<Database, 'db'>): Pick<Accounts, 'accountLog' | 'accountLogHead'> => ({
  async accountLog(account, { limit, after, events, actor, since, until }) {
    let query = db
      .selectFrom('account_log')
      .selectAll()
      .where('account', '=', account)
      .orderBy('seq', 'desc')
      .limit(limit + 1);
    if (after !== undefined) query = query.where('seq', '<', Number(decodeCursor('account log', after, SEQ)));
    if (events !== undefined) query = query.where('event', 'in', events);
    if (actor !== undefined) query = query.where('actor_name', '=', actor);
    if (since !== undefined) query = query.where('at', '>=', since);
    if (until !== undefined) query = query.where('at', '<=', until);
    const rows = await query.execute();
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return {
      items: page.map(entryOfRow),
      next: rows.length > limit && last !== undefined ? encodeCursor('account log', String(last.seq)) : null,
    };
  },

  async accountLogHead(account) {
    const row = await db
      .selectFrom('account')
      .select(['log_count', 'log_hash'])
      .where('id', '=', account)
      .executeTakeFirst();
    return row === undefined ? null : { entries: row.log_count, last_hash: row.log_hash };
  },
});

const entryOfRow = (row: Selectable<AccountLogTable>): AccountLogEntry => ({
  id: String(row.seq),
  event: row.event,
  at: row.at,
  actor: { name: row.actor_name, token_id: row.actor_token },
  address: row.address,
  comment: row.comment,
  // Written above.
  detail: JSON.parse(row.detail) as AccountLogEntry['detail'],
  hash: row.hash,
});
