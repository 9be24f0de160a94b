import type { Comparison, Condition, Operator, Prerequisite, Reference, Scalar } from '@halyard/engine';
import { isReference } from '../flag/query.ts';
import { attribute, join, named, percent, plain, value, type Word, type Words } from './words.ts';

/** How an operator reads between its attribute and its value. */
export const OPERATOR_WORDS = {
  equals: 'is',
  not_equals: 'is not',
  contains: 'contains',
  not_contains: 'does not contain',
  starts_with: 'starts with',
  not_starts_with: 'does not start with',
  ends_with: 'ends with',
  not_ends_with: 'does not end with',
  in: 'is one of',
  not_in: 'is none of',
  has: 'has the element',
  not_has: 'lacks the element',
  greater_than: 'is more than',
  less_than: 'is less than',
  greater_than_or_equals: 'is at least',
  less_than_or_equals: 'is at most',
  semver_equals: 'is version',
  semver_greater_than: 'is a version after',
  semver_less_than: 'is a version before',
  semver_greater_than_or_equals: 'is version … or later',
  semver_less_than_or_equals: 'is version … or earlier',
  matches: 'matches the pattern',
  not_matches: 'does not match the pattern',
  in_cidr: 'is an address in',
  not_in_cidr: 'is an address outside',
  exists: 'is present',
  not_exists: 'is missing',
} as const satisfies Record<Operator, string>;

const quoted = (scalar: Scalar): string => (typeof scalar === 'string' ? `“${scalar}”` : String(scalar));

const MEMBERS_SHOWN = 5;

const valueWords = (operand: unknown, word = (member: Scalar): Word => value(quoted(member))): Words => {
  if (!Array.isArray(operand)) return [word(operand as Scalar)];
  const members: readonly Scalar[] = operand;
  const shown = members.slice(0, MEMBERS_SHOWN).map((member): Words => [word(member)]);
  const more = members.length - shown.length;
  if (more > 0) return [...join(shown, ', '), plain(` and ${more} more`)];
  return join(shown, ', ', ' or ');
};

const comparisonWords = (comparison: Comparison): Words => {
  const words: string = OPERATOR_WORDS[comparison.operator] ?? comparison.operator;
  const [before = words, after] = words.split(' … ');
  const subject = [attribute(comparison.attribute), plain(` ${before}`)];
  if (!('value' in comparison)) return subject;
  return [
    ...subject,
    plain(' '),
    ...valueWords(comparison.value),
    ...(after === undefined ? [] : [plain(` ${after}`)]),
    ...('ignore_case' in comparison && comparison.ignore_case ? [plain(' in any case')] : []),
  ];
};

/** How a reference reads: `is in the segment “beta” or “staff”`. */
export const REFERENCE_WORDS = {
  in_segment: 'is in the segment',
  not_in_segment: 'is not in the segment',
  serves: 'serves',
  not_serves: 'does not serve',
  in_share: 'is within',
} as const satisfies Record<Reference['operator'], string>;

const referenceWords = (reference: Reference): Words => {
  switch (reference.operator) {
    case 'in_segment':
    case 'not_in_segment':
      return [
        plain(`${REFERENCE_WORDS[reference.operator]} `),
        ...valueWords(reference.value, (key) => named('segment', String(key))),
      ];
    case 'serves':
    case 'not_serves':
      return [
        plain('the flag '),
        named('flag', reference.flag),
        plain(` ${REFERENCE_WORDS[reference.operator]} `),
        ...valueWords(reference.value),
      ];
    case 'in_share': {
      const { ranges, hash, salt } = reference.value;
      const shares = ranges.map(([from, to]): Words => [value(`${percent(from)} to ${percent(to)}`)]);
      return [
        attribute(reference.attribute ?? 'targetingKey'),
        plain(` ${REFERENCE_WORDS.in_share} `),
        ...join(shares, ', ', ' or '),
        plain(` of the ${hash} buckets of `),
        value(quoted(salt)),
      ];
    }
  }
};

/** `the flag “payments” is on and serves “on”`, each of several. */
export const prerequisitesWords = (prerequisites: readonly Prerequisite[]): Words =>
  join(
    prerequisites.map(
      ({ flag, variations }): Words => [
        plain('the flag '),
        named('flag', flag),
        plain(' is on and serves '),
        ...valueWords(variations),
      ],
    ),
    ', ',
    ' and ',
  );

const conditionWords = (condition: Condition, within: 'AND' | 'OR' | null): Words => {
  if (!('logical_operator' in condition)) {
    return isReference(condition) ? referenceWords(condition) : comparisonWords(condition);
  }
  if (condition.clauses.length === 1)
    return condition.clauses.flatMap((only) => conditionWords(only, within));
  const parts = condition.clauses.map((clause) => conditionWords(clause, condition.logical_operator));
  const joined = join(parts, condition.logical_operator === 'AND' ? ' and ' : ' or ');
  // "a and b or c" would leave the reader guessing which binds first.
  return within === null || within === condition.logical_operator
    ? joined
    : [plain('('), ...joined, plain(')')];
};

/** The condition as a sentence: `plan is “enterprise” and (country is “us” or email ends with “@example.com”)`. */
export const conditionsWords = (conditions: readonly Condition[]): Words => {
  const [only, ...others] = conditions;
  if (only === undefined) return [plain('everyone')];
  if (others.length === 0) return conditionWords(only, null);
  return conditionWords({ logical_operator: 'AND', clauses: conditions }, null);
};
