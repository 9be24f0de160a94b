import {
  type Bucketing,
  type Comparison,
  type Condition,
  largestOf,
  OPERATORS,
  type Reference,
  type Rule,
  type Split,
} from '@halyard/engine';
import type { FlagDefinition } from '../../model/flag.ts';
import { FIELD_NAMES, FIELDS, type FieldName, type KeptField } from '../body/fields.ts';
import { type ConditionShape, isReferenceShape, type RuleShape } from '../body/schema-rule.ts';
import { withIds } from './rule-ids.ts';

/**
 * What a request says of a flag, parsed: the fields it gives. Absent leaves an extension as it is; null says "none", but where null is
 * a value of its own (fields.ts).
 */
export type FlagInput = {
  readonly [F in RequiredField]: FlagDefinition[F];
} & { readonly [F in Exclude<FieldName, RequiredField>]?: FlagDefinition[F] | null };

type RequiredField = 'enabled' | 'variations' | 'default_variation' | 'rules';

/** What of a stored definition a write goes on from. */
export type Kept = Partial<Pick<FlagDefinition, KeptField | 'rules'>>;

/** A whole definition, its fields always in the order of the table, its rules by priority and each with an id. */
export function definitionOf(
  key: string,
  input: FlagInput,
  bucketing: Bucketing,
  kept: Kept,
): FlagDefinition {
  const fields = FIELD_NAMES.flatMap((name): readonly (readonly [string, unknown])[] => {
    if (name === 'bucketing') return [[name, bucketing]];
    if (name === 'rules') return [[name, withIds(input.rules, kept.rules ?? [], key)]];
    const { omitted, nullIs } = FIELDS[name];
    const said = input[name];
    // Only what is kept where it is left out can be in `kept`.
    const value = said === undefined && omitted === 'kept' ? kept[name as KeptField] : said;
    return value === undefined || (value === null && nullIs === 'absent') ? [] : [[name, value]];
  });
  // Each field has the type that the input, or the stored definition, has for it.
  return { key, ...Object.fromEntries(fields) } as unknown as FlagDefinition;
}

/** Rules as they are stored and answered: by priority, a split with its largest share as `serve_variation`. */
export const rulesOf = (rules: readonly RuleShape[]): Rule[] =>
  rules.map(ruleOf).sort((a, b) => a.priority - b.priority);

function ruleOf(rule: RuleShape): Rule {
  const { priority, rollout, id, bucketing } = rule;
  const conditions = rule.conditions.map(conditionOf);
  const extensions = {
    ...(id === undefined ? {} : { id }),
    ...(bucketing === undefined ? {} : { bucketing }),
  };
  if (rule.split !== undefined) {
    const split: Split = {
      ...(rule.split.attribute === undefined ? {} : { attribute: rule.split.attribute }),
      allocations: rule.split.allocations,
    };
    return { ...extensions, priority, conditions, serve_variation: largestOf(split) ?? '', split };
  }
  return {
    ...extensions,
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

export function conditionOf(condition: ConditionShape): Condition {
  if ('logical_operator' in condition) {
    return {
      logical_operator: condition.logical_operator,
      clauses: condition.clauses.map(conditionOf),
    };
  }
  if (isReferenceShape(condition)) {
    // An attribute that is undefined is absent, as in all JSON.
    return 'attribute' in condition && condition.attribute === undefined
      ? { operator: condition.operator, value: condition.value }
      : (condition as Reference);
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
