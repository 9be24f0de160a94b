import type { Comparison, Condition, Operator, Scalar } from '@halyard/engine';
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
}

export type BuilderRule = RuleType<string, Operator, Operand>;
export type BuilderGroup = RuleGroupType<BuilderRule>;

export const EMPTY_OPERAND: Operand = { text: '', list: [], ignoreCase: false, was: null };

/** The flat list of a rule is depth 1, and a flag may go to 6. */
export const MAX_DEPTH = 6;

const LISTS: ReadonlySet<Operator> = new Set(['in', 'not_in', 'in_cidr', 'not_in_cidr']);
const WITHOUT_VALUE: ReadonlySet<Operator> = new Set(['exists', 'not_exists']);
const ORDERS: ReadonlySet<Operator> = new Set([
  'greater_than',
  'less_than',
  'greater_than_or_equals',
  'less_than_or_equals',
]);
const CASED: ReadonlySet<Operator> = new Set([
  'equals',
  'not_equals',
  'contains',
  'not_contains',
  'starts_with',
  'not_starts_with',
  'ends_with',
  'not_ends_with',
  'in',
  'not_in',
  'has',
  'not_has',
]);

export const takesList = (operator: Operator): boolean => LISTS.has(operator);
export const takesNothing = (operator: Operator): boolean => WITHOUT_VALUE.has(operator);
export const mayIgnoreCase = (operator: Operator): boolean => CASED.has(operator);

const isGroup = (node: BuilderRule | BuilderGroup): node is BuilderGroup => 'rules' in node;

let lastId = 0;
/** Unique in this page; ids only tell React and the builder which row is which. */
export const newId = (): string => {
  lastId += 1;
  return `:${lastId}`;
};

const operandOf = (comparison: Comparison): Operand => {
  const value: Scalar | readonly Scalar[] | undefined = 'value' in comparison ? comparison.value : undefined;
  const ignoreCase = 'ignore_case' in comparison && comparison.ignore_case === true;
  if (value === undefined) return { ...EMPTY_OPERAND, ignoreCase };
  if (typeof value === 'object') return { text: '', list: value.map(String), ignoreCase, was: value };
  return { text: String(value), list: [], ignoreCase, was: value };
};

const nodeOf = (condition: Condition): BuilderRule | BuilderGroup =>
  'logical_operator' in condition
    ? {
        id: newId(),
        combinator: condition.logical_operator === 'AND' ? 'and' : 'or',
        rules: condition.clauses.map(nodeOf),
      }
    : {
        id: newId(),
        field: condition.attribute,
        operator: condition.operator,
        value: operandOf(condition),
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

const known = ({ was }: Operand): readonly Scalar[] =>
  was === null ? [] : typeof was === 'object' ? was : [was];

const scalarOf = (operator: Operator, operand: Operand): Scalar => {
  const { text } = operand;
  const unchanged = known(operand).find((scalar) => String(scalar) === text);
  if (unchanged !== undefined) return unchanged;
  // A bound of an order reads best as the number it is; for all else the text decides.
  const numeral = ORDERS.has(operator) && String(Number(text)) === text && Number.isFinite(Number(text));
  return numeral ? Number(text) : text;
};

const listOf = (operand: Operand): readonly Scalar[] => {
  const before = known(operand);
  const unchanged =
    before.length === operand.list.length && before.every((scalar, i) => String(scalar) === operand.list[i]);
  return unchanged
    ? before
    : operand.list.map((text) => before.find((scalar) => String(scalar) === text) ?? text);
};

const comparisonOf = ({ field, operator, value }: BuilderRule): Comparison => {
  const attribute = field.trim();
  const operand = value ?? EMPTY_OPERAND;
  const cased = mayIgnoreCase(operator) && operand.ignoreCase ? { ignore_case: true } : {};
  const rest = takesNothing(operator)
    ? {}
    : { value: takesList(operator) ? listOf(operand) : scalarOf(operator, operand) };
  // Operator and value fit each other by the tables above, which the union of comparisons cannot see.
  return { attribute, operator, ...rest, ...cased } as Comparison;
};

const conditionOf = (node: BuilderRule | BuilderGroup): readonly Condition[] => {
  if (!isGroup(node)) return [comparisonOf(node)];
  const clauses = node.rules.flatMap(conditionOf);
  return clauses.length === 0 ? [] : [{ logical_operator: node.combinator === 'or' ? 'OR' : 'AND', clauses }];
};

/** The conditions a builder's state stands for; a group without anything in it is left out. */
export const conditionsOf = (query: BuilderGroup): readonly Condition[] => {
  const conditions = query.rules.flatMap(conditionOf);
  if (query.combinator !== 'or' || conditions.length < 2) return conditions;
  return [{ logical_operator: 'OR', clauses: conditions }];
};

/** How many levels of groups may still be nested in a group at this depth of the builder, 0 being the outermost. */
export const mayNest = (query: BuilderGroup, level: number): boolean => {
  // An outermost "any of" is a group in the rule's list, one level deeper than it looks.
  const depth = level + (query.combinator === 'or' ? 2 : 1);
  return depth < MAX_DEPTH;
};
