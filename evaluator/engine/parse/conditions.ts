import { itemsOf } from '../json.ts';
import type { Condition, Reference } from '../model.ts';
import { isOperator, OPERATORS } from '../operators/index.ts';
import { found, Misfit, misfit } from '../place.ts';
import {
  attributeAt,
  booleanAt,
  bucketingAt,
  type Fields,
  field,
  fieldsOf,
  listOf,
  rangesAt,
  textAt,
  textsAt,
} from './fields.ts';

/** At most: a rule's own list is the first level. */
export const DEEPEST_CONDITION = 6;

/** Whose conditions they are: a segment's may not ask what a flag serves. */
type Owner = 'flag' | 'segment';

export const parseConditions = (
  value: unknown,
  place: string,
  owner: Owner,
  depth = 1,
): readonly Condition[] =>
  listOf(value, place).map((condition, index) =>
    parseCondition(condition, `${place}[${index}]`, owner, depth),
  );

/** A condition in a list that is at the given depth. */
const parseCondition = (value: unknown, place: string, owner: Owner, depth: number): Condition => {
  const fields = fieldsOf(value, place, 'a condition');
  const logical = field(fields, 'logical_operator');
  return logical === undefined
    ? (parseReference(fields, place, owner) ?? parseComparison(fields, place))
    : parseGroup(logical, field(fields, 'clauses'), place, owner, depth);
};

const parseGroup = (
  logical: unknown,
  list: unknown,
  place: string,
  owner: Owner,
  depth: number,
): Condition => {
  if (logical !== 'AND' && logical !== 'OR')
    return misfit(`${place}.logical_operator`, logical, '"AND" or "OR"');
  if (depth >= DEEPEST_CONDITION) {
    throw new Misfit(
      `${place} is nested too deep; expected at most ${DEEPEST_CONDITION} levels of conditions`,
    );
  }
  const clauses = parseConditions(list, `${place}.clauses`, owner, depth + 1);
  if (clauses.length === 0) throw new Misfit(`${place}.clauses is empty; expected at least one condition`);
  return { logical_operator: logical, clauses };
};

/** Null: it is a comparison. */
const parseReference = (fields: Fields, place: string, owner: Owner): Reference | null => {
  const operator = field(fields, 'operator');
  switch (operator) {
    case 'in_segment':
    case 'not_in_segment': {
      const attribute = field(fields, 'attribute');
      // Whose attribute decides is the segment's to say: a condition that names one means something else.
      if (attribute !== undefined) return misfit(`${place}.attribute`, attribute, `none with ${operator}`);
      return { operator, value: textsAt(field(fields, 'value'), `${place}.value`) };
    }
    case 'serves':
    case 'not_serves':
      if (owner === 'segment') {
        return misfit(`${place}.operator`, operator, 'another, as segments do not depend on flags');
      }
      return {
        flag: textAt(field(fields, 'flag'), `${place}.flag`),
        operator,
        value: textsAt(field(fields, 'value'), `${place}.value`),
      };
    case 'in_share': {
      const value = fieldsOf(field(fields, 'value'), `${place}.value`);
      return {
        ...attributeAt(fields, place),
        operator,
        value: {
          ...bucketingAt(value, `${place}.value`),
          ranges: rangesAt(field(value, 'ranges'), `${place}.value.ranges`).map(({ range }) => range),
        },
      };
    }
    default:
      return null;
  }
};

const parseComparison = (fields: Fields, place: string): Condition => {
  const attribute = textAt(field(fields, 'attribute'), `${place}.attribute`);
  const operator = field(fields, 'operator');
  if (!isOperator(operator)) {
    return misfit(`${place}.operator`, operator, `one of ${Object.keys(OPERATORS).join(', ')}`);
  }
  const row = OPERATORS[operator];
  const unread = field(fields, 'value');
  const value = Array.isArray(unread) ? itemsOf(unread, `${place}.value`) : unread;
  const problem = row.problem(value);
  if (problem !== null) throw new Misfit(`${place}.${problem}`);
  const ignoreCase = field(fields, 'ignore_case');
  const folds = ignoreCase !== undefined && booleanAt(ignoreCase, `${place}.ignore_case`);
  if (folds && !row.ignoreCase) {
    throw new Misfit(found(`${place}.ignore_case`, true, `none, as ${operator} compares no texts`));
  }
  // The row of this operator was asked whether the value is of its kind and whether it may ignore case.
  return {
    attribute,
    operator,
    ...(row.value === 'none' ? {} : { value }),
    ...(folds ? { ignore_case: true } : {}),
  } as Condition;
};
