import { expect, test } from 'vitest';
import { type Answered, faultsIn } from './history.ts';

const answered = (edge: string, version: number, more: Partial<Answered> = {}): Answered => ({
  edge,
  status: 200,
  version,
  values: [version, version],
  stale: null,
  ...more,
});

test.each<[string, readonly Answered[], readonly string[]]>([
  ['nothing wrong', [answered('a', 1), answered('b', 1), answered('a', 2), answered('b', 2)], []],
  [
    'a failed request',
    [answered('a', 2), answered('a', 2, { status: 503 })],
    ['answer 1 of a has the status 503'],
  ],
  [
    'a version that went back',
    [answered('a', 2), answered('a', 1), answered('a', 2)],
    ['answer 1 of a went back from version 2 to 1'],
  ],
  ['half a commit', [answered('a', 2, { values: [2, 1] })], ['answer 0 of a shows version 2 as 2, 1']],
  ['no flag at all', [answered('a', 2, { values: [] })], ['answer 0 of a shows version 2 as ']],
  ['an edge left behind', [answered('a', 1)], ['a ends at version 1; the head is 2']],
  ['an edge that is still stale', [answered('a', 2, { stale: 3 })], ['a ends 3 s stale']],
])('the history checker finds %s', (_what, history, faults) => {
  expect(faultsIn(history, 2)).toEqual(faults);
});
