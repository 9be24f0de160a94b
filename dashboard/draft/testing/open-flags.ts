import { compile, type Flag, type Rule } from '@halyard/engine';
import fc from 'fast-check';

/** Random flags whose rules are open to everyone but for a few, and contexts that lie evenly over the bucket space. */

export const ACCOUNT = 'default';
const SALT = 'sentences';
const NAMES = ['a', 'b', 'c', 'd'];
const POINTS = 100;

/** For each whole percent, a text whose point lies in it: with whole percentages, shares are then counted exactly. */
const textsAt = (attribute: string): readonly string[] => {
  const probe = compile(
    {
      key: 'probe',
      enabled: true,
      variations: Object.fromEntries(Array.from({ length: POINTS }, (_, at) => [`p${at}`, at])),
      default_variation: 'p0',
      rules: [
        {
          priority: 1,
          conditions: [],
          split: {
            attribute,
            allocations: Array.from({ length: POINTS }, (_, at) => ({
              variation: `p${at}`,
              ranges: [[at, at + 1]],
            })),
          },
        },
      ],
      bucketing: { hash: 'murmur3', salt: SALT },
    },
    ACCOUNT,
  );
  const found = new Map<unknown, string>();
  for (let number = 0; found.size < POINTS; number += 1) {
    const evaluation = probe.evaluate({ [attribute]: `${attribute}-${number}` });
    if (evaluation.kind === 'served') found.set(evaluation.value, `${attribute}-${number}`);
  }
  return [...found.values()];
};
export const users = textsAt('targetingKey');
export const companies = textsAt('company');

const attribute = fc.constantFrom(undefined, undefined, 'company');
const named = (name: string | undefined) => (name === undefined ? {} : { attribute: name });

const rollout = fc
  .tuple(fc.constantFrom(...NAMES), fc.integer({ min: 0, max: 100 }), attribute)
  .map(([serve_variation, percentage, by]) => ({ serve_variation, rollout: { percentage, ...named(by) } }));
const plain = fc.constantFrom(...NAMES).map((serve_variation) => ({ serve_variation }));
const split = fc
  .tuple(
    fc.uniqueArray(fc.integer({ min: 0, max: 100 }), { minLength: 2, maxLength: 6 }),
    fc.array(fc.constantFrom(...NAMES), { minLength: 6, maxLength: 6 }),
    attribute,
  )
  .map(([cuts, who, by]) => {
    const ascending = cuts.toSorted((x, y) => x - y);
    const allocations = new Map<string, [number, number][]>();
    for (const [index, to] of ascending.entries()) {
      const from = ascending[index - 1];
      const name = who[index] ?? 'a';
      if (from !== undefined) allocations.set(name, [...(allocations.get(name) ?? []), [from, to]]);
    }
    return {
      split: {
        ...named(by),
        allocations: [...allocations].map(([variation, ranges]) => ({ variation, ranges })),
      },
    };
  });
/** Holds for nobody who is asked here, and is told in the sentence beside the shares. */
const targeted = fc.constantFrom(...NAMES).map((serve_variation) => ({
  serve_variation,
  conditions: [{ attribute: 'plan', operator: 'equals' as const, value: 'pro' }],
}));
const open = fc.oneof(rollout, rollout, split, plain).map((rule) => ({ ...rule, conditions: [] }));

export const flags: fc.Arbitrary<Flag> = fc
  .tuple(
    // The sentence tells at most three of the rules in front.
    fc.array(fc.oneof(targeted, targeted, open), { maxLength: 2 }),
    fc.array(open, { maxLength: 4 }),
    fc.constantFrom(...NAMES),
  )
  .map(([leading, trailing, default_variation]) => ({
    key: 'f',
    enabled: true,
    variations: { a: 'a', b: 'b', c: 'c', d: 'd' },
    default_variation,
    rules: [...leading, ...trailing].map((rule, index) => ({ ...rule, priority: index + 1 }) as Rule),
    bucketing: { hash: 'murmur3', salt: SALT },
  }));
