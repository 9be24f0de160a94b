import type { Schema } from '../sql/schema.ts';

/** What becomes of a table's rows when a database is copied. */
export type Copying =
  /** Rows of it come, change and go: copied afresh when a copy is taken up again. `key` is its primary key. */
  | { readonly how: 'changes'; readonly key: readonly [string, ...string[]] }
  /** Rows are only ever added to a chain, numbered by `seq`: a copy that is taken up again goes on where it ended. */
  | { readonly how: 'grows'; readonly chain: readonly [string, ...string[]] }
  | { readonly how: 'left'; readonly why: string };

/** In the order in which rows are written: those that others refer to come first. */
export const TABLES: Readonly<Record<keyof Schema, Copying>> = {
  account: { how: 'changes', key: ['id'] },
  account_log: { how: 'grows', chain: ['account'] },
  // With those that were deleted and whose history is kept.
  app: { how: 'changes', key: ['account', 'id'] },
  project: { how: 'changes', key: ['account', 'id'] },
  environment: { how: 'changes', key: ['account', 'project', 'key'] },
  flag: { how: 'changes', key: ['account', 'app', 'key'] },
  flag_tag: { how: 'changes', key: ['account', 'app', 'tag', 'key'] },
  flag_text: { how: 'changes', key: ['account', 'app', 'key'] },
  deleted_flag: { how: 'changes', key: ['account', 'app', 'key'] },
  segment: { how: 'changes', key: ['account', 'app', 'key'] },
  reference: { how: 'changes', key: ['account', 'app', 'from_kind', 'from_key', 'place'] },
  saved_context: { how: 'changes', key: ['account', 'app', 'name'] },
  imported: { how: 'changes', key: ['account', 'app', 'name'] },
  tally: {
    how: 'changes',
    key: ['account', 'app', 'flag', 'day', 'variation', 'reason', 'kind'],
  },
  variation_use: { how: 'changes', key: ['account', 'app', 'flag', 'variation'] },
  // With them a report that is repeated after the move counts once.
  reporter: { how: 'changes', key: ['account', 'app', 'reporter'] },
  changelog: { how: 'grows', chain: ['account', 'app'] },
  outbox: { how: 'changes', key: ['account', 'app', 'version'] },
  idempotency: { how: 'changes', key: ['account', 'app', 'key'] },
  token: { how: 'changes', key: ['id'] },
  // The secret that signs them comes too, so a move signs nobody out.
  session: { how: 'changes', key: ['hash'] },
  sign_in_link: { how: 'left', why: 'a link is used once, which two databases cannot see to' },
  migration: { how: 'left', why: 'it tells which tables there are, and both have the same' },
  database_identity: { how: 'left', why: 'it is written last, when everything else is there' },
};

export const isTable = (name: string): name is keyof Schema => Object.hasOwn(TABLES, name);

/** Every table with rows to copy, in the order to write them. */
export const copiedTables = (): readonly (readonly [
  keyof Schema,
  Exclude<Copying, { readonly how: 'left' }>,
])[] =>
  Object.entries(TABLES).flatMap(([name, copying]) =>
    isTable(name) && copying.how !== 'left' ? [[name, copying] as const] : [],
  );
