import type { ComparisonTrace, Operator, Scalar } from '@halyard/engine';

/** What was wanted of an attribute, after what was seen: where the comparison holds, and where it does not. */
type Phrases = readonly [held: string, failed: string];

/** `…` stands for the value. */
const WANTED = {
  equals: ['as wanted', 'not …'],
  not_equals: ['not …', 'which is the one not wanted'],
  in: ['one of …', 'not one of …'],
  not_in: ['none of …', 'one of …'],
  contains: ['which contains …', 'which does not contain …'],
  not_contains: ['which does not contain …', 'which contains …'],
  starts_with: ['which starts with …', 'which does not start with …'],
  not_starts_with: ['which does not start with …', 'which starts with …'],
  ends_with: ['which ends with …', 'which does not end with …'],
  not_ends_with: ['which does not end with …', 'which ends with …'],
  matches: ['which matches …', 'which does not match …'],
  not_matches: ['which does not match …', 'which matches …'],
  greater_than: ['more than …', 'not more than …'],
  greater_than_or_equals: ['at least …', 'not at least …'],
  less_than: ['less than …', 'not less than …'],
  less_than_or_equals: ['at most …', 'not at most …'],
  semver_equals: ['version …', 'not version …'],
  semver_greater_than: ['a version after …', 'not a version after …'],
  semver_greater_than_or_equals: ['version … or later', 'not version … or later'],
  semver_less_than: ['a version before …', 'not a version before …'],
  semver_less_than_or_equals: ['version … or earlier', 'not version … or earlier'],
  in_cidr: ['an address in …', 'not an address in …'],
  not_in_cidr: ['an address outside …', 'not an address outside …'],
  has: ['with the element …', 'without the element …'],
  not_has: ['without the element …', 'not a list without the element …'],
  exists: ['as wanted', 'and had to be present'],
  not_exists: ['as wanted', 'and had to be missing'],
} as const satisfies Record<Operator, Phrases>;

const MEMBERS_SHOWN = 20;

const textOf = (value: Scalar | readonly Scalar[] | undefined): string => {
  if (!Array.isArray(value)) return JSON.stringify(value) ?? '';
  const members: readonly Scalar[] = value;
  const shown = members
    .slice(0, MEMBERS_SHOWN)
    .map((member) => JSON.stringify(member))
    .join(', ');
  return members.length > MEMBERS_SHOWN ? `${shown}, … ${members.length} in all` : shown;
};

/** What was seen and what was wanted: `country is "us", not one of "de", "fr", "nl"`. */
export const seenAndWanted = ({ operator, value, ignore_case, held, why }: ComparisonTrace): string => {
  const [whenHeld, whenFailed] = WANTED[operator];
  const wanted = (held ? whenHeld : whenFailed).replace('…', () => textOf(value));
  return `${why}, ${wanted}${ignore_case === true ? ' (in any case)' : ''}`;
};
