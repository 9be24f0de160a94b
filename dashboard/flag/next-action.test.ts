import type { Flag, Rule } from '@halyard/engine';
import { expect, test } from 'vitest';
import { nextActionOf } from './next-action.ts';

const share = (percentage: number): Rule => ({
  priority: 1,
  conditions: [],
  serve_variation: 'on',
  rollout: { percentage },
});
const flag = (more: Partial<Flag>, version = 2) => ({
  key: 'a',
  enabled: true,
  variations: { on: true, off: false },
  default_variation: 'off',
  rules: [],
  version,
  ...more,
});

test.each([
  ['nothing is released yet', flag({}), { kind: 'start' }],
  [
    'a rollout is under way',
    flag({ rules: [share(12.5)] }),
    { kind: 'step', target: { variation: 'on', percentage: 25, rest: 'off' } },
  ],
  ['everyone has it', flag({ rules: [share(100)] }), { kind: 'undo' }],
  [
    'the flag is off in the middle of a rollout',
    flag({ enabled: false, rules: [share(25)] }),
    { kind: 'undo' },
  ],
  ['the flag is off and was never changed', flag({ enabled: false }, 1), null],
  [
    'three variations, and nothing says what the others get',
    flag({ variations: { on: true, off: false, x: true }, default_variation: 'on', rules: [share(25)] }),
    { kind: 'undo' },
  ],
])('what comes next when %s', (_, given, expected) => {
  expect(nextActionOf(given)).toEqual(expected);
});
