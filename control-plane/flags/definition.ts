import {
  type Bucketing,
  type Comparison,
  type Condition,
  type Flag,
  largestOf,
  OPERATORS,
  type Rule,
  type Scalar,
  type Split,
} from '@halyard/engine';
import type { FlagDefinition } from './change.ts';
import type { ConditionShape, RuleShape } from './schema-rule.ts';

/** What a request says of a flag, parsed. Null in an extension says "none"; absent leaves it as it is. */
export interface FlagInput {
  readonly description?: string | null;
  readonly enabled: boolean;
  readonly variations: Flag['variations'];
  readonly default_variation: string;
  readonly off_variation?: string | null;
  readonly rules: readonly Rule[];
  readonly metadata?: Readonly<Record<string, Scalar>>;
  readonly tags?: readonly string[] | null;
  readonly client_side?: boolean | null;
  readonly bucketing?: Bucketing;
}

/** The extensions a full replacement keeps where it leaves them out. */
export type Extensions = Pick<FlagDefinition, 'off_variation' | 'tags' | 'client_side'>;

/** A whole definition, its fields always in this order, its rules by priority. */
export function definitionOf(
  key: string,
  input: FlagInput,
  bucketing: Bucketing,
  kept: Extensions,
): FlagDefinition {
  const off = input.off_variation === undefined ? kept.off_variation : input.off_variation;
  const tags = input.tags === undefined ? kept.tags : input.tags;
  const clientSide = input.client_side === undefined ? kept.client_side : input.client_side;
  return {
    key,
    ...(input.description === undefined ? {} : { description: input.description }),
    enabled: input.enabled,
    variations: input.variations,
    default_variation: input.default_variation,
    ...(typeof off === 'string' ? { off_variation: off } : {}),
    rules: input.rules,
    ...(input.metadata === undefined ? {} : { metadata: input.metadata }),
    ...(tags === undefined || tags === null ? {} : { tags }),
    ...(typeof clientSide === 'boolean' ? { client_side: clientSide } : {}),
    bucketing,
  };
}

/** Rules as they are stored and answered: by priority, a split with its largest share as `serve_variation`. */
export const rulesOf = (rules: readonly RuleShape[]): Rule[] =>
  rules.map(ruleOf).sort((a, b) => a.priority - b.priority);

function ruleOf(rule: RuleShape): Rule {
  const { priority, rollout } = rule;
  const conditions = rule.conditions.map(conditionOf);
  if (rule.split !== undefined) {
    const split: Split = {
      ...(rule.split.attribute === undefined ? {} : { attribute: rule.split.attribute }),
      allocations: rule.split.allocations,
    };
    return { priority, conditions, serve_variation: largestOf(split) ?? '', split };
  }
  return {
    priority,
    conditions,
    // The checks across fields have refused a rule with neither.
    serve_variation: rule.serve_variation ?? '',
    ...(rollout === undefined
      ? {}
      : {
          rollout: {
            percentage: rollout.percentage,
            ...(rollout.attribute === undefined ? {} : { attribute: rollout.attribute }),
          },
        }),
  };
}

function conditionOf(condition: ConditionShape): Condition {
  if ('logical_operator' in condition) {
    return {
      logical_operator: condition.logical_operator,
      clauses: condition.clauses.map(conditionOf),
    };
  }
  const { attribute, operator, value, ignore_case } = condition;
  const row = OPERATORS[operator];
  return {
    attribute,
    operator,
    ...(row.value === 'none' ? {} : { value }),
    ...(ignore_case === undefined || !row.ignoreCase ? {} : { ignore_case }),
    // The operator's row has accepted the value, so the pair is one of the union's members.
  } as Comparison;
}
