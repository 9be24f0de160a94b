import { type Comparison, type Condition, OPERATORS, type Operator, type Scalar } from '@halyard/engine';
import { type BuilderGroup, type BuilderRule, EMPTY_OPERAND, isGroup, type Operand } from '../flag/query.ts';

/** What the engine's table says of an operator's value, in the builder's terms. Apart from query.ts, which is loaded without the engine. */
export const takesList = (operator: Operator): boolean => {
  const { value } = OPERATORS[operator];
  return value === 'scalars' || value === 'addresses';
};
export const takesNothing = (operator: Operator): boolean => OPERATORS[operator].value === 'none';
export const mayIgnoreCase = (operator: Operator): boolean => OPERATORS[operator].ignoreCase;
/** A number or a date that others are before or after. */
export const takesBound = (operator: Operator): boolean =>
  OPERATORS[operator].value === 'scalar' && !OPERATORS[operator].ignoreCase;

const known = ({ was }: Operand): readonly Scalar[] =>
  was === null ? [] : typeof was === 'object' ? was : [was];

const scalarOf = (operator: Operator, operand: Operand): Scalar => {
  const { text } = operand;
  const unchanged = known(operand).find((scalar) => String(scalar) === text);
  if (unchanged !== undefined) return unchanged;
  // A bound of an order reads best as the number it is; for all else the text decides.
  const numeral = takesBound(operator) && String(Number(text)) === text && Number.isFinite(Number(text));
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
  // Operator and value fit each other by the engine's table, which the union of comparisons cannot see.
  return { attribute, operator, ...rest, ...cased } as Comparison;
};

const conditionOf = (node: BuilderRule | BuilderGroup): readonly Condition[] => {
  if (!isGroup(node)) return [node.value?.reference ?? comparisonOf(node)];
  const clauses = node.rules.flatMap(conditionOf);
  return clauses.length === 0 ? [] : [{ logical_operator: node.combinator === 'or' ? 'OR' : 'AND', clauses }];
};

/** The conditions a builder's state stands for; a group without anything in it is left out. */
export const conditionsOf = (query: BuilderGroup): readonly Condition[] => {
  const conditions = query.rules.flatMap(conditionOf);
  if (query.combinator !== 'or' || conditions.length < 2) return conditions;
  return [{ logical_operator: 'OR', clauses: conditions }];
};
