import { count } from './count.ts';

/** What a change would reach, before it is saved. */
export const reachStrings = {
  title: 'What this reaches',
  pending: 'Working out what this reaches …',
  unknown: 'What this reaches could not be worked out',
  refused: 'The server refuses this change',
  exposure: (before: string | null, after: string | null) => {
    const now = `${after === null ? 'Nobody' : `At most ${after} of everyone`} gets anything other than what off serves`;
    if (before === after) return `${now}, as before.`;
    return `${now}; before, ${before === null ? 'nobody' : `at most ${before}`}.`;
  },
  named: (users: number) => `Users named in rules come on top: ${users.toLocaleString('en')}.`,
  nothing: 'No flag depends on this.',
  affects: (flags: number) => `${count(flags, 'flag depends', 'flags depend')} on this:`,
  upTo: (share: string) => `, for at most ${share}`,
  more: (flags: number) => `and ${count(flags, 'more flag', 'more flags')}`,
  tests: (tests: number) => count(tests, 'test fails', 'tests fail'),
  blocked: 'This app refuses changes that make a test fail. Change the rules, or the test.',
  warned: 'It can be saved all the same.',
  answers: (answers: number) =>
    `${count(answers, 'saved context gets', 'saved contexts get')} another answer`,
  answer: (context: string, flag: string) => `${context}, ${flag}: `,
  noFlag: 'no such flag',
  own: 'the default in the code',
  to: ' → ',
} as const;
