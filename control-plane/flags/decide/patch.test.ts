import { describe, expect, it } from 'vitest';
import type { Issue } from '../../model/problem.ts';
import { parsePatch } from '../body/parse-body.ts';
import { changesOf, definition, refusal, resultOf } from '../testing/fixture.ts';
import { patchFlag } from './patch-flag.ts';
import { patchRule } from './patch-rule.ts';

describe('patching a flag', () => {
  const patch = (body: unknown) => patchFlag('checkout', parsePatch(body), 7);

  it('changes what it names and removes what is null, but where null is a value', () => {
    const { description: _, ...kept } = definition;
    expect(
      resultOf(patch({ enabled: false, description: null, off_variation: null, metadata: { owner: 'ada' } })),
    ).toEqual({
      ...kept,
      enabled: false,
      off_variation: null,
      metadata: { team: 'payments', owner: 'ada' },
    });
  });

  it('replaces the rules whole', () => {
    const rules = [{ priority: 4, conditions: [], serve_variation: 'on' }];
    expect(resultOf(patch({ rules }))).toEqual({
      ...definition,
      rules: [{ ...rules[0], id: expect.stringMatching(/^r_[a-z0-9]{6}$/) }],
    });
  });

  it('changes nothing where it says what is', () => {
    expect(
      changesOf(
        patch({ enabled: true, key: 'x', version: 1, bucketing: null, metadata: { team: 'payments' } }),
      ),
    ).toEqual([]);
  });

  it.each<readonly [unknown, readonly Issue[]]>([
    [{ enabled: null }, [{ pointer: '/enabled', message: 'enabled is missing; expected true or false' }]],
    [
      { enabld: false },
      [{ pointer: '/enabld', message: '"enabld" is not a field of a flag; did you mean "enabled"?' }],
    ],
    [
      { of_variation: null },
      [
        {
          pointer: '/of_variation',
          message: '"of_variation" is not a field of a flag; did you mean "off_variation"?',
        },
      ],
    ],
    [
      { variations: { on: null } },
      [
        { message: 'rules[0].serve_variation is "on"; expected a name in variations' },
        { message: 'rules[1].split.allocations[0].variation is "on"; expected a name in variations' },
      ],
    ],
  ])('refuses %j', (body, issues) => {
    expect(refusal(() => changesOf(patch(body)))).toEqual({ kind: 'invalid', issues });
  });

  it.each([[[]], [null], ['x']])('refuses %j, which is no object', (body) => {
    expect(refusal(() => parsePatch(body)).kind).toBe('invalid');
  });
});

describe('patching a rule', () => {
  const patch = (body: unknown, priority = 1) => patchRule('checkout', priority, parsePatch(body), 7);

  it('ramps it and leaves the other rules alone', () => {
    const [first, second] = definition.rules;
    expect(resultOf(patch({ rollout: { percentage: 25 } }))?.rules).toEqual([
      { ...first, rollout: { percentage: 25 } },
      second,
    ]);
  });

  it('turns a split into a rollout of its own share', () => {
    expect(resultOf(patch({ split: null, rollout: { percentage: 60 } }, 2))?.rules[1]).toEqual({
      id: 'r_second',
      priority: 2,
      conditions: definition.rules[1]?.conditions,
      serve_variation: 'on',
      rollout: { percentage: 60 },
    });
  });

  it('moves it to another priority', () => {
    expect(resultOf(patch({ priority: 9 }))?.rules.map(({ priority }) => priority)).toEqual([2, 9]);
  });

  it.each<readonly [number, unknown, readonly Issue[]]>([
    [
      1,
      { rollout: { percentage: 120 } },
      [
        {
          pointer: '/rollout/percentage',
          message: 'rules[0].rollout.percentage is 120; expected a number from 0 to 100',
        },
      ],
    ],
    [
      1,
      { priority: 2 },
      [{ message: 'rules[1].priority is 2, which rules[0].priority is too; expected each priority once' }],
    ],
    [
      2,
      { rolout: null },
      [
        {
          pointer: '/rolout',
          message: '"rolout" in rules[1] is not a field of a rule; did you mean "rollout"?',
        },
      ],
    ],
    [
      1,
      { conditions: [], rollout: null },
      [{ message: 'Rules with empty conditions must come after rules with conditions' }],
    ],
  ])('of priority %i refuses %j', (priority, body, issues) => {
    expect(refusal(() => changesOf(patch(body, priority)))).toEqual({ kind: 'invalid', issues });
  });

  it('does not find a rule that is not there', () => {
    expect(refusal(() => changesOf(patch({}, 3)))).toEqual({
      kind: 'not_found',
      issues: [{ message: 'The flag "checkout" has no rule of priority 3; it has 1, 2' }],
    });
  });
});
