import type { Flag } from '@halyard/engine';
import { expect, it } from 'vitest';
import { jointWords } from './joint.ts';
import { textOf } from './words.ts';

const flag = (more: Partial<Flag> = {}): Flag => ({
  key: 'f',
  enabled: true,
  variations: { on: true, off: false, other: true },
  default_variation: 'off',
  rules: [{ priority: 1, conditions: [], serve_variation: 'on' }],
  ...more,
});

it.each([
  ['one variation', flag(), 12.5, false, 'on for at most 12.5% of everyone, with all prerequisites.'],
  [
    'a flag that is off, with named users',
    flag({ enabled: false }),
    1 / 3,
    true,
    'Once it is on: on for at most 0.333333% of everyone, and for users named in rules, with all prerequisites.',
  ],
  [
    'several variations, or the caller’s default while off',
    flag({ off_variation: null }),
    100,
    false,
    'Anything other than what off serves for at most 100% of everyone, with all prerequisites.',
  ],
  ['nobody', flag(), 0, false, 'Nobody, while a prerequisite is off or serves none of its variations.'],
])('says the share that prerequisites leave of %s', (_, of, share, named, sentence) => {
  expect(textOf(jointWords(of, { share, named }))).toBe(sentence);
});
