/** Flags and contexts for properties: few names and values, so that they meet often; every operator; odd shapes among the good ones. */
import fc from 'fast-check';
import type { Condition, Context, Flag, JsonValue, Range, Rule, Scalar } from '../model.ts';
import { isOperator, OPERATORS } from '../operators/index.ts';
import type { ValueOf } from '../operators/value.ts';

const NAMES = [
  'plan',
  'country',
  'age',
  'user.email',
  'user',
  'roles',
  'ip',
  'version',
  'seen',
  'targetingKey',
  'a.0',
  'constructor',
];

const TEXTS = [
  'pro',
  'Pro',
  'free',
  'us',
  'US',
  'de',
  '',
  '42',
  '042',
  '1.5',
  ' 7 ',
  'true',
  'a@example.com',
  'ΟΔΟΣ',
  'οδος',
  'İ',
  '1.2.3',
  'v2',
  '2.0.0-rc.1',
  '10.1.2.3',
  '::ffff:10.0.0.1',
  '2001:db8::1',
  '2025-01-01',
  '2025-01-01T00:00:00.001Z',
  'Infinity',
  '\ud800',
];

export const scalar: fc.Arbitrary<Scalar> = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...TEXTS) },
  fc.constantFrom(0, -0, 1, 42, 1.5, -3, 1e21),
  fc.boolean(),
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);

const VALUES: { readonly [K in keyof ValueOf]: fc.Arbitrary<ValueOf[K]> } = {
  scalar,
  text: scalar.filter((value) => value !== ''),
  scalars: fc.array(scalar, { maxLength: 4 }),
  version: fc.constantFrom('1.2.3', '2', 'v1.0', '2.0.0-rc.1', '2.0.0-rc.2+build'),
  pattern: fc.constantFrom('^p', 'ro$', '[0-9]+', '(?i)US', ''),
  addresses: fc.array(fc.constantFrom('10.0.0.0/8', '10.1.2.3', '::/0', '2001:db8::/32', '0.0.0.0/0'), {
    maxLength: 3,
  }),
  none: fc.constant(undefined),
};

const attribute = fc.constantFrom(...NAMES);

/** Equality and membership come often: they are what the index over rules is made of. */
const operator = fc.oneof(
  fc.constantFrom('equals', 'in', 'equals'),
  fc.constantFrom(...Object.keys(OPERATORS)),
);

const comparison: fc.Arbitrary<Condition> = operator.chain((name) => {
  if (!isOperator(name)) throw new Error(`${name} is no operator`);
  const row = OPERATORS[name];
  return (
    fc
      .record({
        attribute,
        operator: fc.constant(name),
        value: VALUES[row.value] as fc.Arbitrary<unknown>,
        ignore_case: row.ignoreCase ? fc.constantFrom(undefined, true, false) : fc.constant(undefined),
      })
      // Each row was given a value of its own kind.
      .map((made) => made as Condition)
  );
});

const conditionAt = (depth: number): fc.Arbitrary<Condition> =>
  depth >= 4
    ? comparison
    : fc.oneof(
        { weight: 4, arbitrary: comparison },
        {
          weight: 1,
          arbitrary: fc.record({
            logical_operator: fc.constantFrom('AND' as const, 'OR' as const),
            clauses: fc.array(fc.oneof(comparison, conditionAt(depth + 1)), { minLength: 1, maxLength: 3 }),
          }),
        },
      );

export const percentage: fc.Arbitrary<number> = fc.oneof(
  fc.constantFrom(0, 1e-6, 25, 50, 99.999999, 100),
  fc.integer({ min: 0, max: 100_000_000 }).map((units) => units / 1_000_000),
);

const VARIATIONS = ['a', 'b', 'c', 'constructor'];
const variation = fc.constantFrom(...VARIATIONS);
const bucketedBy = fc.constantFrom({}, {}, { attribute: 'plan' }, { attribute: 'roles' });

