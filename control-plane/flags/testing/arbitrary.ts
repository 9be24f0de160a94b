import type { Comparison, Condition, FlagValue, JsonValue, Range, Rule, Scalar } from '@halyard/engine';
import fc from 'fast-check';
import type { FlagDefinition } from '../../model/flag.ts';

/** Valid flags of every kind, for properties. Names and values include the awkward ones. */

const awkward = ['__proto__', 'constructor', 'a.b', 'a\\b', '', '0', 'toString'];

const name = fc.oneof(fc.stringMatching(/^[A-Za-z0-9_-]{1,8}$/), fc.constantFrom('on', 'off', 'a', 'b', '1'));
const safeName = name.filter((text) => !['__proto__', 'constructor', 'prototype'].includes(text));
const word = fc.oneof(fc.string({ maxLength: 6 }), fc.constantFrom(...awkward)).map(storable);
const number = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(0, -0, 1),
);
const scalar: fc.Arbitrary<Scalar> = fc.oneof(word, number, fc.boolean());
const text = word.filter((value) => value !== '');

const json: fc.Arbitrary<JsonValue> = fc.letrec<{ tree: JsonValue }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    scalar,
    fc.constant(null),
    fc.array(tie('tree'), { maxLength: 3 }),
    fc.array(fc.tuple(word, tie('tree')), { maxLength: 3 }).map(objectOf),
  ),
})).tree;

const container: fc.Arbitrary<FlagValue> = fc.oneof(
  fc.array(json, { maxLength: 3 }),
  fc.array(fc.tuple(word, json), { maxLength: 3 }).map(objectOf),
);

const comparison: fc.Arbitrary<Comparison> = fc.oneof(
  fc.record(
    {
      attribute: text,
      operator: fc.constantFrom('equals' as const, 'not_equals' as const, 'has' as const),
      value: scalar,
      ignore_case: fc.boolean(),
    },
    { requiredKeys: ['attribute', 'operator', 'value'] },
  ),
  fc.record(
    {
      attribute: text,
      operator: fc.constantFrom('contains' as const, 'not_starts_with' as const),
      value: text,
      ignore_case: fc.boolean(),
    },
    { requiredKeys: ['attribute', 'operator', 'value'] },
  ),
  fc.record(
    {
      attribute: text,
      operator: fc.constantFrom('in' as const, 'not_in' as const),
      value: fc.array(scalar, { maxLength: 4 }),
      ignore_case: fc.boolean(),
    },
    { requiredKeys: ['attribute', 'operator', 'value'] },
  ),
  fc.record({ attribute: text, operator: fc.constant('less_than' as const), value: scalar }),
  fc.record({ attribute: text, operator: fc.constant('exists' as const) }),
  fc.record({
    attribute: text,
    operator: fc.constant('semver_less_than' as const),
    value: fc.constantFrom('1.2.3', 'v2', '1.0.0-rc.1'),
  }),
  fc.record({
    attribute: text,
    operator: fc.constant('matches' as const),
    value: fc.constantFrom('^a+$', 'x'),
  }),
  fc.record({
    attribute: text,
    operator: fc.constant('in_cidr' as const),
    value: fc.constantFrom(['10.0.0.0/8'], ['::1', '192.168.0.0/16']),
  }),
);

const condition: fc.Arbitrary<Condition> = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3 },
    comparison,
    fc.record({
      logical_operator: fc.constantFrom('AND' as const, 'OR' as const),
      clauses: fc.array(tie('condition'), { minLength: 1, maxLength: 3 }),
    }),
  ),
})).condition;

const percentage = fc.integer({ min: 0, max: 100_000_000 }).map((millionths) => millionths / 1_000_000);

const ranges = (bounds: readonly number[]): Range[] => {
  const found: Range[] = [];
  for (let at = 0; at + 1 < bounds.length; at += 2) found.push([bounds[at] ?? 0, bounds[at + 1] ?? 0]);
  return found;
};

