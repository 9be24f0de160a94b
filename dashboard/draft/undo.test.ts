import type { Flag, Rule } from '@halyard/engine';
import { describe, expect, it } from 'vitest';
import { textOf } from '../words/words.ts';
import { reviewOf } from './review.ts';
import { keysFrom } from './rule-keys.ts';
import { undoOf } from './undo.ts';

const when = (attribute: string, priority: number, more: Partial<Rule> = {}): Rule => ({
  priority,
  conditions: [{ attribute, operator: 'equals', value: 'x' }],
  serve_variation: 'on',
  ...(more as object),
});
const open = (percentage: number, priority: number): Rule => ({
  priority,
  conditions: [],
  serve_variation: 'on',
  rollout: { percentage },
});
const flag = (rules: readonly Rule[], more: Partial<Flag> = {}): Flag => ({
  key: 'f',
  enabled: true,
  variations: { on: true, off: false },
  default_variation: 'off',
  rules,
  bucketing: { hash: 'murmur3', salt: 's' },
  ...more,
});

describe('undoing a write', () => {
  it('takes back a ramp and keeps the rule that a colleague put in front of it since', () => {
    const before = flag([open(10, 1)]);
    const after = flag([open(25, 1)]);
    const now = flag([when('plan', 1), open(25, 2)]);
    expect(undoOf({ before, after }, now)).toEqual({
      kind: 'undone',
      flag: flag([when('plan', 1), open(10, 2)]),
    });
  });

  it('never gives a colleague’s new open rule the percentage of the one that was ramped', () => {
    const before = flag([open(10, 1)]);
    const after = flag([open(25, 1)]);
    const theirs: Rule = { priority: 1, conditions: [], serve_variation: 'off', rollout: { percentage: 3 } };
    const now = flag([theirs, open(25, 2)]);
    expect(undoOf({ before, after }, now)).toEqual({ kind: 'undone', flag: flag([theirs, open(10, 2)]) });
  });

  it('of the first step takes the rule away again, and leaves none of 0 % behind', () => {
    const before = flag([when('plan', 1)]);
    const after = flag([when('plan', 1), open(5, 2)]);
    expect(undoOf({ before, after }, after)).toEqual({ kind: 'undone', flag: before });
    const now = flag([when('plan', 1), when('country', 2), open(5, 3)], { description: 'theirs' });
    expect(undoOf({ before, after }, now)).toEqual({
      kind: 'undone',
      flag: flag([when('plan', 1), when('country', 2)], { description: 'theirs' }),
    });
  });

  it('is refused, naming what, where a colleague changed the same since', () => {
    const undo = undoOf({ before: flag([open(10, 1)]), after: flag([open(25, 1)]) }, flag([open(50, 1)]));
    expect(undo).toEqual({ kind: 'refused', labels: ['Rule 1: serves'] });
    expect(undoOf({ before: flag([]), after: flag([open(5, 1)]) }, flag([open(50, 1)])).kind).toBe('refused');
  });

  it('has nothing to do where a colleague undid it already', () => {
    const before = flag([], { enabled: true });
    expect(undoOf({ before, after: flag([], { enabled: false }) }, before)).toEqual({ kind: 'nothing' });
  });

  it('brings a removed rule back where it was, and a removed variation', () => {
    const before = flag([when('a', 1), when('b', 2), open(5, 3)], { variations: { on: true, off: false } });
    const after = flag([when('a', 1), open(5, 2)]);
    const now = flag([when('a', 1), open(50, 2)]);
    expect(undoOf({ before, after }, now)).toEqual({
      kind: 'undone',
      flag: flag([when('a', 1), when('b', 2), open(50, 3)]),
    });
    const withThree = flag([], { variations: { on: true, off: false } });
    expect(
      undoOf(
        { before: withThree, after: flag([], { variations: { on: true } }) },
        flag([], { variations: { on: true } }),
      ),
    ).toEqual({ kind: 'undone', flag: withThree });
  });

  it('puts the order of rules back, unless a colleague gave them another one', () => {
    const [a, b, c] = ['a', 'b', 'c'];
    const order = (...names: string[]) => flag(names.map((name, index) => when(name, index + 1)));
    const written = { before: order(a, b, c), after: order(c, a, b) };
    expect(undoOf(written, order(c, a, b))).toEqual({ kind: 'undone', flag: order(a, b, c) });
    expect(undoOf(written, order(b, c, a)).kind).toBe('refused');
  });

  it('keeps what this dashboard does not know of a rule', () => {
    const named = (rule: Rule): Rule => Object.assign({ id: 'r-1' }, rule);
    const before = flag([named(open(10, 1))]);
    expect(
      undoOf({ before, after: flag([named(open(25, 1))]) }, flag([when('a', 1), named(open(25, 2))])),
    ).toEqual({
      kind: 'undone',
      flag: flag([when('a', 1), named(open(10, 2))]),
    });
  });
});

describe('which rule is which', () => {
  it('goes by id before all else', () => {
    const withId = (rule: Rule, id: string): Rule => Object.assign({ id }, rule);
    const base = [withId(when('a', 1), 'x'), withId(when('b', 2), 'y')];
    const other = [withId(when('c', 1), 'y'), withId(when('a', 2), 'z')];
    expect(keysFrom(base, other, 'theirs')).toEqual(['2', '1']);
  });

  it('a moved rule reads as moved, and not as an edit of the others', () => {
    const before = flag([when('a', 1), when('b', 2), when('c', 3)]);
    const after = flag([when('c', 1), when('a', 2), when('b', 3)]);
    const changes = reviewOf(before, after, undefined, keysFrom(before.rules, after.rules, 'mine'));
    expect(
      changes.map(({ label, from, to }) => `${label} ${from && textOf(from)} → ${to && textOf(to)}`),
    ).toEqual(['Rule 3: place 3 → 1']);
  });
});
