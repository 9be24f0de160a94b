import type { FlagType } from '@halyard/engine';
import type { AccountLogEntry } from '../../model/account-log.ts';
import type { ChangelogEntry } from '../../model/changelog.ts';
import type { ReporterTable, TallyTable, VariationUseTable } from './schema-tallies.ts';
import type { SessionTable, SignInLinkTable, TokenTable } from './schema-tokens.ts';

export type { TokenTable };

/**
 * The tables, as the newest migration leaves them. JSON is text in every dialect: key order counts for the hash chain. Booleans
 * are 0 or 1, because SQLite has no others. Dates are ISO 8601 in UTC with milliseconds, so that they sort as text.
 */
export interface Schema {
  account: AccountTable;
  account_log: AccountLogTable;
  app: AppTable;
  project: ProjectTable;
  environment: EnvironmentTable;
  flag: FlagTable;
  flag_tag: FlagTagTable;
  flag_text: FlagTextTable;
  segment: SegmentTable;
  reference: ReferenceTable;
  saved_context: SavedContextTable;
  imported: ImportedTable;
  tally: TallyTable;
  variation_use: VariationUseTable;
  reporter: ReporterTable;
  deleted_flag: DeletedFlagTable;
  changelog: ChangelogTable;
  outbox: OutboxTable;
  idempotency: IdempotencyTable;
  token: TokenTable;
  session: SessionTable;
  sign_in_link: SignInLinkTable;
  migration: MigrationTable;
  database_identity: DatabaseIdentityTable;
}

export type Bit = 0 | 1;

interface AccountTable {
  id: string;
  created_at: string;
  /** Version of the account's space. */
  version: number;
  log_count: number;
  /** Of the newest entry of its log; null before the first. */
  log_hash: string | null;
  secret: string | null;
  /** Of the account's space; see `History`. */
  epoch: string;
  /** Of the newest commit of the account's space, over the one before. */
  space_hash: string | null;
}

export interface AccountLogTable {
  account: string;
  /** 1, 2, 3 … in the account: the order of the hash chain. */
  seq: number;
  at: string;
  actor_name: string;
  actor_token: string;
  event: AccountLogEntry['event'];
  detail: string;
  /** Where the request came from; null: the machine of the control plane itself, or an entry of an older release. */
  address: string | null;
  comment: string | null;
  hash: string;
}

/** The row that commits of an app are serialized by; it carries what the next commit counts on from. */
export interface AppTable {
  account: string;
  id: string;
  name: string;
  client_side_default: Bit;
  created_at: string;
  updated_at: string;
  updated_by: string;
  version: number;
  flag_count: number;
  entry_count: number;
  last_hash: string | null;
  last_at: string | null;
  /** What a failing test of a flag does to the write. */
  tests: 'warn' | 'block';
  /** Not null: the app is gone, and the row stays while its changelog is kept. */
  deleted_at: string | null;
  /** The name it had: `name` is free for another app. */
  deleted_name: string | null;
  kept_until: string | null;
  /** See `History`. */
  epoch: string;
}

export interface ProjectTable {
  account: string;
  id: string;
  name: string;
  created_at: string;
  updated_at: string;
  updated_by: string;
}

/** Which app is which environment of which project. In an app's own object: the app's alone. */
export interface EnvironmentTable {
  account: string;
  project: string;
  key: string;
  app: string;
  rank: number;
  production: Bit;
  ephemeral: Bit;
  expires_at: string | null;
  /** The account's log has told that it expires. */
  announced: Bit;
  comment_required: Bit;
}

export interface FlagTable {
  account: string;
  app: string;
  key: string;
  type: FlagType;
  version: number;
  enabled: Bit;
  created_at: string;
  updated_at: string;
  updated_by: string;
  /** Key and description, lowercased. */
  search: string;
  definition: string;
  /** SHA-256, hex, of what is compared with other environments; see `digestText`. */
  digest: string;
}

interface FlagTagTable {
  account: string;
  app: string;
  tag: string;
  key: string;
}

/** `search` of every flag once more: rows narrow enough that a search may read all of an app's. */
interface FlagTextTable {
  account: string;
  app: string;
  key: string;
  search: string;
}

export interface SegmentTable {
  account: string;
  app: string;
  key: string;
  version: number;
  created_at: string;
  updated_at: string;
  updated_by: string;
  /** Key and description, lowercased. */
  search: string;
  definition: string;
  digest: string;
}

/** What names what in an app: one row for each place. */
export interface ReferenceTable {
  account: string;
  app: string;
  from_kind: 'flag' | 'segment';
  from_key: string;
  /** `rules[0].conditions[1].value[0]`. */
  place: string;
  /** Null: a prerequisite, or in a segment. */
  rule: string | null;
  to_kind: 'flag' | 'segment';
  to_key: string;
  /** JSON: a list of names. */
  variations: string;
}

/** What the last import from another vendor said. */
interface ImportedTable {
  account: string;
  app: string;
  /** A flag's key, or `segment/KEY`. */
  name: string;
  /** JSON. */
  said: string;
}

interface SavedContextTable {
  account: string;
  app: string;
  name: string;
  context: string;
  updated_at: string;
  updated_by: string;
}

/** What a flag created again under the key counts its versions on from. */
interface DeletedFlagTable {
  account: string;
  app: string;
  key: string;
  version: number;
}

export interface ChangelogTable {
  account: string;
  app: string;
  /** 1, 2, 3 … in the app: the order of the hash chain. */
  seq: number;
  /** Of the flag; of a segment it is `segment/KEY`, which is no flag's. */
  flag_key: string;
  event: ChangelogEntry['event'];
  version: number;
  app_version: number;
  at: string;
  actor_name: string;
  actor_token: string;
  comment: string | null;
  hash: string;
  diff: string | null;
  /** Of a segment. */
  affects: string | null;
  after: string;
  /** Of an entry that was carried over: JSON of it, and its app once more, to look for. */
  source: string | null;
  source_app: string | null;
}

interface OutboxTable {
  account: string;
  /** Empty: the account's own space. */
  app: string;
  version: number;
  /** `[[key, value | null], …]`. */
  changes: string;
  /** Of the newest entry as of this version, and as of the one before; null: not known. */
  hash: string | null;
  parent: string | null;
}

export interface IdempotencyTable {
  account: string;
  /** Empty: a write outside any app. */
  app: string;
  key: string;
  fingerprint: string;
  /** Null: the first request is under way. */
  status: number | null;
  body: string | null;
  headers: string | null;
  expires_at: string;
}

/** One row. */
interface DatabaseIdentityTable {
  identity: string;
  older: Bit;
}

interface MigrationTable {
  name: string;
  at: string;
}