const split = (names: readonly string[]) =>
  fc
    .record(
      {
        bounds: fc
          .uniqueArray(percentage, { minLength: 2, maxLength: 8 })
          .map((list) => list.sort((a, b) => a - b)),
        order: fc.shuffledSubarray([...names], { minLength: 1 }),
        attribute: text,
      },
      { requiredKeys: ['bounds', 'order'] },
    )
    .map(({ bounds, order, attribute }) => {
      const all = ranges(bounds);
      const used = order.slice(0, all.length);
      const allocations = used.map((variation, index) => ({
        variation,
        ranges: all.filter((_, place) => place % used.length === index),
      }));
      return { allocations, ...(attribute === undefined ? {} : { attribute }) };
    });

type Body = Omit<Rule, 'priority'>;

const body = (names: readonly string[]): fc.Arbitrary<Body> => {
  const conditions = fc.array(condition, { minLength: 1, maxLength: 3 });
  const rollout = fc.record({ percentage, attribute: text }, { requiredKeys: ['percentage'] });
  return fc.oneof(
    fc.record(
      { conditions, serve_variation: fc.constantFrom(...names), rollout },
      { requiredKeys: ['conditions', 'serve_variation'] },
    ),
    fc.record({ conditions, split: split(names) }),
  ) as fc.Arbitrary<Body>;
};

const rules = (names: readonly string[]): fc.Arbitrary<Rule[]> =>
  fc
    .tuple(
      fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { maxLength: 4 }),
      fc.array(body(names), { minLength: 4, maxLength: 4 }),
    )
    .map(([priorities, bodies]) =>
      priorities.map((priority, index) => ({ priority, ...bodies[index] }) as Rule),
    );

const values: fc.Arbitrary<readonly FlagValue[]> = fc.oneof(
  fc.array(fc.boolean(), { minLength: 1, maxLength: 4 }),
  fc.array(word, { minLength: 1, maxLength: 4 }),
  fc.array(number, { minLength: 1, maxLength: 4 }),
  fc.array(container, { minLength: 1, maxLength: 3 }),
);

/** A valid flag definition under the key `flag`. */
export const flagDefinition: fc.Arbitrary<FlagDefinition> = fc
  .tuple(values, fc.uniqueArray(safeName, { minLength: 4, maxLength: 4 }))
  .chain(([all, names]) => {
    const used = names.slice(0, all.length);
    return fc.record(
      {
        key: fc.constant('flag'),
        description: fc.option(word),
        enabled: fc.boolean(),
        variations: fc.constant(Object.fromEntries(used.map((each, index) => [each, all[index] ?? true]))),
        default_variation: fc.constantFrom(...used),
        off_variation: fc.constantFrom(...used),
        rules: rules(used),
        metadata: fc.dictionary(safeName, scalar, { maxKeys: 3 }),
        tags: fc.uniqueArray(safeName, { maxLength: 3 }),
        client_side: fc.boolean(),
        bucketing: fc.constant({ hash: 'murmur3' as const, salt: 'default/flag' }),
      },
      { requiredKeys: ['key', 'enabled', 'variations', 'default_variation', 'rules', 'bucketing'] },
    );
  });

/** Two flags that share parts, as two states of one flag do. */
export const twoStates: fc.Arbitrary<readonly [FlagDefinition, FlagDefinition]> = fc
  .tuple(flagDefinition, flagDefinition, fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }))
  .map(([before, other, taken]) => {
    const fields = [...new Set([...Object.keys(before), ...Object.keys(other)])];
    const mixed = new Map<string, unknown>(Object.entries(before));
    fields.forEach((field, index) => {
      if (taken[index] !== true) return;
      const value: unknown = Reflect.get(other, field);
      if (value === undefined) mixed.delete(field);
      else mixed.set(field, value);
    });
    return [before, Object.fromEntries(mixed) as unknown as FlagDefinition];
  });

function objectOf(members: readonly (readonly [string, JsonValue])[]): {
  readonly [name: string]: JsonValue;
} {
  return Object.fromEntries(members);
}

function storable(value: string): string {
  return value.replaceAll('\0', '').toWellFormed();
}
