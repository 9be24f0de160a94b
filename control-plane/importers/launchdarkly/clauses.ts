import type { Scalar } from '@halyard/engine';
import {
  type Atom,
  anyAtom,
  exists,
  isIn,
  isVersion,
  looksInside,
  matches,
  type Order,
  ordered,
  type TextOperator,
  textIs,
  versionEquals,
  versionOrdered,
} from '../comparisons.ts';
import { type AttributeKind, type Draft, refuse } from '../draft.ts';
import { allOf, type Side } from '../formula.ts';
import type { Place } from '../place.ts';
import type { Attributes } from './attributes.ts';

const TEXTS: Readonly<Record<string, TextOperator>> = {
  startsWith: 'starts_with',
  endsWith: 'ends_with',
  contains: 'contains',
};
const NUMBERS: Readonly<Record<string, Order>> = {
  lessThan: '<',
  lessThanOrEqual: '<=',
  greaterThan: '>',
  greaterThanOrEqual: '>=',
};
const DATES: Readonly<Record<string, Order>> = { before: '<', after: '>' };
const VERSIONS: Readonly<Record<string, (attribute: string, version: string) => Atom>> = {
  semVerEqual: versionEquals,
  semVerLessThan: (attribute, version) => versionOrdered(attribute, '<', version),
  semVerGreaterThan: (attribute, version) => versionOrdered(attribute, '>', version),
};

/** All of a rule's clauses: what is missing or null matches none, a negated one included. */
export const clausesHold = (clauses: Place, attributes: Attributes, draft: Draft): Side =>
  allOf(clauses.items('a list of clauses').map((clause) => clauseHolds(clause, attributes, draft)));

const clauseHolds = (clause: Place, attributes: Attributes, draft: Draft): Side => {
  const operator = clause.get('op').text('the name of an operator');
  const negate = clause.get('negate').flagOr(false);
  if (operator === 'segmentMatch') return segmentHolds(clause, negate);
  const attribute = attributes.of(clause.get('attribute'), clause.get('contextKind'));
  const atom = atomOf(clause, operator, attribute, draft);
  return negate ? allOf([exists(attribute), atom.opposite]) : atom.holds;
};

const segmentHolds = (clause: Place, negate: boolean): Side => {
  const value = clause.get('values').texts();
  if (value.length === 0) return negate;
  return { operator: negate ? 'not_in_segment' : 'in_segment', value };
};

const atomOf = (clause: Place, operator: string, attribute: string, draft: Draft): Atom => {
  const values = clause.get('values').items('a list of values');
  const of = (kind: AttributeKind, atoms: readonly Atom[]): Atom => {
    draft.compares(attribute, kind, clause.path);
    return anyAtom(attribute, atoms);
  };
  const text = own(TEXTS, operator);
  if (text !== undefined) {
    draft.note(clause.path, `${operator} looks at single values here, not at the elements of a list`);
    return of(
      'text',
      stringsAmong(values).map((value) => textIs(attribute, text, value)),
    );
  }
  const number = own(NUMBERS, operator);
  if (number !== undefined) {
    const bounds = values.flatMap(({ value }) => (typeof value === 'number' ? [value] : []));
    return of(
      'number',
      bounds.map((bound) => ordered(attribute, number, bound)),
    );
  }
  const date = own(DATES, operator);
  if (date !== undefined) return of('date', datesOf(clause, values, attribute, date, draft));
  const version = own(VERSIONS, operator);
  if (version !== undefined) {
    const versions = stringsAmong(values).filter(isVersion);
    return of(
      'version',
      versions.map((each) => version(attribute, each)),
    );
  }
  if (operator === 'in') return membership(clause, values, attribute, draft);
  if (operator === 'matches') {
    return of(
      'text',
      stringsAmong(values).map((pattern) => matches(attribute, pattern)),
    );
  }
  return refuse(clause.get('op').path, `${JSON.stringify(operator)} is not an operator that Halyard knows`);
};

const own = <Value>(table: Readonly<Record<string, Value>>, name: string): Value | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined;

const stringsAmong = (values: readonly Place[]): readonly string[] =>
  values.flatMap(({ value }) => (typeof value === 'string' ? [value] : []));

const membership = (clause: Place, values: readonly Place[], attribute: string, draft: Draft): Atom => {
  const scalars: Scalar[] = [];
  for (const { value, path } of values) {
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      draft.compares(attribute, kindOfScalar(value), path);
      scalars.push(value);
    } else if (value !== null) refuse(path, 'is compared whole with an object or a list');
  }
  const elements = attribute !== 'targetingKey';
  if (elements && !looksInside(scalars)) {
    draft.note(
      clause.path,
      'so many values are compared with single values here, not with the elements of a list',
    );
  }
  return isIn(attribute, scalars, { elements });
};

const kindOfScalar = (value: Scalar): AttributeKind =>
  typeof value === 'string' ? 'text' : typeof value === 'number' ? 'number' : 'boolean';

const RFC3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/;

/** Milliseconds or RFC 3339. A context may give either at LaunchDarkly; here it has to be the one that the flag has. */
const datesOf = (
  clause: Place,
  values: readonly Place[],
  attribute: string,
  order: Order,
  draft: Draft,
): readonly Atom[] => {
  const dates = values.flatMap(({ value }) =>
    typeof value === 'number' || (typeof value === 'string' && RFC3339.test(value)) ? [value] : [],
  );
  if (new Set(dates.map((date) => typeof date)).size > 1) {
    draft.differs(
      clause.path,
      'compares with dates as numbers and as strings; a context is compared with those of its own form only',
    );
  }
  return dates.map((date) => ordered(attribute, order, date));
};
