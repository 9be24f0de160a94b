import type {
  Comparison,
  Evaluation,
  Group,
  JsonValue,
  Reason,
  Scalar,
  SegmentCondition,
  ServesCondition,
  ShareCondition,
} from '../model.ts';

/**
 * Why a flag answered what it answered. Plain data that survives JSON; every `why` is a sentence without its full stop.
 */
export interface Explanation {
  /** Empty if the configuration has no readable key. */
  readonly key: string;
  /** What `evaluate` answers. */
  readonly evaluation: Evaluation;
  readonly why: string;
  /** In the flag's order; all that the flag has, whichever was not met first. */
  readonly prerequisites: readonly PrerequisiteTrace[];
  /** In ascending priority; empty if the configuration cannot be understood. */
  readonly rules: readonly RuleTrace[];
}

export interface PrerequisiteTrace extends Served {
  readonly flag: string;
  /** One of these must be served. */
  readonly variations: readonly string[];
  readonly met: boolean;
  readonly why: string;
}

/** What another flag answers to the same context. */
interface Served {
  /** Null: no variation. */
  readonly variant: string | null;
  /** Null: it fails. */
  readonly reason: Reason | null;
  /** Why that flag answers so; absent where it was told before in the same explanation. */
  readonly decision?: Explanation;
}

export interface RuleTrace {
  /** The rule's own, if it has one. */
  readonly id?: string;
  readonly priority: number;
  /** The rule's place in the flag's own list. */
  readonly index: number;
  /**
   * `not_reached`: the flag is off or an earlier rule served; the rest still tells how this rule sees the context. `conditions`: they do
   * not all hold. `share`: they hold, but the rollout or split does not include the context.
   */
  readonly outcome: 'served' | 'conditions' | 'share' | 'not_reached';
  readonly why: string;
  /** What the rule serves this context, were it reached; null if nothing. */
  readonly variation: string | null;
  readonly conditions: readonly ConditionTrace[];
  /** Null: neither a rollout nor a split. */
  readonly share: ShareTrace | null;
}

export type ConditionTrace =
  | ComparisonTrace
  | GroupTrace
  | SegmentConditionTrace
  | ServesTrace
  | ShareConditionTrace;

export interface SegmentConditionTrace extends SegmentCondition {
  /** In the order of `value`. */
  readonly segments: readonly SegmentTrace[];
  readonly held: boolean;
  readonly why: string;
}

/** How one segment sees the context. */
export interface SegmentTrace {
  readonly key: string;
  readonly attribute: string;
  readonly seen: SeenTrace;
  readonly member: boolean;
  /** What decided. `nothing`: the segment has no conditions, and the context is in neither list. */
  readonly by: 'include' | 'exclude' | 'conditions' | 'nothing';
  /** Whatever decided. */
  readonly conditions: readonly ConditionTrace[];
  readonly why: string;
}

export interface ServesTrace extends ServesCondition, Served {
  readonly held: boolean;
  readonly why: string;
}

export interface ShareConditionTrace extends ShareCondition {
  readonly attribute: string;
  readonly seen: SeenTrace;
  /** 0 to below 100 with 6 decimals; null: the attribute has no text. */
  readonly bucket: number | null;
  readonly held: boolean;
  readonly why: string;
}

/** What an attribute was seen to be: missing, or its value (long and deep ones are cut, with `…`). */
export type SeenTrace = { readonly missing: true } | { readonly missing: false; readonly value: JsonValue };

export interface ComparisonTrace {
  readonly attribute: string;
  readonly operator: Comparison['operator'];
  readonly value?: Scalar | readonly Scalar[];
  readonly ignore_case?: boolean;
  readonly seen: SeenTrace;
  readonly held: boolean;
  readonly why: string;
}

export interface GroupTrace {
  readonly logical_operator: Group['logical_operator'];
  readonly clauses: readonly ConditionTrace[];
  readonly held: boolean;
  readonly why: string;
}

export interface ShareTrace {
  readonly kind: 'rollout' | 'split';
  readonly attribute: string;
  readonly seen: SeenTrace;
  /** 0 to below 100 with 6 decimals; null: the attribute has no text to bucket by. */
  readonly bucket: number | null;
  /** Every range, ascending: `from <= bucket < to` is inside. */
  readonly ranges: readonly ShareRange[];
  /** The range that holds the bucket. */
  readonly met: ShareRange | null;
  /** The variation that holds all of 0 to 100, so that no bucket is needed. */
  readonly whole: string | null;
  readonly why: string;
}

/** In percent. */
export interface ShareRange {
  readonly variation: string;
  readonly from: number;
  readonly to: number;
}
