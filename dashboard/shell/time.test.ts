import { expect, it } from 'vitest';
import { clockTime, shortAgo } from './time.ts';

const now = Date.parse('2026-11-27T16:14:30.000Z');

it.each([
  ['2026-11-27T16:14:10.000Z', 'just now'],
  ['2026-11-27T16:02:11.000Z', '12 min ago'],
  ['2026-11-27T12:14:00.000Z', '4 h ago'],
  ['2026-11-25T12:14:00.000Z', '2 d ago'],
  ['2026-10-01T12:14:00.000Z', '1 mo ago'],
  ['2026-11-27T16:14:40.000Z', 'just now'],
])('says of %s that it was %s', (at, words) => {
  expect(shortAgo(at, now)).toBe(words);
});

it('says the clock with seconds and the offset from UTC', () => {
  expect(clockTime('2026-11-27T16:02:11.000Z')).toMatch(/^\d\d:02:11 UTC([+-]\d{1,2}(:\d\d)?)?$/);
});
