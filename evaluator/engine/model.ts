/** What a flag is. The shapes and their limits are those of the evaluation semantics (docs/semantics.md). */

import type { OPERATORS, Operator } from './operators/index.ts';
import type { ValueOf } from './operators/value.ts';

export type { Operator };

export type Scalar = string | number | boolean;
export type JsonValue = null | Scalar | readonly JsonValue[] | { readonly [name: string]: JsonValue };
/** What a variation serves: never null at the top. */
export type FlagValue = Exclude<JsonValue, null>;

export type FlagType = 'boolean' | 'string' | 'number' | 'json';

/** The caller's attributes. Values are looked at, never changed; see "Attributes" for what each kind means. */
export type Context = { readonly [attribute: string]: unknown };

/** How a text becomes a point: ours first, then those of other systems, so that whoever comes from one moves nobody. */
export type Hash =
  | 'murmur3'
  | 'flagship'
  | 'launchdarkly'
  | 'unleash'
  | 'unleash-variant'
  | 'flagd'
  | 'growthbook'
  | 'growthbook-v1';

/** How the text of the bucketing attribute becomes a point; set when the flag or the rule is created, never changed. */
export interface Bucketing {
  readonly hash: Hash;
  readonly salt: string;
}

/** A share of contexts: `percentage` is 0 to 100 with at most 6 decimals; `attribute` defaults to `targetingKey`. */
export interface Rollout {
  readonly percentage: number;
  readonly attribute?: string;
}

/** `[from, to)` in percent, 0 to 100, at most 6 decimals, from < to. */
export type Range = readonly [from: number, to: number];

export interface Allocation {
  readonly variation: string;
  readonly ranges: readonly Range[];
}

/** Explicit shares of the bucket space; ranges never overlap, what none holds goes on to the next rule. */
export interface Split {
  readonly attribute?: string;
  readonly allocations: readonly Allocation[];
}

export interface Group {
  readonly logical_operator: 'AND' | 'OR';
  /** At least one. */
  readonly clauses: readonly Condition[];
}

type Row<O extends Operator> = (typeof OPERATORS)[O];

type ComparisonBy<O extends Operator> = {
  readonly attribute: string;
  readonly operator: O;
} & (Row<O>['value'] extends 'none' ? unknown : { readonly value: ValueOf[Row<O>['value']] }) &
  (Row<O>['ignoreCase'] extends true ? { readonly ignore_case?: boolean } : unknown);

/** One kind for each operator, with the value its row of the table takes. */
export type Comparison = { [O in Operator]: ComparisonBy<O> }[Operator];

/** Holds when the context is a member of any of the segments; `not_in_segment` is its exact opposite. */
export interface SegmentCondition {
  readonly operator: 'in_segment' | 'not_in_segment';
  readonly value: readonly string[];
}

/** Holds when that flag, enabled or not, serves one of the named variations to the same context. Not allowed in segments. */
export interface ServesCondition {
  readonly flag: string;
  readonly operator: 'serves' | 'not_serves';
  readonly value: readonly string[];
}

/** Holds when the text of the attribute (default `targetingKey`) has its point in one of the ranges. */
export interface ShareCondition {
  readonly attribute?: string;
  readonly operator: 'in_share';
  readonly value: Bucketing & { readonly ranges: readonly Range[] };
}

/** What is decided by something else than a comparison of an attribute. */
export type Reference = SegmentCondition | ServesCondition | ShareCondition;

export type Condition = Comparison | Group | Reference;

/** A named set of contexts of one app. With neither members nor conditions it holds nobody. */
export interface Segment {
  readonly key: string;
  readonly description?: string | null;
  /** Whose text is looked for in `include` and `exclude`; default `targetingKey`. */
  readonly attribute?: string;
  readonly include?: readonly Scalar[];
  readonly exclude?: readonly Scalar[];
  /** For who is in neither list: all must hold, and there must be one. */
  readonly conditions?: readonly Condition[];
}

/** Met when that flag is enabled, its own prerequisites are met, and it serves one of the variations to the same context. */
export interface Prerequisite {
  readonly flag: string;
  readonly variations: readonly string[];
}

