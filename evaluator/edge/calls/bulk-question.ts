import type { Caller } from '../entry/caller.ts';

/** What a bulk request asks for, besides its context. */
export interface BulkQuestion {
  /** Only these flags, each once, in this order; null for all. */
  readonly keys: readonly string[] | null;
  /** Leave out flags that are not for browsers. */
  readonly clientSideOnly: boolean;
  /** The answer starts a page that was rendered on a server, so it carries no ticket: whoever reads the page would have it. */
  readonly bootstrap: boolean;
}

/**
 * Reads the query of a bulk request. A page must not be shown a hidden flag because of a misspelt value, so whatever `client_side`
 * says but `0` and `false` asks for it.
 */
export const bulkQuestionOf = (query: URLSearchParams | null, caller: Caller): BulkQuestion => {
  const named = query?.getAll('keys') ?? [];
  const side = query?.get('client_side') ?? null;
  const bootstrap = side !== null && side !== '0' && side !== 'false';
  return {
    keys: named.length === 0 ? null : keysIn(named),
    clientSideOnly: bootstrap || caller.origins !== null,
    bootstrap,
  };
};

const keysIn = (lists: readonly string[]): readonly string[] => [
  ...new Set(lists.flatMap((list) => list.split(',')).filter((key) => key !== '')),
];

/**
 * Everything that decides the answer but the configuration, as one text that no other question has: a JSON array says where it ends,
 * so nothing in the body can be taken for a part of it. The body stands as it came, since telling equal contexts from each other by
 * more than their text would cost more than evaluating again.
 */
export const textOf = (
  { keys, clientSideOnly, bootstrap }: BulkQuestion,
  app: string,
  caller: Caller,
  body: string,
): string => JSON.stringify([app, caller.grant.token_id, clientSideOnly, bootstrap, keys]) + body;