/** Cut the whole at some points, and give the pieces to variations or to nobody. */
const split = fc
  .tuple(
    fc.uniqueArray(percentage, { minLength: 2, maxLength: 6 }),
    fc.array(fc.constantFrom(...VARIATIONS, null), { minLength: 6, maxLength: 6 }),
    bucketedBy,
  )
  .map(([cuts, owners, by]) => {
    const sorted = [...cuts].sort((a, b) => a - b);
    const ranges = new Map<string, Range[]>();
    for (const [index, owner] of owners.entries()) {
      const [from, to] = [sorted[index], sorted[index + 1]];
      if (owner === null || from === undefined || to === undefined) continue;
      ranges.set(owner, [...(ranges.get(owner) ?? []), [from, to]]);
    }
    return {
      ...by,
      allocations: [...ranges].map(([name, own]) => ({ variation: name, ranges: own.toReversed() })),
    };
  });

const ruleBody = fc.oneof(
  { weight: 3, arbitrary: fc.record({ serve_variation: variation }) },
  {
    weight: 2,
    arbitrary: fc.record({
      serve_variation: variation,
      rollout: fc.tuple(percentage, bucketedBy).map(([share, by]) => ({ percentage: share, ...by })),
    }),
  },
  { weight: 1, arbitrary: fc.record({ split }) },
);

const rules: fc.Arbitrary<readonly Rule[]> = fc
  .array(fc.tuple(fc.array(conditionAt(1), { maxLength: 3 }), ruleBody), { maxLength: 12 })
  .chain((bodies) =>
    fc
      .uniqueArray(fc.integer({ min: 1, max: 1000 }), { minLength: bodies.length, maxLength: bodies.length })
      .map((priorities) =>
        bodies.map(([conditions, body], index) => ({
          priority: priorities[index] ?? 1,
          conditions,
          ...body,
        })),
      ),
  );

/** A flag that compiles. */
export const flag: fc.Arbitrary<Flag> = fc.record(
  {
    key: fc.constantFrom('f', 'new-checkout', 'constructor'),
    enabled: fc.oneof({ weight: 9, arbitrary: fc.constant(true) }, fc.constant(false)),
    variations: fc.constantFrom<Flag['variations']>(
      { a: 'A', b: 'B', c: 'C', constructor: 'D' },
      { a: { x: [1, null] }, b: [], c: {}, constructor: { y: 'z' } },
    ),
    default_variation: variation,
    off_variation: variation,
    rules,
    metadata: fc.constantFrom({}, { team: 'payments', tier: 1 }),
    client_side: fc.boolean(),
    bucketing: fc.constantFrom<NonNullable<Flag['bucketing']>>(
      { hash: 'murmur3', salt: 'acct/f' },
      { hash: 'flagship', salt: 'acct:f' },
    ),
  },
  { requiredKeys: ['key', 'enabled', 'variations', 'default_variation', 'rules'] },
);

const attributeValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 10, arbitrary: scalar },
  fc.constantFrom<unknown>(
    null,
    undefined,
    Number.NaN,
    42n,
    new Date(0),
    new Date(Number.NaN),
    [],
    {},
    Symbol('s'),
    () => 1,
  ),
  fc.array(fc.oneof(scalar, fc.constant(null)), { maxLength: 3 }),
  fc.record({ email: scalar, '0': scalar }, { requiredKeys: [] }),
);

export const context: fc.Arbitrary<Context> = fc.dictionary(attribute, attributeValue, {
  maxKeys: NAMES.length,
});

export const json: fc.Arbitrary<JsonValue> = fc.jsonValue({ maxDepth: 5 }).map((value) => value as JsonValue);

/** A good flag with something in it replaced by any JSON: what a newer release, a broken store or an attacker might send. */
export const brokenFlag: fc.Arbitrary<unknown> = fc
  .tuple(flag, json, fc.nat())
  .map(([good, odd, seed]) => replaceOne(JSON.parse(JSON.stringify(good)), odd, { at: seed }));

const replaceOne = (value: unknown, odd: unknown, choice: { at: number }): unknown => {
  if (typeof value !== 'object' || value === null) return odd;
  const keys = Object.keys(value);
  const key = keys[choice.at % Math.max(1, keys.length)];
  const inner = Object.entries(value).find(([name]) => name === key)?.[1];
  if (key === undefined || choice.at % 7 === 0) return odd;
  const next = replaceOne(inner, odd, { at: Math.floor(choice.at / 3) });
  return Array.isArray(value) ? value.with(Number(key), next) : { ...value, [key]: next };
};
