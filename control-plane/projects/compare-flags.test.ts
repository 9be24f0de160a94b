import { type JsonValue, largestOf, type Rule } from '@halyard/engine';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { withIds } from '../flags/decide/rule-ids.ts';
import { flagPart } from '../flags/diff/definition-part.ts';
import { plain } from '../flags/diff/diff-tree.ts';
import { flagDefinition } from '../flags/testing/arbitrary.ts';
import { definition } from '../flags/testing/fixture.ts';
import type { FlagDefinition } from '../model/flag.ts';
import { carried } from './carry.ts';
import { compareFlags } from './compare-flags.ts';

const withRuleIds = (flag: FlagDefinition): FlagDefinition => ({
  ...flag,
  rules: withIds(flag.rules, [], flag.key),
});

/** What somebody may do to a flag and leave it valid. */
type Edit = (flag: FlagDefinition) => FlagDefinition;

const onRule =
  (at: number, edit: (rule: Rule) => Rule): Edit =>
  (flag) => ({
    ...flag,
    rules: flag.rules.map((rule, index) => (index === at % flag.rules.length ? edit(rule) : rule)),
  });

const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.string({ maxLength: 3 }).map(
    (description): Edit =>
      (flag) => ({ ...flag, description }),
  ),
  fc.boolean().map(
    (enabled): Edit =>
      (flag) => ({ ...flag, enabled }),
  ),
  fc.boolean().map(
    (client_side): Edit =>
      (flag) => ({ ...flag, client_side }),
  ),
  fc.constantFrom('ada', 'ben').map(
    (owner): Edit =>
      (flag) => ({ ...flag, owner }),
  ),
  fc.tuple(fc.constantFrom('x', 'y'), fc.integer({ min: 0, max: 2 })).map(
    ([name, value]): Edit =>
      (flag) => ({ ...flag, metadata: { ...flag.metadata, [name]: value } }),
  ),
  fc.constant<Edit>(({ metadata: _, ...flag }) => flag),
  fc
    .tuple(fc.nat(5), fc.constantFrom('pro', 'free'))
    .map(([at, value]) =>
      onRule(at, (rule) => ({ ...rule, conditions: [{ attribute: 'plan', operator: 'equals', value }] })),
    ),
  fc
    .tuple(fc.nat(5), fc.integer({ min: 1, max: 100 }))
    .map(([at, percentage]) =>
      onRule(at, (rule) =>
        rule.split === undefined ? { ...rule, rollout: { ...rule.rollout, percentage } } : rule,
      ),
    ),
  fc.nat(5).map(
    (at): Edit =>
      (flag) => ({
        ...flag,
        rules: flag.rules.filter((_, index) => index !== at % flag.rules.length),
      }),
  ),
  fc.integer({ min: 41, max: 44 }).map(
    (priority): Edit =>
      (flag) =>
        flag.rules.some((rule) => rule.priority === priority)
          ? flag
          : withRuleIds({
              ...flag,
              rules: [
                ...flag.rules,
                {
                  priority,
                  conditions: [{ attribute: 'plan', operator: 'exists' }],
                  serve_variation: flag.default_variation,
                },
              ],
            }),
  ),
);

const edits = fc.array(edit, { maxLength: 3 }).map(
  (list): Edit =>
    (flag) =>
      list.reduce((now, one) => one(now), flag),
);

/** A flag, and what two environments made of it, each by itself. */
const three = fc.tuple(flagDefinition.map(withRuleIds), edits, edits).map(([base, theirs, mine]) => ({
  base,
  from: theirs(base),
  to: mine(base),
}));

/** Every leaf of a definition by its path: an independent way to see who changed what. */
const leaves = (flag: FlagDefinition): ReadonlyMap<string, string> => {
  const found = new Map<string, string>();
  const part = plain(flagPart(flag)) as Record<string, JsonValue>;
  for (const [field, value] of Object.entries(part)) {
    if (field !== 'variations' && field !== 'metadata' && field !== 'rules') found.set(field, text(value));
    else {
      for (const [name, member] of Object.entries(value as object)) {
        if (field !== 'rules') found.set(`${field}/${name}`, text(member));
        else
          for (const [key, leaf] of Object.entries(member as object))
            found.set(`${field}/${name}/${key}`, text(leaf));
      }
    }
  }
  return found;
};
const text = (value: unknown): string =>
  JSON.stringify(value, (_, each) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );

