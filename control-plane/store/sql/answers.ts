import type { Kysely, Selectable } from 'kysely';
import type { StoredAnswer } from '../../model/commit.ts';
import { Problem } from '../../model/problem.ts';
import { chunks } from './chunks.ts';
import type { IdempotencyTable, Schema } from './schema.ts';

/** Answers kept for repeats of a request with the same Idempotency-Key. `app` is empty for writes outside any app. */
export interface AnswersPlace {
  readonly account: string;
  readonly app: string;
}

export interface RememberedAnswer {
  readonly fingerprint: string;
  /** When the request was first made. ISO 8601. */
  readonly at: string;
  readonly answer: StoredAnswer;
}

const KEPT_MS = 86_400_000;

export const expiryOf = (at: string, keptMs = KEPT_MS): string =>
  new Date(Date.parse(at) + keptMs).toISOString();

/** The text of a kept answer's columns. */
export const answerColumns = ({ status, body, headers }: StoredAnswer) => ({
  status,
  body,
  headers: headers === undefined ? null : JSON.stringify(headers),
});

/** Null while the first request is under way. */
export const answerOfRow = ({
  status,
  body,
  headers,
}: Pick<Selectable<IdempotencyTable>, 'status' | 'body' | 'headers'>): StoredAnswer | null => {
  if (status === null || body === null) return null;
  // Written by answerColumns.
  return {
    status,
    body,
    ...(headers === null ? {} : { headers: JSON.parse(headers) as Record<string, string> }),
  };
};

/** @throws Problem `conflict` if the key was used with another request. */
export const refuseOther = (first: Pick<RememberedAnswer, 'fingerprint'>, fingerprint: string): void => {
  if (first.fingerprint === fingerprint) return;
  throw new Problem('conflict', {
    message:
      'The Idempotency-Key was used within the last 24 hours for another request; use a new key for a new request.',
  });
};

/** The answers to these keys that a request made at `at` may still be given. */
export const knownAnswers = async (
  db: Kysely<Schema>,
  { account, app }: AnswersPlace,
  keys: readonly string[],
): Promise<ReadonlyMap<string, RememberedAnswer>> => {
  const answers = new Map<string, RememberedAnswer>();
  for (const chunk of chunks(keys)) {
    const rows = await db
      .selectFrom('idempotency')
      .selectAll()
      .where('account', '=', account)
      .where('app', '=', app)
      .where('key', 'in', chunk)
      .execute();
    for (const row of rows) {
      const answer = answerOfRow(row);
      if (answer === null) continue;
      answers.set(row.key, { fingerprint: row.fingerprint, at: expiryOf(row.expires_at, -KEPT_MS), answer });
    }
  }
  return answers;
};

export const isExpired = (first: RememberedAnswer, at: string): boolean => expiryOf(first.at) <= at;

export const writeAnswers = async (
  db: Kysely<Schema>,
  { account, app }: AnswersPlace,
  answers: ReadonlyMap<string, RememberedAnswer>,
): Promise<void> => {
  const [first] = answers.values();
  if (first === undefined) return;
  await dropExpired(db, { account, app }, first.at);
  await db
    .insertInto('idempotency')
    .values(
      [...answers].map(([key, { fingerprint, at, answer }]) => ({
        account,
        app,
        key,
        fingerprint,
        ...answerColumns(answer),
        expires_at: expiryOf(at),
      })),
    )
    .onConflict((conflict) =>
      conflict.columns(['account', 'app', 'key']).doUpdateSet((eb) => ({
        fingerprint: eb.ref('excluded.fingerprint'),
        status: eb.ref('excluded.status'),
        body: eb.ref('excluded.body'),
        headers: eb.ref('excluded.headers'),
        expires_at: eb.ref('excluded.expires_at'),
      })),
    )
    .execute();
};

export const dropExpired = async (
  db: Kysely<Schema>,
  { account, app }: AnswersPlace,
  at: string,
): Promise<void> => {
  await db
    .deleteFrom('idempotency')
    .where('account', '=', account)
    .where('app', '=', app)
    .where('expires_at', '<=', at)
    .execute();
};
