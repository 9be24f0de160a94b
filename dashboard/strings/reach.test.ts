import { expect, it } from 'vitest';
import { reachStrings } from './reach.ts';

it.each([
  ['25%', '25%', 'At most 25% of everyone gets anything other than what off serves, as before.'],
  ['100%', null, 'Nobody gets anything other than what off serves; before, at most 100%.'],
  [null, '5%', 'At most 5% of everyone gets anything other than what off serves; before, nobody.'],
])('says an exposure that goes from %s to %s', (before, after, sentence) => {
  expect(reachStrings.exposure(before, after)).toBe(sentence);
});
