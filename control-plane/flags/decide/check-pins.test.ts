import { expect, test } from 'vitest';
import type { FlagDefinition } from '../../model/flag.ts';
import { Problem } from '../../model/problem.ts';
import { definition } from '../testing/fixture.ts';
import { checkWhole } from './write.ts';

const pinned = (id: string): FlagDefinition => ({
  ...definition,
  tests: [{ name: 'a', context: {}, at: { [id]: 10 }, expect: { variant: 'off' } }],
});

const issueOf = (after: FlagDefinition, before: FlagDefinition | null) => {
  try {
    checkWhole(after, before);
    return null;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return error.issues[0];
  }
};

test.for([null, definition])(
  'a test that pins a rule there never was is refused, and says which there are',
  (before) => {
    expect(issueOf(pinned('r_none'), before)).toEqual({
      pointer: '/tests/0/at/r_none',
      message:
        'tests[0].at names the rule "r_none", which the flag does not have; expected one of r_first1, r_second',
    });
  },
);

test('a rule that goes takes nobody’s write with it: the test that pinned it fails', () => {
  const [, second] = definition.rules;
  const after = { ...pinned('r_first1'), rules: second === undefined ? [] : [second] };
  expect(issueOf(pinned('r_first1'), null)).toBeNull();
  expect(issueOf(after, pinned('r_first1'))).toBeNull();
  expect(issueOf({ ...after, description: 'later' }, after)).toBeNull();
});