/** A worked case that a flag carries: what it has to answer for a context. */
export interface FlagTest {
  readonly name: string;
  readonly context: Context;
  /** By rule id, the point of its rollout or split to take, 0 to 100. */
  readonly at?: Readonly<Record<string, number>>;
  readonly expect: { readonly variant?: string; readonly value?: JsonValue; readonly reason?: Reason };
}

interface RuleBase {
  /** `^[A-Za-z0-9_-]{1,64}$`, unique in the flag; made when absent and kept while the rule lives. */
  readonly id?: string;
  /** Integer ≥ 1, unique in the flag; lower is evaluated first. */
  readonly priority: number;
  /** All must hold; none holds for everyone. */
  readonly conditions: readonly Condition[];
  /** Stands in for the flag's in this rule's rollout or split. */
  readonly bucketing?: Bucketing;
}

/** A rule serves one variation (to all, or to a share), or splits contexts among several. */
export type Rule =
  | (RuleBase & {
      readonly serve_variation: string;
      readonly rollout?: Rollout;
      readonly split?: never;
    })
  | (RuleBase & {
      readonly split: Split;
      readonly rollout?: never;
      /** The wire carries the largest share for clients that know no splits; evaluation ignores it. */
      readonly serve_variation?: string;
    });

export interface Flag {
  /** `^[A-Za-z0-9_-][A-Za-z0-9_.:|-]{0,127}$`, unique in its app. */
  readonly key: string;
  readonly description?: string | null;
  readonly enabled: boolean;
  /** 1 to 100 names; all values of one type, none null. */
  readonly variations: Readonly<Record<string, FlagValue>>;
  readonly default_variation: string;
  /** What a disabled flag serves; default `default_variation`, null: the caller's own default. */
  readonly off_variation?: string | null;
  /** At most 16. */
  readonly prerequisites?: readonly Prerequisite[];
  readonly rules: readonly Rule[];
  /** Comes with every answer; at most 32 values, 2 KB. */
  readonly metadata?: Readonly<Record<string, Scalar>>;
  readonly tags?: readonly string[];
  /** Default true; false is never evaluated for a browser token. */
  readonly client_side?: boolean;
  /** Default: murmur3 with the salt `{account id}/{flag key}`. */
  readonly bucketing?: Bucketing;
  readonly owner?: string;
  readonly permanent?: boolean;
  readonly protected?: boolean;
  readonly tests?: readonly FlagTest[];
}

export type Reason = 'STATIC' | 'DEFAULT' | 'TARGETING_MATCH' | 'SPLIT' | 'DISABLED';
export type ErrorCode = 'FLAG_NOT_FOUND' | 'TYPE_MISMATCH' | 'PARSE_ERROR' | 'GENERAL';

/** A variation was served. Frozen; the same object may be answered again. */
export interface Served<V extends JsonValue = FlagValue> {
  readonly kind: 'served';
  readonly value: V;
  readonly variant: string;
  readonly reason: Reason;
  readonly metadata: Readonly<Record<string, Scalar>>;
  /** Where it is counted (tally.ts); not enumerable, and absent where nothing counts. */
  readonly slot?: number;
}

/** A success without a value: the flag is off and leaves it to its callers what that means. Frozen, as `Served`. */
export interface Unserved {
  readonly kind: 'unserved';
  readonly reason: 'DISABLED';
  readonly metadata: Readonly<Record<string, Scalar>>;
  readonly slot?: number;
}

/** Nothing could be served; the caller's default applies. */
export interface Failed {
  readonly kind: 'failed';
  readonly code: ErrorCode;
  /** One sentence; for PARSE_ERROR it names the place in the flag, as `rules[1].conditions[0].operator`. */
  readonly message: string;
  readonly slot?: never;
}

/** Where a flag is of. Answers carry the app as `flagSetId`, which OpenTelemetry's hooks know, and the environment. */
export interface Origin {
  /** The salt of flags without their own `bucketing`. */
  readonly account: string;
  readonly app?: string | undefined;
  readonly environment?: string | undefined;
}

export type Evaluation<V extends JsonValue = FlagValue> = Served<V> | Unserved | Failed;
