import type { FlagTest } from '@halyard/engine';
import type { Actor, Affected, ChangelogEntry, Source } from './changelog.ts';
import type { FlagDefinition, StoredFlag } from './flag.ts';
import type { SegmentDefinition, StoredSegment } from './segment.ts';

/** One flag's part of a commit, decided by a pure function before anything is written. */
export type FlagChange = { readonly kind?: 'flag' } & Named & Outcome<FlagDefinition>;

/** The same of a segment. */
export type SegmentChange = { readonly kind: 'segment' } & Named & Outcome<SegmentDefinition>;

interface Named {
  readonly key: string;
  /** Where in the request's body the definition is, as the beginning of JSON Pointers; default the body itself. */
  readonly at?: string;
  /** It was carried over from another app. */
  readonly source?: Source;
}

type Outcome<D> = { readonly event: 'create' | 'update'; readonly after: D } | { readonly event: 'delete' };

export type Change = FlagChange | SegmentChange;

export const isSegmentChange = (change: Change): change is SegmentChange => change.kind === 'segment';

export interface WriteInfo {
  readonly actor: Actor;
  /** ISO 8601 with milliseconds. */
  readonly at: string;
  readonly comment: string | null;
  /** Where the request came from; absent or null: the machine of the control plane itself. */
  readonly address?: string | null;
}

export interface CommitRequest<A> {
  /** The flags `decide` needs; `all` for a replacing import. */
  readonly keys: readonly string[] | 'all';
  /** The segments it needs; default none. */
  readonly segments?: readonly string[] | 'all';
  /** The flags and segments (by `segment/KEY`) of which `decide` is told what the last import from another vendor said; default none. */
  readonly imported?: readonly string[];
  readonly decide: (
    current: ReadonlyMap<string, StoredFlag>,
    segments: ReadonlyMap<string, StoredSegment>,
    imported: ReadonlyMap<string, string>,
  ) => Decision<A>;
  readonly write: WriteInfo;
  /** Decides and checks all of it, answers what would be, and writes nothing. Failing tests are answered, never refused. */
  readonly dryRun?: boolean;
  /** The request carries an Idempotency-Key: its answer is stored in the same transaction. */
  readonly idempotency?: {
    readonly key: string;
    readonly fingerprint: string;
    readonly answer: (committed: Committed<A>) => StoredAnswer;
  };
}

export interface Decision<A> {
  readonly changes: readonly Change[];
  /** What an import from another vendor says, as JSON, by name: kept for the next one, also where nothing changes. */
  readonly imported?: ReadonlyMap<string, string>;
  /** Whatever the caller wants back. */
  readonly answer: A;
}

export interface Committed<A> {
  readonly answer: A;
  /** The app's version after the commit (unchanged if there were no changes). */
  readonly appVersion: number;
  /** The changed flags as they now are, by key; a deleted one is null. */
  readonly flags: ReadonlyMap<string, StoredFlag | null>;
  readonly segments: ReadonlyMap<string, StoredSegment | null>;
  /** Tests of flags that fail now, where the app only warns of them. */
  readonly failing: readonly FailedTest[];
  readonly entries: readonly ChangelogEntry[];
  /** Of a dry run. */
  readonly foreseen?: Foreseen;
  readonly replayed?: undefined;
}

/** A test of a flag that did not get what it expects. */
export interface FailedTest {
  readonly flag: string;
  readonly name: string;
  readonly expected: FlagTest['expect'];
  /** What was got in place of it; a sentence where nothing was. */
  readonly got: FlagTest['expect'] | string;
}

/** What a dry run's changes would reach, as it is and as it would be. */
export interface Foreseen {
  /** Every flag that reaches what changes, and does not change itself, with its rules through which it does; by key. */
  readonly affects: readonly Affected[];
  readonly before: Definitions;
  readonly after: Definitions;
}

/** What changes, what reaches it, and everything that these are evaluated among; by key. */
export interface Definitions {
  readonly flags: ReadonlyMap<string, FlagDefinition>;
  readonly segments: ReadonlyMap<string, SegmentDefinition>;
}

/** The request was a repeat (only with `idempotency`): this is the first answer, nothing was changed now. */
export interface Replayed {
  readonly replayed: StoredAnswer;
}

export interface StoredAnswer {
  readonly status: number;
  /** JSON text. */
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}
