import { fold, textOf } from '../attribute.ts';
import type { Scalar } from '../model.ts';
import { addressOf, blockOf, insideAny } from './address.ts';
import { comparable, ordered } from './order.ts';
import { compilePattern, LONGEST_MATCHED_TEXT } from './pattern.ts';
import { VALUE_PROBLEMS, type ValueKind, type ValueOf } from './value.ts';
import { compareVersions, versionOf } from './version.ts';

/** Whether a scalar attribute, or one element of an array, passes. */
export type Test = (operand: Scalar) => boolean;

/** One operator. To add one, add its row to `OPERATORS` below and its cases to the vectors; everything else reads the table. */
export interface OperatorRow<K extends ValueKind = ValueKind, F extends boolean = boolean> {
  /** What the condition's value is. */
  readonly value: K;
  /** Whether a condition may say `ignore_case: true`. */
  readonly ignoreCase: F;
  /**
   * What the operator looks at: the scalar an attribute is, the elements of the array it is, or only whether it is there. For any
   * other kind of attribute it is false.
   */
  readonly reads: 'scalar' | 'elements' | 'presence';
  /** It holds for null (`scalar`), for an array none of whose elements pass (`elements`), or for what is not there (`presence`). */
  readonly negated: boolean;
  /** What is wrong with a condition's value, as one sentence about `value` (`value[2] is null; expected …`), or null. */
  problem(value: unknown): string | null;
  /** The test for one value that `problem` finds nothing wrong with. That of a negated `scalar` row is negated already. */
  test(value: unknown, ignoreCase: boolean): Test;
  /**
   * The only (folded) texts a `scalar` row holds for, where there are such: the rules that ask for one of them are then found by a
   * look-up instead of one by one.
   */
  texts?(value: unknown, ignoreCase: boolean): readonly string[];
  /** Why the operator cannot judge a scalar, negated or not ("is no version"), for people; null if it can. */
  unfit(value: unknown, operand: Scalar): string | null;
}

const row = <K extends ValueKind, F extends boolean>(
  value: K,
  ignoreCase: F,
  reads: OperatorRow['reads'],
  negated: boolean,
  test: (value: ValueOf[K], ignoreCase: boolean) => Test,
  unfit: (value: ValueOf[K], operand: Scalar) => string | null = () => null,
): OperatorRow<K, F> => ({
  value,
  ignoreCase,
  reads,
  negated,
  problem: VALUE_PROBLEMS[value],
  // problem() has found this to be a value of the kind: the parser calls it before.
  test: (checked, ignores) => test(checked as ValueOf[K], ignores),
  unfit: (checked, operand) => unfit(checked as ValueOf[K], operand),
});

const textFor = (value: Scalar, ignoreCase: boolean): string =>
  ignoreCase ? fold(textOf(value)) : textOf(value);

/** Compares the two texts, or the two folded ones. Each test is a function of its own: one that called another would cost twice. */
const onTexts =
  (testOf: (value: string) => Test) =>
  (value: Scalar, ignoreCase: boolean): Test => {
    const test = testOf(textFor(value, ignoreCase));
    return ignoreCase ? (operand) => test(fold(textOf(operand))) : test;
  };

const equal = onTexts((value) => (operand) => textOf(operand) === value);
const unequal = onTexts((value) => (operand) => textOf(operand) !== value);

const substring = (negated: boolean, testOf: (value: string) => Test) =>
  row('text', true, 'scalar', negated, onTexts(testOf));

const membership = (negated: boolean) =>
  row('scalars', true, 'scalar', negated, (values, ignoreCase) => {
    const texts = new Set(values.map((value) => textFor(value, ignoreCase)));
    return ignoreCase
      ? (operand) => texts.has(fold(textOf(operand))) !== negated
      : (operand) => texts.has(textOf(operand)) !== negated;
  });

const order = (accepts: (difference: number) => boolean) =>
  row(
    'scalar',
    false,
    'scalar',
    false,
    (bound) => ordered(bound, accepts),
    (bound, operand) =>
      comparable(bound, operand) ? null : 'has no order with that: both must be dates, or both numbers',
  );

