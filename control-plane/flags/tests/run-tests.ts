import {
  type CompiledFlag,
  compile,
  type Evaluation,
  type Flag,
  type FlagTest,
  type Surroundings,
} from '@halyard/engine';
import type { FailedTest } from '../../model/commit.ts';
import { sameJson } from '../diff/diff.ts';

/** Runs the tests that a flag carries; pure. A test whose `at` names a rule that is gone fails, and says so. */
export const failingTests = (flag: Flag, surroundings: Surroundings): readonly FailedTest[] => {
  const tests = flag.tests ?? [];
  if (tests.length === 0) return [];
  const pinned = new Map<string, CompiledFlag>();
  // Many tests pin the same points, and compiling costs far more than a test does.
  const compiledAt = (at: FlagTest['at']): CompiledFlag => {
    const name = JSON.stringify(at ?? {});
    const known = pinned.get(name) ?? compile(flag, surroundings, at);
    pinned.set(name, known);
    return known;
  };
  const rules = new Set(flag.rules.flatMap(({ id }) => id ?? []));
  return tests.flatMap((test): FailedTest[] => {
    const { name, at, context, expect: expected } = test;
    const gone = Object.keys(at ?? {}).find((id) => !rules.has(id));
    if (gone !== undefined) {
      return [{ flag: flag.key, name, expected, got: `there is no rule ${JSON.stringify(gone)} any more` }];
    }
    const got = gotFrom(compiledAt(at).evaluate(context), expected);
    return got === null ? [] : [{ flag: flag.key, name, expected, got }];
  });
};

/** Null: all that the test expects is so. */
const gotFrom = (evaluation: Evaluation, expected: FlagTest['expect']): FailedTest['got'] | null => {
  if (evaluation.kind === 'failed') return `${evaluation.code}: ${evaluation.message}`;
  const got: FlagTest['expect'] = {
    ...(evaluation.kind === 'served' ? { variant: evaluation.variant, value: evaluation.value } : {}),
    reason: evaluation.reason,
  };
  const met =
    (expected.variant === undefined || expected.variant === got.variant) &&
    (expected.value === undefined || sameJson(expected.value, got.value)) &&
    (expected.reason === undefined || expected.reason === got.reason);
  return met ? null : got;
};

/** As people read it: `Test "pro users" of flag checkout expected variant "on", but got variant "off" (DEFAULT)`. */
export const testSentence = ({ flag, name, expected, got }: FailedTest): string =>
  `Test ${JSON.stringify(name)} of the flag ${flag} expected ${told(expected, expected.value !== undefined)}, but ${
    typeof got === 'string' ? got : `got ${told(got, expected.value !== undefined)}`
  }`;

/** The value where the test is about it, or where no variation tells it. */
const told = ({ variant, value, reason }: FlagTest['expect'], withValue: boolean): string =>
  [
    ...(variant === undefined ? [] : [`variant ${JSON.stringify(variant)}`]),
    ...(value === undefined || !(withValue || variant === undefined)
      ? []
      : [`value ${short(JSON.stringify(value))}`]),
    ...(reason === undefined ? [] : [`reason ${reason}`]),
  ].join(', ');

const LONGEST = 60;

const short = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);
