import type { StoredAnswer } from '../../model/commit.ts';
import { Problem } from '../../model/problem.ts';
import type { Idempotency } from '../port.ts';
import { answerColumns, answerOfRow, dropExpired, expiryOf, refuseOther } from './answers.ts';
import type { Database } from './database.ts';

/** A first request that has not answered after this long has died with its process; a repeat takes its place. */
const LEASE_MS = 30_000;
const LOOK_AGAIN_MS = 25;

type Run = Parameters<Idempotency['run']>;

/**
 * For writes outside an app, which are transactions of their own: the key is claimed, the request runs, the answer is kept. If the
 * process dies in between, a repeat runs the request again and meets what the first one wrote.
 */
export const createIdempotency = (database: Database, account: string): Idempotency => ({
  async run(request, first) {
    const deadline = performance.now() + LEASE_MS;
    do {
      const held = await claim(database, account, request);
      if (held === null) return answerFirst(database, account, request, first);
      refuseOther(held, request.fingerprint);
      if (held.answer !== null) return held.answer;
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    } while (performance.now() < deadline);
    throw new Problem(
      'unavailable',
      { message: 'The first request with this Idempotency-Key is still under way; repeat it in a moment.' },
      1,
    );
  },
});

/** Null: the key is ours now. Else what another request made of it; no answer while it is under way. */
const claim = (
  database: Database,
  account: string,
  { key, fingerprint, at }: Run[0],
): Promise<{ readonly fingerprint: string; readonly answer: StoredAnswer | null } | null> =>
  database.transact(async ({ db }) => {
    const place = { account, app: '' };
    await dropExpired(db, place, at);
    const nothing = { status: null, body: null, headers: null };
    const claimed = await db
      .insertInto('idempotency')
      .values({ ...place, key, fingerprint, ...nothing, expires_at: expiryOf(at, LEASE_MS) })
      .onConflict((conflict) => conflict.columns(['account', 'app', 'key']).doNothing())
      .returning('key')
      .executeTakeFirst();
    if (claimed !== undefined) return null;
    const held = await db
      .selectFrom('idempotency')
      .selectAll()
      .where('account', '=', account)
      .where('app', '=', '')
      .where('key', '=', key)
      .executeTakeFirstOrThrow();
    return { fingerprint: held.fingerprint, answer: answerOfRow(held) };
  });

const answerFirst = async (
  database: Database,
  account: string,
  { key, at }: Run[0],
  first: Run[1],
): Promise<StoredAnswer> => {
  let answer: StoredAnswer;
  try {
    answer = await first();
  } catch (error) {
    await database.transact(async ({ db }) => {
      await db
        .deleteFrom('idempotency')
        .where('account', '=', account)
        .where('app', '=', '')
        .where('key', '=', key)
        .execute();
    });
    throw error;
  }
  await database.transact(async ({ db }) => {
    await db
      .updateTable('idempotency')
      .set({ ...answerColumns(answer), expires_at: expiryOf(at) })
      .where('account', '=', account)
      .where('app', '=', '')
      .where('key', '=', key)
      .execute();
  });
  return answer;
};