const statusByLeaves = ({
  base,
  from,
  to,
}: {
  base: FlagDefinition;
  from: FlagDefinition;
  to: FlagDefinition;
}): string => {
  const [b, f, t] = [leaves(base), leaves(from), leaves(to)];
  const sides = new Set<string>();
  for (const path of new Set([...b.keys(), ...f.keys(), ...t.keys()])) {
    const [was, theirs, mine] = [b.get(path), f.get(path), t.get(path)];
    if (theirs !== mine) sides.add(theirs === was ? 'to' : mine === was ? 'from' : 'both');
  }
  if (sides.has('both')) return 'diverged';
  return sides.has('from') ? 'behind' : sides.has('to') ? 'ahead' : 'same';
};

/** As rules are stored: a split with its largest share. */
const served = (rule: Rule): Rule =>
  JSON.parse(
    JSON.stringify(
      rule.split === undefined ? rule : { ...rule, serve_variation: largestOf(rule.split) ?? '' },
    ),
  );

const prioritiesOf = (flag: FlagDefinition): number =>
  new Set(flag.rules.map(({ priority }) => priority)).size;

describe('two flags with something in common', () => {
  test('agree with a model of who changed which leaf', () => {
    fc.assert(
      fc.property(three, (sides) => {
        const { status, merged, to } = compareFlags(sides);
        const due = statusByLeaves(sides);
        if (status === due) return;
        // Both added a rule of one priority: apart each is right, together they are no flag.
        expect([status, due, merged]).toEqual(['diverged', 'behind', null]);
        const both = [...sides.from.rules, ...to.rules].map(({ priority }) => priority);
        expect(new Set(both).size).toBeLessThan(
          new Map([...sides.from.rules, ...to.rules].map((r) => [r.id, r])).size,
        );
      }),
      { numRuns: 500 },
    );
  });

  test('are the same after a promotion, or the target is ahead by what it changed itself', () => {
    fc.assert(
      fc.property(three, fc.boolean(), ({ base, from, to }, state) => {
        const before = compareFlags({ base, from, to });
        const part = before.merged ?? flagPart(from);
        const after = carried(part, from, before.to, state);
        expect(prioritiesOf(after)).toBe(after.rules.length);
        // What was carried is what both have in common from now on.
        const { status, diff } = compareFlags({ base: from, from, to: after });
        const own = Object.values(before.diff).some(({ side }) => side === 'to') && before.merged !== null;
        expect(status).toBe(own ? 'ahead' : 'same');
        expect(Object.keys(diff).sort()).toEqual(
          before.merged === null
            ? []
            : Object.keys(before.diff)
                .filter((path) => before.diff[path]?.side === 'to')
                .sort(),
        );
      }),
      { numRuns: 500 },
    );
  });

  test('behind and ahead change places with the direction', () => {
    const turned = { same: 'same', behind: 'ahead', ahead: 'behind', diverged: 'diverged' } as const;
    fc.assert(
      fc.property(three, ({ base, from, to }) => {
        const there = compareFlags({ base, from, to });
        const back = compareFlags({ base, from: to, to: from });
        const merges = new Set(Object.values(there.diff).map(({ side }) => side)).size > 1;
        expect(back.status).toBe(merges ? there.status : turned[there.status]);
        expect(Object.keys(back.diff).sort()).toEqual(Object.keys(there.diff).sort());
      }),
      { numRuns: 500 },
    );
  });

  test('state is left alone, or all of it is carried', () => {
    fc.assert(
      fc.property(three, ({ base, from, to }) => {
        const { to: mine, merged } = compareFlags({ base, from, to });
        const part = merged ?? flagPart(from);
        const kept = carried(part, from, mine, false);
        expect([kept.enabled, kept.client_side, kept.bucketing]).toEqual([
          to.enabled,
          to.client_side,
          to.bucketing,
        ]);
        const moved = carried(flagPart(from), from, mine, true);
        const { metadata = {} } = from;
        expect(JSON.parse(JSON.stringify({ ...moved, bucketing: null }))).toEqual({
          ...JSON.parse(JSON.stringify(from)),
          ...(Object.keys(metadata).length === 0 ? { metadata: undefined } : {}),
          bucketing: null,
          rules: [...from.rules].sort((a, b) => a.priority - b.priority).map(served),
        });
        const shares = new Map(mine.rules.map((rule) => [rule.id, rule]));
        for (const rule of kept.rules) {
          const was = shares.get(rule.id);
          if (was === undefined || was.split !== undefined || rule.split !== undefined) continue;
          expect(rule.rollout?.percentage ?? 100).toBe(was.rollout?.percentage ?? 100);
        }
        expect(carried(flagPart(from), from, null, false).enabled).toBe(false);
      }),
      { numRuns: 300 },
    );
  });
});

