import { count } from './count.ts';

/** The tests that a flag carries. */
export const testStrings = {
  title: 'Tests',
  lead: 'What the flag has to answer to one user. Every test runs before anything that reaches the flag is saved.',
  none: 'No tests yet',
  noneHelp: 'Try a user and keep the answer with “Make a test”, or add one here.',
  add: 'Add test',
  make: 'Make a test',
  made: (name: string) => `The test “${name}” is added; it is kept when you save`,
  whileOff: 'While the flag is off, everyone gets what off serves. Turn it on to make a test.',
  met: 'Prerequisite met:',
  notMet: 'Prerequisite not met:',
  nameOf: (who: string, what: string) => `${who} gets ${what}`,
  anyone: 'A user',
  ownDefault: 'their own default',
  name: 'Name',
  context: 'Evaluation context',
  contextHint: 'JSON, or only a targeting key',
  variation: 'Expected variation',
  anyVariation: 'Any',
  reason: 'Expected reason',
  anyReason: 'Any',
  value: 'Expected value (JSON)',
  removeValue: 'Expect no value',
  pins: 'Points instead of buckets',
  pin: (place: number) => `Point of rule ${place}, 0 to 100`,
  pinGone: 'Point of a rule that is gone',
  unpin: (place: number) => `Take the bucket of rule ${place}`,
  addPin: (place: number) => `Set the point of rule ${place}`,
  edit: (name: string) => `Edit the test ${name}`,
  done: (name: string) => `Done with the test ${name}`,
  remove: (name: string) => `Remove the test ${name}`,
  removed: (name: string) => `The test “${name}” is removed`,
  passes: 'Passes',
  fails: 'Fails',
  running: 'Running …',
  summary: (tests: number, failing: number) =>
    failing === 0
      ? `${count(tests, 'test passes', 'tests pass')} with what is on the screen`
      : `${failing.toLocaleString('en')} of ${count(tests, 'test fails', 'tests fail')} with what is on the screen`,
  more: (tests: number) => `Show ${tests.toLocaleString('en')} more`,
  problems: {
    name: 'A test needs a name of 1 to 128 characters.',
    expectation: 'A test expects a variation, a value or a reason. Choose one.',
    value: 'The expected value is not valid JSON.',
    pin: 'A point is a number from 0 to 100, such as 12.5.',
    many: (most: number) => `A flag has at most ${most} tests.`,
  },
  app: {
    title: 'Tests of flags',
    help: 'What happens when a change would make a test of a flag fail.',
    choices: { warn: 'Warn', block: 'Refuse the change' },
    warn: 'The failing tests are shown; the change can be saved all the same.',
    block: 'The change is refused, whoever makes it and however: here, by the API, by an import.',
    saved: (block: boolean) =>
      block
        ? 'Changes that make a test fail are refused now'
        : 'Changes that make a test fail are warned of now',
    failed: 'The setting was not changed',
  },
} as const;
