import type { FlagCache } from '@halyard/caches';
import type { Permission } from '@halyard/caches/permissions';
import type { LastGood } from './held/last-good.ts';

/** Structured logging in pino's shape. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** What a token allows. */
export interface Grant {
  readonly account: string;
  readonly token_id: string;
  readonly name: string;
  readonly permission: Permission;
  /** Null: every app of the account. */
  readonly app_ids: readonly string[] | null;
  /** Not null: a browser token. */
  readonly allowed_origins: readonly string[] | null;
  /** ISO 8601, or null: never. */
  readonly expires_at: string | null;
}

export interface EdgeOptions {
  readonly cache: FlagCache;
  readonly account: string;
  /** Unique among the edges of the account; names this edge in receipts. */
  readonly id: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly log: Log;
  /** In [0, 1), for jitter. */
  readonly random?: () => number;
  /** Where clients reach this edge. Only its path is used: in front of the stream's URL. */
  readonly publicUrl?: string;
  /** Keeps the last good configuration over a restart. */
  readonly disk?: LastGood;
  /**
   * Asked for a secret that the replicated hashes do not know; never remembered. Null: there is no such token. Undefined: who is asked
   * does not know all tokens, so that says nothing. Rejects if it could not be asked.
   */
  readonly authenticate?: (secret: string) => Promise<Grant | 'expired' | null | undefined>;
  /** Believe `X-Forwarded-For`, when failed attempts are counted by address. */
  readonly trustProxy?: boolean;
  /** Serve the Flagship call, health and metrics too. Where a control plane shares the server, it does. */
  readonly standalone?: boolean;
  /** Who may read `/metrics` of a standalone edge: tokens with `read` (only `authenticate` knows any), or `anyone` that reaches it. */
  readonly metricsFor?: 'read' | 'anyone';
  /** Whether what is evaluated is counted and told to the control plane; default true. */
  readonly observe?: boolean;
  readonly limits?: Partial<EdgeLimits>;
  /**
   * Called before the space of an app is used: brings it up to date where the flag cache pushes nothing. Undefined: there is nothing
   * to wait for. `soonerMs`: what was read longer ago is read again and waited for, since the asker misses something. Never rejects.
   */
  readonly freshen?: (space: string, soonerMs?: number) => Promise<void> | undefined;
}

export interface EdgeLimits {
  /** Apps held in compiled form; the others are compiled again when asked for. */
  readonly compiledApps: number;
  /** Bytes of configuration held in compiled form, measured as JSON text. */
  readonly compiledBytes: number;
  /** Whether what there is no room for is let go of altogether, and loaded again when it is asked for. */
  readonly evictWhole: boolean;
  /** An account with at most this many apps is fetched whole at start, so that no app is first asked for in an outage. */
  readonly prefetchApps: number;
  /** What may wait in memory for one reader of a stream, over its snapshot. */
  readonly streamBytes: number;
  readonly heartbeatMs: number;
  /** Open streams, of all tokens. */
  readonly streams: number;
  readonly streamsPerToken: number;
  /** How long a request waits for an app that is not loaded yet. */
  readonly loadMs: number;
  /** How long a request waits for the version a notice told it of. */
  readonly catchUpMs: number;
}

export const DEFAULT_LIMITS: EdgeLimits = {
  compiledApps: 1_000,
  compiledBytes: 256 * 1024 * 1024,
  evictWhole: false,
  prefetchApps: 100,
  streamBytes: 1024 * 1024,
  heartbeatMs: 15_000,
  streams: 50_000,
  streamsPerToken: 25_000,
  loadMs: 2_000,
  catchUpMs: 2_000,
};
