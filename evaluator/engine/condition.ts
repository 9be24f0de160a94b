import {
  attributeNamed,
  isScalar,
  look,
  lookClosely,
  type OwnContext,
  type Seen,
  settle,
} from './attribute.ts';
import type { Comparison, Condition, Reference } from './model.ts';
import { OPERATORS, type OperatorRow, type Test } from './operators/index.ts';

export type Predicate = (context: OwnContext) => boolean;

/** A comparison on what its attribute was seen to be. */
export type Judgement = (seen: Seen) => boolean;

export const comparedValue = (comparison: Comparison): unknown =>
  'value' in comparison ? comparison.value : undefined;

export const ignoresCase = (comparison: Comparison): boolean =>
  'ignore_case' in comparison && comparison.ignore_case === true;

/** "What a comparison makes of the attribute", for one comparison. */
export const judgementOf = (comparison: Comparison): Judgement => {
  const row: OperatorRow = OPERATORS[comparison.operator];
  const test = row.test(comparedValue(comparison), ignoresCase(comparison));
  const { negated } = row;
  switch (row.reads) {
    case 'scalar':
      return (seen) => (isScalar(seen) ? test(seen) : seen === null && negated);
    case 'elements':
      return (seen) => Array.isArray(seen) && someElement(seen, test) !== negated;
    case 'presence':
      return (seen) => (seen === undefined || seen === null) === negated;
  }
};

/** A longer array may be sparse, or a proxy without an end: only what it has is looked at. */
const LONG = 65_536;

const someElement = (elements: readonly unknown[], test: Test): boolean => {
  const members = elements.length > LONG ? ownMembers(elements) : elements;
  for (let index = 0; index < members.length; index += 1) {
    const element = settle(members[index]);
    if (isScalar(element) && test(element)) return true;
  }
  return false;
};

const ownMembers = (elements: readonly unknown[]): readonly unknown[] =>
  Object.entries(elements)
    .filter(([name]) => String(Number(name) >>> 0) === name)
    .map(([, element]) => element);

/** Makes predicates of conditions; an app makes one of those that several of its flags have in common. */
export type PredicateOf = (condition: Condition) => Predicate;

/** Makes predicates of what only the app can say: membership in its segments, what its other flags serve. */
export type ReferencePredicate = (reference: Reference) => Predicate;

export const predicateOf =
  (clause: PredicateOf, reference: ReferencePredicate): PredicateOf =>
  (condition) => {
    if ('logical_operator' in condition) {
      return (condition.logical_operator === 'AND' ? every : some)(condition.clauses.map(clause));
    }
    return isReference(condition) ? reference(condition) : comparisonPredicate(condition);
  };

const REFERENCES: { readonly [O in Reference['operator']]: true } = {
  in_segment: true,
  not_in_segment: true,
  serves: true,
  not_serves: true,
  in_share: true,
};

export const isReference = (condition: Comparison | Reference): condition is Reference =>
  Object.hasOwn(REFERENCES, condition.operator);

/** A text is what attributes mostly are; everything else takes the long way round. */
const comparisonPredicate = (comparison: Comparison): Predicate => {
  const attribute = attributeNamed(comparison.attribute);
  const row: OperatorRow = OPERATORS[comparison.operator];
  const judge = judgementOf(comparison);
  if (attribute.inherited || row.reads !== 'scalar') return (context) => judge(look(context, attribute));
  const { name } = attribute;
  const folds = ignoresCase(comparison);
  const texts = row.texts?.(comparedValue(comparison), folds);
  if (texts === undefined || folds) {
    const test = row.test(comparedValue(comparison), folds);
    return (context) => {
      const value = context[name];
      return typeof value === 'string' ? test(value) : judge(lookClosely(context, attribute, value));
    };
  }
  const [only, ...others] = texts;
  if (only !== undefined && others.length === 0) {
    return (context) => {
      const value = context[name];
      return typeof value === 'string' ? value === only : judge(lookClosely(context, attribute, value));
    };
  }
  const members = new Set(texts);
  return (context) => {
    const value = context[name];
    return typeof value === 'string' ? members.has(value) : judge(lookClosely(context, attribute, value));
  };
};

/** Of at least one. */
export const every = (predicates: readonly Predicate[]): Predicate =>
  predicates.reduceRight((rest, first) => (context) => first(context) && rest(context));

/** Of at least one. */
const some = (predicates: readonly Predicate[]): Predicate =>
  predicates.reduceRight((rest, first) => (context) => first(context) || rest(context));
