import type { Selectable } from 'kysely';
import { Problem } from '../problem.ts';
import type { Database } from './database.ts';
import { replay } from './plan.ts';
import type { Idempotency, StoredAnswer } from './port.ts';
import type { IdempotencyTable } from './schema.ts';

const DAY_MS = 86_400_000;
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
    for (;;) {
      const held = await claim(database, account, request);
      if (held === null) return answerFirst(database, account, request, first);
      if (held.fingerprint !== request.fingerprint || (held.status !== null && held.body !== null)) {
        return replay(rememberedOf(held), request.fingerprint);
      }
      if (performance.now() > deadline) {
        throw new Problem(
          'unavailable',
          { message: 'The first request with this Idempotency-Key is still under way; try again.' },
          1,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
  },
});

/** Null: the key is ours now. Else what another request made of it. */
const claim = (
  database: Database,
  account: string,
  { key, fingerprint, at }: Run[0],
): Promise<Selectable<IdempotencyTable> | null> =>
  database.transact(async ({ db }) => {
    await db.deleteFrom('idempotency').where('expires_at', '<=', at).execute();
    const expires_at = new Date(Date.parse(at) + LEASE_MS).toISOString();
    const claimed = await db
      .insertInto('idempotency')
      .values({ account, app: '', key, fingerprint, status: null, body: null, headers: null, expires_at })
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
      .executeTakeFirst();
    return held ?? null;
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
  const { status, body, headers } = answer;
  await database.transact(async ({ db }) => {
    await db
      .updateTable('idempotency')
      .set({
        status,
        body,
        headers: headers === undefined ? null : JSON.stringify(headers),
        expires_at: new Date(Date.parse(at) + DAY_MS).toISOString(),
      })
      .where('account', '=', account)
      .where('app', '=', '')
      .where('key', '=', key)
      .execute();
  });
  return answer;
};

const rememberedOf = ({ fingerprint, status, body, headers, expires_at }: Selectable<IdempotencyTable>) => ({
  fingerprint,
  answer: {
    status: status ?? 0,
    body: body ?? '',
    ...(headers === null ? {} : { headers: JSON.parse(headers) as Record<string, string> }),
  },
  expires_at,
});
