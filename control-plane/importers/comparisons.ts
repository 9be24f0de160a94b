import type { Comparison, Operator, Scalar } from '@halyard/engine';
import { allOf, anyOf, type Formula, type Side } from './formula.ts';

/** A comparison of an attribute: when it holds, and when it does not though the attribute is there and has the type of the values. */
export interface Atom {
  readonly attribute: string;
  /** False for what is missing or null. */
  readonly holds: Side;
  /** Says nothing of what is missing, and may hold for null. */
  readonly opposite: Side;
}

export const exists = (attribute: string): Side => ({ attribute, operator: 'exists' });
export const isMissing = (attribute: string): Side => ({ attribute, operator: 'not_exists' });

/** Whether the attribute is there. */
export const presence = (attribute: string): Formula => ({
  yes: exists(attribute),
  no: isMissing(attribute),
});

/** An atom with what it is for an attribute that is missing or null. */
export const withMissing = ({ attribute, holds, opposite }: Atom, whenMissing: boolean): Formula =>
  whenMissing
    ? { yes: anyOf([holds, isMissing(attribute)]), no: allOf([exists(attribute), opposite]) }
    : { yes: holds, no: anyOf([opposite, isMissing(attribute)]) };

const compare = (attribute: string, operator: Operator, value: unknown, ignoreCase = false): Side =>
  // Whoever calls pairs the operator with a value of its kind.
  ({ attribute, operator, value, ...(ignoreCase ? { ignore_case: true } : {}) }) as Comparison;

/** Each element of a list attribute is a condition of its own: longer lists are compared with single values only. */
const MOST_ELEMENTS = 50;

export interface MembershipOptions {
  readonly ignoreCase?: boolean;
  /** The vendor looks at the elements of an attribute that is a list. */
  readonly elements?: boolean;
}

export const isIn = (
  attribute: string,
  values: readonly Scalar[],
  { ignoreCase = false, elements = false }: MembershipOptions = {},
): Atom => {
  if (values.length === 0) return { attribute, holds: false, opposite: exists(attribute) };
  const [first] = values;
  const [is, isNot] =
    values.length === 1 && first !== undefined
      ? [compare(attribute, 'equals', first, ignoreCase), compare(attribute, 'not_equals', first, ignoreCase)]
      : [compare(attribute, 'in', values, ignoreCase), compare(attribute, 'not_in', values, ignoreCase)];
  if (!elements || values.length > MOST_ELEMENTS) return { attribute, holds: is, opposite: isNot };
  return {
    attribute,
    holds: anyOf([is, ...values.map((value) => compare(attribute, 'has', value, ignoreCase))]),
    // Each value by itself, so that a list of them makes conditions no deeper.
    opposite: allOf(
      values.map((value) =>
        anyOf([
          compare(attribute, 'not_equals', value, ignoreCase),
          compare(attribute, 'not_has', value, ignoreCase),
        ]),
      ),
    ),
  };
};

/** Whether `isIn` looks at the elements of lists for so many values. */
export const looksInside = (values: readonly Scalar[]): boolean => values.length <= MOST_ELEMENTS;

/** Whether the attribute, a string, has the part; or is a list with that element. */
export const includes = (attribute: string, value: string): Atom => ({
  attribute,
  holds: anyOf([compare(attribute, 'contains', value), compare(attribute, 'has', value)]),
  opposite: anyOf([compare(attribute, 'not_contains', value), compare(attribute, 'not_has', value)]),
});

export type TextOperator = 'contains' | 'starts_with' | 'ends_with';

export const textIs = (
  attribute: string,
  operator: TextOperator,
  value: string,
  ignoreCase = false,
): Atom => {
  // Every string has the empty one in it.
  if (value === '') return { attribute, holds: exists(attribute), opposite: false };
  return {
    attribute,
    holds: compare(attribute, operator, value, ignoreCase),
    opposite: compare(attribute, `not_${operator}`, value, ignoreCase),
  };
};

export const matches = (attribute: string, pattern: string): Atom => ({
  attribute,
  holds: compare(attribute, 'matches', pattern),
  opposite: compare(attribute, 'not_matches', pattern),
});

export const inCidr = (attribute: string, blocks: readonly string[]): Atom =>
  blocks.length === 0
    ? { attribute, holds: false, opposite: exists(attribute) }
    : {
        attribute,
        holds: compare(attribute, 'in_cidr', blocks),
        opposite: compare(attribute, 'not_in_cidr', blocks),
      };

export type Order = '<' | '<=' | '>' | '>=';

const ORDERED: Readonly<Record<Order, readonly [holds: OrderName, opposite: OrderName]>> = {
  '<': ['less_than', 'greater_than_or_equals'],
  '<=': ['less_than_or_equals', 'greater_than'],
  '>': ['greater_than', 'less_than_or_equals'],
  '>=': ['greater_than_or_equals', 'less_than'],
};
type OrderName = 'less_than' | 'less_than_or_equals' | 'greater_than' | 'greater_than_or_equals';

/** Numbers, or dates as ISO 8601 texts. */
export const ordered = (attribute: string, order: Order, value: number | string): Atom => {
  const [holds, opposite] = ORDERED[order];
  return {
    attribute,
    holds: compare(attribute, holds, value),
    opposite: compare(attribute, opposite, value),
  };
};

export const versionOrdered = (attribute: string, order: Order, version: string): Atom => {
  const [holds, opposite] = ORDERED[order];
  return {
    attribute,
    holds: compare(attribute, `semver_${holds}`, version),
    opposite: compare(attribute, `semver_${opposite}`, version),
  };
};

export const versionEquals = (attribute: string, version: string): Atom => ({
  attribute,
  holds: compare(attribute, 'semver_equals', version),
  opposite: anyOf([
    compare(attribute, 'semver_less_than', version),
    compare(attribute, 'semver_greater_than', version),
  ]),
});

/** The opposite of a comparison, for what is there. */
export const opposed = ({ attribute, holds, opposite }: Atom): Atom => ({
  attribute,
  holds: opposite,
  opposite: holds,
});

/** Any of several about one attribute. */
export const anyAtom = (attribute: string, atoms: readonly Atom[]): Atom => ({
  attribute,
  holds: anyOf(atoms.map(({ holds }) => holds)),
  opposite: atoms.length === 0 ? exists(attribute) : allOf(atoms.map(({ opposite }) => opposite)),
});

export const allAtoms = (attribute: string, atoms: readonly Atom[]): Atom => ({
  attribute,
  holds: allOf(atoms.map(({ holds }) => holds)),
  opposite: anyOf(atoms.map(({ opposite }) => opposite)),
});

const SEMVER =
  /^(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?(?:\+[0-9A-Za-z-.]+)?$/;
const SHORT = /^(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*))?$/;

/** A version of three numbers, as semver.org has it. */
export const isFullVersion = (text: string): boolean => SEMVER.test(text);
/** Or of one or two. */
export const isVersion = (text: string): boolean => SEMVER.test(text) || SHORT.test(text);