const version = (accepts: (difference: number) => boolean) =>
  row(
    'version',
    false,
    'scalar',
    false,
    (value) => {
      const bound = versionOf(value);
      return (operand) => {
        const other = versionOf(textOf(operand));
        return bound !== null && other !== null && accepts(compareVersions(other, bound));
      };
    },
    (_, operand) => (versionOf(textOf(operand)) === null ? 'is no version' : null),
  );

const pattern = (negated: boolean) =>
  row(
    'pattern',
    false,
    'scalar',
    negated,
    (source) => {
      const compiled = compilePattern(source);
      return (operand) => {
        const text = textOf(operand);
        return (
          text.length <= LONGEST_MATCHED_TEXT &&
          typeof compiled !== 'string' &&
          compiled.test(text) !== negated
        );
      };
    },
    (_, operand) =>
      textOf(operand).length > LONGEST_MATCHED_TEXT
        ? `is longer than ${LONGEST_MATCHED_TEXT} characters`
        : null,
  );

const addresses = (negated: boolean) =>
  row(
    'addresses',
    false,
    'scalar',
    negated,
    (values) => {
      const inside = insideAny(values.map(blockOf).filter((block) => block !== null));
      return (operand) => {
        const address = addressOf(textOf(operand));
        return address !== null && inside(address) !== negated;
      };
    },
    (_, operand) => (addressOf(textOf(operand)) === null ? 'is no IP address' : null),
  );

const presence = (negated: boolean) => row('none', false, 'presence', negated, () => () => true);

/** Adds to a row what it holds for. */
const holdingFor = <K extends ValueKind, F extends boolean>(
  texts: (value: ValueOf[K], ignoreCase: boolean) => readonly string[],
  base: OperatorRow<K, F>,
): OperatorRow<K, F> => ({
  ...base,
  // As above: problem() was asked first.
  texts: (checked, ignores) => texts(checked as ValueOf[K], ignores),
});

/** The table of operators, in the order people should see them. */
export const OPERATORS = {
  equals: holdingFor(
    (value, ignoreCase) => [textFor(value, ignoreCase)],
    row('scalar', true, 'scalar', false, equal),
  ),
  not_equals: row('scalar', true, 'scalar', true, unequal),
  contains: substring(false, (value) => (operand) => textOf(operand).includes(value)),
  not_contains: substring(true, (value) => (operand) => !textOf(operand).includes(value)),
  starts_with: substring(false, (value) => (operand) => textOf(operand).startsWith(value)),
  not_starts_with: substring(true, (value) => (operand) => !textOf(operand).startsWith(value)),
  ends_with: substring(false, (value) => (operand) => textOf(operand).endsWith(value)),
  not_ends_with: substring(true, (value) => (operand) => !textOf(operand).endsWith(value)),
  in: holdingFor(
    (values, ignoreCase) => values.map((value) => textFor(value, ignoreCase)),
    membership(false),
  ),
  not_in: membership(true),
  has: row('scalar', true, 'elements', false, equal),
  not_has: row('scalar', true, 'elements', true, equal),
  greater_than: order((difference) => difference > 0),
  less_than: order((difference) => difference < 0),
  greater_than_or_equals: order((difference) => difference >= 0),
  less_than_or_equals: order((difference) => difference <= 0),
  semver_equals: version((difference) => difference === 0),
  semver_greater_than: version((difference) => difference > 0),
  semver_less_than: version((difference) => difference < 0),
  semver_greater_than_or_equals: version((difference) => difference >= 0),
  semver_less_than_or_equals: version((difference) => difference <= 0),
  matches: pattern(false),
  not_matches: pattern(true),
  in_cidr: addresses(false),
  not_in_cidr: addresses(true),
  exists: presence(false),
  not_exists: presence(true),
} as const satisfies Readonly<Record<string, OperatorRow>>;

export type Operator = keyof typeof OPERATORS;

/** Own names only: `constructor` is no operator. */
export const isOperator = (name: unknown): name is Operator =>
  typeof name === 'string' && Object.hasOwn(OPERATORS, name);
