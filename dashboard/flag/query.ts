import type { Comparison, Condition, Operator, Reference, Scalar } from '@halyard/engine';
import type { RuleGroupType, RuleType } from 'react-querybuilder';

/**
 * The value side of a comparison while it is edited: text and list are both kept, so that trying another operator loses nothing.
 * `was` is the value as it was read, so that what is not touched keeps its type.
 */
export interface Operand {
  readonly text: string;
  readonly list: readonly string[];
  readonly ignoreCase: boolean;
  readonly was: Scalar | readonly Scalar[] | null;
  /** What is not compared but asked of a segment, another flag or a share: neither attribute nor operator count then. */
  readonly reference?: Reference;
}

export type BuilderRule = RuleType<string, Operator, Operand>;
export type BuilderGroup = RuleGroupType<BuilderRule>;

export const EMPTY_OPERAND: Operand = { text: '', list: [], ignoreCase: false, was: null };

/** The flat list of a rule is depth 1, and a flag may go to 6. */
export const MAX_DEPTH = 6;

export const isGroup = (node: BuilderRule | BuilderGroup): node is BuilderGroup => 'rules' in node;

/** What a row asks of a segment, another flag or a share; undefined: it compares an attribute. */
export const referenceOf = ({ value }: { readonly value?: Operand }): Reference | undefined =>
  value?.reference;

let lastId = 0;
/** Unique in this page; ids only tell React and the builder which row is which. */
export const newId = (): string => {
  lastId += 1;
  return `:${lastId}`;
};

/** A comparison that nothing is said in yet. */
export const emptyCondition = (): BuilderRule => ({
  id: newId(),
  field: '',
  operator: 'equals',
  value: EMPTY_OPERAND,
});

/** Whether a group, or one in it, has nothing in it. */
export const hasEmptyGroup = (group: BuilderGroup): boolean =>
  group.rules.some((node) => isGroup(node) && (node.rules.length === 0 || hasEmptyGroup(node)));

export const isReference = (condition: Comparison | Reference): condition is Reference =>
  !('attribute' in condition) || condition.operator === 'in_share';

const operandOf = (comparison: Comparison): Operand => {
  const value: Scalar | readonly Scalar[] | undefined = 'value' in comparison ? comparison.value : undefined;
  const ignoreCase = 'ignore_case' in comparison && comparison.ignore_case === true;
  if (value === undefined) return { ...EMPTY_OPERAND, ignoreCase };
  if (typeof value === 'object') return { text: '', list: value.map(String), ignoreCase, was: value };
  return { text: String(value), list: [], ignoreCase, was: value };
};

const nodeOf = (condition: Condition): BuilderRule | BuilderGroup => {
  if ('logical_operator' in condition) {
    return {
      id: newId(),
      combinator: condition.logical_operator === 'AND' ? 'and' : 'or',
      rules: condition.clauses.map(nodeOf),
    };
  }
  if (isReference(condition)) {
    return { ...emptyCondition(), value: { ...EMPTY_OPERAND, reference: condition } };
  }
  const { attribute: field, operator } = condition;
  return { id: newId(), field, operator, value: operandOf(condition) };
};

/** A rule whose only condition is an OR group is shown as "any of", without a box around it. */
export const queryOf = (conditions: readonly Condition[]): BuilderGroup => {
  const [only, ...others] = conditions;
  if (only !== undefined && others.length === 0 && 'logical_operator' in only) {
    if (only.logical_operator === 'OR' && only.clauses.length > 1) {
      return { id: newId(), combinator: 'or', rules: only.clauses.map(nodeOf) };
    }
  }
  return { id: newId(), combinator: 'and', rules: conditions.map(nodeOf) };
};

/** How many levels of groups may still be nested in a group at this depth of the builder, 0 being the outermost. */
export const mayNest = (query: BuilderGroup, level: number): boolean => {
  // An outermost "any of" is a group in the rule's list, one level deeper than it looks.
  const depth = level + (query.combinator === 'or' ? 2 : 1);
  return depth < MAX_DEPTH;
};