const [first, second] = definition.rules;
if (first === undefined || second === undefined) throw new Error('The fixture has two rules.');

describe('two flags that never had anything in common', () => {
  test('are the same whatever their rules are called, and whatever their state is', () => {
    const other: FlagDefinition = {
      ...definition,
      enabled: false,
      protected: true,
      bucketing: { hash: 'murmur3', salt: 'elsewhere' },
      rules: [
        { ...first, id: 'r_other1', rollout: { percentage: 80 } } as Rule,
        { ...second, id: 'r_other2' },
      ],
    };
    expect(compareFlags({ base: null, from: definition, to: other })).toMatchObject({
      status: 'same',
      diff: {},
    });
  });

  test('are paired rule by rule, and differ in what both have', () => {
    const other: FlagDefinition = {
      ...definition,
      description: 'Ours',
      rules: [{ ...first, id: 'r_other1', priority: 5 } as Rule, { ...second, id: 'r_other2' }],
    };
    const { status, diff } = compareFlags({ base: null, from: definition, to: other });
    expect([status, diff]).toEqual([
      'diverged',
      {
        description: { from: 'The new checkout', to: 'Ours', side: 'both' },
        'rules.r_first1.priority': { from: 1, to: 5, side: 'both' },
      },
    ]);
  });
});

test('metadata may be called as what every object inherits', () => {
  const { metadata: _, ...bare } = definition;
  const named = { ...bare, metadata: { constructor: 'a', toString: 'b' } };
  expect(compareFlags({ base: null, from: bare, to: named }).diff).toEqual({
    'metadata.constructor': { to: 'a', side: 'both' },
    'metadata.toString': { to: 'b', side: 'both' },
  });
});

test('a split is state until its variations are others', () => {
  const shares = (on: number): Rule =>
    ({
      ...second,
      split: {
        allocations: [
          { variation: 'on', ranges: [[0, on]] },
          { variation: 'off', ranges: [[on, 100]] },
        ],
      },
    }) as Rule;
  const mine: FlagDefinition = { ...definition, rules: [first, shares(20)] };
  expect(compareFlags({ base: definition, from: definition, to: mine }).status).toBe('same');
  expect(carried(flagPart(definition), definition, mine, false).rules[1]).toEqual({
    ...shares(20),
    serve_variation: 'off',
  });
  const lone: FlagDefinition = {
    ...definition,
    rules: [first, { ...second, split: { allocations: [{ variation: 'on', ranges: [[0, 7]] }] } } as Rule],
  };
  const compared = compareFlags({ base: definition, from: lone, to: mine });
  expect([compared.status, Object.keys(compared.diff)]).toEqual(['behind', ['rules.r_second.split']]);
  expect(carried(compared.merged ?? {}, lone, compared.to, false).rules[1]?.split).toEqual(
    lone.rules[1]?.split,
  );
});

test('a rule that one side removed and the other changed is a contradiction', () => {
  const without: FlagDefinition = { ...definition, rules: [second] };
  const changed: FlagDefinition = { ...definition, rules: [{ ...first, conditions: [] } as Rule, second] };
  const { status, diff } = compareFlags({ base: definition, from: without, to: changed });
  expect([status, Object.keys(diff)]).toEqual(['diverged', ['rules.r_first1']]);
});
