import { compile, type Flag } from '@halyard/engine';
import { describe, expect, it } from 'vitest';
import { jointShare as joint } from './joint.ts';

const jointShare = (...asked: Parameters<typeof joint>): number => joint(...asked).share;

const rollout = (key: string, percentage: number, more: Partial<Flag> = {}): Flag => ({
  key,
  enabled: true,
  variations: { on: true, off: false },
  default_variation: 'off',
  rules: [{ priority: 1, conditions: [], serve_variation: 'on', rollout: { percentage } }],
  bucketing: { hash: 'murmur3', salt: `default/${key}` },
  ...more,
});
const needs = (...flags: string[]) => flags.map((flag) => ({ flag, variations: ['on'] }));
const among =
  (...flags: Flag[]) =>
  (key: string) =>
    flags.find((flag) => flag.key === key);

describe('the share that a flag and its prerequisites leave together', () => {
  it('is the product of independent shares, through every prerequisite of a prerequisite, each once', () => {
    const others = among(rollout('b', 50, { prerequisites: needs('c') }), rollout('c', 50));
    expect(jointShare(rollout('a', 25, { prerequisites: needs('b') }), among(rollout('b', 50)))).toBe(12.5);
    expect(jointShare(rollout('a', 25, { prerequisites: needs('b', 'c') }), others)).toBe(6.25);
  });

  it('is never exceeded, and nearly reached, by what the engine serves', () => {
    const [a, b] = [rollout('a', 25, { prerequisites: needs('b') }), rollout('b', 50)];
    const flag = compile(a, { account: 'default', flag: among(b), segment: () => undefined });
    const contexts = Array.from({ length: 20_000 }, (_, index) => ({ targetingKey: `user-${index}` }));
    const on = contexts.filter((context) => {
      const answer = flag.evaluate(context);
      return answer.kind === 'served' && answer.variant === 'on';
    });
    expect(Math.abs((on.length * 100) / contexts.length - 12.5)).toBeLessThan(0.7);
  });

  it.each([
    ['a prerequisite that is off or not there', rollout('b', 50, { enabled: false }), 0],
    ['one whose default is asked for', rollout('b', 50, { default_variation: 'on' }), 25],
    [
      'one of the same salt: the smaller share',
      rollout('b', 50, { bucketing: { hash: 'murmur3', salt: 'default/a' } }),
      25,
    ],
    [
      'one that names users, who come on top',
      rollout('b', 50, {
        rules: [
          {
            priority: 1,
            conditions: [{ attribute: 'targetingKey', operator: 'in', value: ['ada'] }],
            serve_variation: 'on',
          },
          { priority: 2, conditions: [], serve_variation: 'on', rollout: { percentage: 10 } },
        ],
      }),
      2.5,
    ],
  ])('counts %s', (_, other, share) => {
    expect(jointShare(rollout('a', 25, { prerequisites: needs('b') }), among(other))).toBe(share);
  });

  it('is nothing where a prerequisite is missing, and survives a circle that is being drawn', () => {
    expect(jointShare(rollout('a', 25, { prerequisites: needs('gone') }), among())).toBe(0);
    const b = rollout('b', 50, { prerequisites: needs('a') });
    const a = rollout('a', 20, { prerequisites: needs('b') });
    expect(jointShare(a, among(a, b))).toBe(10);
  });

  it('tells of users who are named, in the flag or in what it needs', () => {
    const ada = {
      priority: 1,
      conditions: [{ attribute: 'targetingKey', operator: 'in' as const, value: ['ada'] }],
      serve_variation: 'on',
    };
    const a = rollout('a', 25, { prerequisites: needs('b') });
    expect(joint(a, among(rollout('b', 50)))).toEqual({ share: 12.5, named: false });
    expect(joint(a, among(rollout('b', 50, { rules: [ada] })))).toEqual({ share: 0, named: true });
  });

  it('takes all of Flagship’s salts for one', () => {
    const flagship = { hash: 'flagship', salt: 'x:y' } as const;
    const b = rollout('b', 50, { bucketing: flagship });
    const a = rollout('a', 25, { bucketing: { ...flagship, salt: 'x:a' }, prerequisites: needs('b') });
    expect(jointShare(a, among(b))).toBe(25);
  });
});
