import { describe, expect, it } from 'vitest';
import { bucketerOf, bucketOf } from './buckets/bucket.ts';
import { explain } from './explain/explain.ts';
import { compile, evaluate } from './flag.ts';

const good = {
  key: 'checkout',
  enabled: true,
  variations: { on: true, off: false },
  default_variation: 'off',
  rules: [{ priority: 1, conditions: [], serve_variation: 'on' }],
};

const rule = (over: object): object => ({ ...good, rules: [{ ...good.rules[0], ...over }] });
const condition = (over: object): object =>
  rule({ conditions: [{ attribute: 'plan', operator: 'equals', value: 'pro', ...over }] });
const split = (allocations: unknown): object => rule({ serve_variation: undefined, split: { allocations } });

const nested = (levels: number): object => {
  const leaf = { attribute: 'a', operator: 'exists' };
  let inner: object = leaf;
  for (let level = 1; level < levels; level += 1) inner = { logical_operator: 'AND', clauses: [inner] };
  return rule({ conditions: [inner] });
};

const deepValue = (levels: number): unknown => {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = [value];
  return value;
};

const circular: { self?: unknown } = {};
circular.self = circular;

const OPERATOR_NAMES =
  'equals, not_equals, contains, not_contains, starts_with, not_starts_with, ends_with, not_ends_with, in, not_in, has, not_has, greater_than, less_than, greater_than_or_equals, less_than_or_equals, semver_equals, semver_greater_than, semver_less_than, semver_greater_than_or_equals, semver_less_than_or_equals, matches, not_matches, in_cidr, not_in_cidr, exists, not_exists';

const BROKEN: readonly (readonly [flag: unknown, message: string])[] = [
  [null, 'the flag is null; expected an object'],
  [[], 'the flag is a list; expected an object'],
  ['flag', 'the flag is "flag"; expected an object'],
  [{ ...good, key: 7 }, 'key is 7; expected a text'],
  [{ ...good, enabled: 'yes' }, 'enabled is "yes"; expected true or false'],
  [{ ...good, variations: undefined }, 'variations is missing; expected an object'],
  [{ ...good, variations: {} }, 'variations is an object; expected at least one variation'],
  [
    { ...good, variations: { on: true, off: null } },
    'variations.off is null; expected a value that is not null',
  ],
  [
    { ...good, variations: { on: true, off: 'no' } },
    'variations.off is of type string; expected boolean as the variations before it',
  ],
  [{ ...good, variations: { on: Number.NaN } }, 'variations.on is NaN; expected a finite number'],
  [{ ...good, variations: { on: 1n } }, 'variations.on is a bigint; expected a JSON value'],
  [
    { ...good, variations: { on: { a: [1, () => 1] } } },
    'variations.on.a[1] is a function; expected a JSON value',
  ],
  [
    { ...good, variations: { on: circular } },
    'variations.on.self is an object; expected a JSON value at most 32 levels deep',
  ],
  [
    { ...good, variations: { on: deepValue(33) } },
    `variations.on${'[0]'.repeat(32)} is a list; expected a JSON value at most 32 levels deep`,
  ],
  [
    { ...good, variations: { on: JSON.parse(`${'{"a":'.repeat(33)}1${'}'.repeat(33)}`) } },
    `variations.on${'.a'.repeat(32)} is an object; expected a JSON value at most 32 levels deep`,
  ],
  [
    { ...good, default_variation: 'maybe' },
    'default_variation is "maybe"; expected the name of a variation: on, off',
  ],
  [
    { ...good, default_variation: 'constructor' },
    'default_variation is "constructor"; expected the name of a variation: on, off',
  ],
  [{ ...good, off_variation: 7 }, 'off_variation is 7; expected the name of a variation: on, off'],
  [{ ...good, client_side: 1 }, 'client_side is 1; expected true or false'],
  [{ ...good, metadata: [] }, 'metadata is a list; expected an object'],
  [
    { ...good, metadata: { team: null } },
    'metadata.team is null; expected a text, a finite number or a boolean',
  ],
  [
    { ...good, metadata: { team: Number.POSITIVE_INFINITY } },
    'metadata.team is Infinity; expected a text, a finite number or a boolean',
  ],
  [{ ...good, bucketing: 'murmur3' }, 'bucketing is "murmur3"; expected an object'],
  [
    { ...good, bucketing: { hash: 'md5', salt: '' } },
    'bucketing.hash is "md5"; expected one of murmur3, flagship, launchdarkly, unleash, unleash-variant, flagd, growthbook, growthbook-v1',
  ],
  [{ ...good, bucketing: { hash: 'murmur3' } }, 'bucketing.salt is missing; expected a text'],
  [{ ...good, rules: {} }, 'rules.format is missing; expected 2, which this release understands'],
  [
    { ...good, rules: { format: 3, list: [] } },
    'rules.format is 3; expected 2, which this release understands',
  ],
  [{ ...good, rules: { format: 2, list: {} } }, 'rules.list is an object; expected a list'],
  [{ ...good, rules: new Array(4_000_000) }, 'rules has 4000000 members; expected at most 1000000'],
  [{ ...good, rules: [null] }, 'rules[0] is null; expected an object'],
  [rule({ priority: 0 }), 'rules[0].priority is 0; expected a whole number from 1'],
  [rule({ priority: 1.5 }), 'rules[0].priority is 1.5; expected a whole number from 1'],
  [rule({ priority: '1' }), 'rules[0].priority is "1"; expected a whole number from 1'],
  [
    { ...good, rules: [good.rules[0], good.rules[0]] },
    'rules[1].priority is 1, as that of rules[0]; expected another',
  ],
  [
    rule({ serve_variation: 'maybe' }),
    'rules[0].serve_variation is "maybe"; expected the name of a variation: on, off',
  ],
  [rule({ conditions: null }), 'rules[0].conditions is null; expected a list'],
  [rule({ rollout: null }), 'rules[0].rollout is null; expected an object'],
  [
    rule({ rollout: { percentage: 120 } }),
    'rules[0].rollout.percentage is 120; expected a number from 0 to 100 with at most 6 decimals',
  ],
  [
    rule({ rollout: { percentage: -1 } }),
    'rules[0].rollout.percentage is -1; expected a number from 0 to 100 with at most 6 decimals',
  ],
  [
    rule({ rollout: { percentage: 0.0000001 } }),
    'rules[0].rollout.percentage is 1e-7; expected a number from 0 to 100 with at most 6 decimals',
  ],
  [
    rule({ rollout: { percentage: '5' } }),
    'rules[0].rollout.percentage is "5"; expected a number from 0 to 100 with at most 6 decimals',
  ],
  [rule({ rollout: { percentage: 5, attribute: 7 } }), 'rules[0].rollout.attribute is 7; expected a text'],
  [
    rule({ rollout: { percentage: 5 }, split: { allocations: [] } }),
    'rules[0] has a rollout and a split; expected one of them',
  ],
  [split({}), 'rules[0].split.allocations is an object; expected a list'],
  [
    split([{ variation: 'x', ranges: [] }]),
    'rules[0].split.allocations[0].variation is "x"; expected the name of a variation: on, off',
  ],
  [
    split([
      { variation: 'on', ranges: [] },
      { variation: 'on', ranges: [] },
    ]),
    'rules[0].split.allocations[1].variation is "on" again; expected each variation at most once',
  ],
  [
    split([{ variation: 'on', ranges: [[0]] }]),
    'rules[0].split.allocations[0].ranges[0] has 1 members; expected [from, to]',
  ],
  [
    split([{ variation: 'on', ranges: [[5, 5]] }]),
    'rules[0].split.allocations[0].ranges[0][1] is 5; expected more than 5',
  ],
  [
    split([{ variation: 'on', ranges: [[0, 101]] }]),
    'rules[0].split.allocations[0].ranges[0][1] is 101; expected a number from 0 to 100 with at most 6 decimals',
  ],
  [
    split([
      { variation: 'on', ranges: [[50, 70]] },
      {
        variation: 'off',
        ranges: [
          [0, 10],
          [69.999999, 80],
        ],
      },
    ]),
    'rules[0].split.allocations[1].ranges[1] is [69.999999, 80], which overlaps rules[0].split.allocations[0].ranges[0], [50, 70]; expected ranges that do not overlap',
  ],
  [rule({ conditions: ['plan'] }), 'rules[0].conditions[0] is "plan"; expected a condition'],
  [condition({ attribute: null }), 'rules[0].conditions[0].attribute is null; expected a text'],
  [
    condition({ operator: 'foo' }),
    `rules[0].conditions[0].operator is "foo"; expected one of ${OPERATOR_NAMES}`,
  ],
  [
    condition({ operator: 'constructor' }),
    `rules[0].conditions[0].operator is "constructor"; expected one of ${OPERATOR_NAMES}`,
  ],
  [
    condition({ value: null }),
    'rules[0].conditions[0].value is null; expected a text, a finite number or a boolean',
  ],
  [
    condition({ operator: 'contains', value: '' }),
    'rules[0].conditions[0].value is ""; expected a text, a finite number or a boolean, not empty',
  ],
  [
    condition({ operator: 'in', value: 'pro' }),
    'rules[0].conditions[0].value is "pro"; expected a list of texts, numbers or booleans',
  ],
  [
    condition({ operator: 'in', value: ['a', ['b']] }),
    'rules[0].conditions[0].value[1] is a list; expected a text, a finite number or a boolean',
  ],
  [
    condition({ operator: 'semver_equals', value: '1.x' }),
    'rules[0].conditions[0].value is "1.x"; expected a version as 1.2.3 or 2.0.0-beta.1',
  ],
  [
    condition({ operator: 'matches', value: 7 }),
    'rules[0].conditions[0].value is 7; expected an RE2 pattern',
  ],
  [
    condition({ operator: 'matches', value: '(' }),
    'rules[0].conditions[0].value is "("; expected an RE2 pattern (error parsing regexp: missing closing ): `(`)',
  ],
  [
    condition({ operator: 'matches', value: '(?:a{100}){10}' }),
    'rules[0].conditions[0].value is "(?:a{100}){10}"; expected a pattern of at most 1000 instructions, not 1002',
  ],
  [
    condition({ operator: 'matches', value: 'x'.repeat(257) }),
    `rules[0].conditions[0].value is "${'x'.repeat(60)}…"; expected at most 256 characters`,
  ],
  [
    condition({ operator: 'in_cidr', value: ['10.0.0.0/33'] }),
    'rules[0].conditions[0].value[0] is "10.0.0.0/33"; expected an IPv4 or IPv6 address, or a CIDR block as 10.0.0.0/8',
  ],
  [
    condition({ operator: 'in_cidr', value: '10.0.0.0/8' }),
    'rules[0].conditions[0].value is "10.0.0.0/8"; expected a list of IP addresses or CIDR blocks',
  ],
  [condition({ ignore_case: 'yes' }), 'rules[0].conditions[0].ignore_case is "yes"; expected true or false'],
  [
    condition({ operator: 'greater_than', ignore_case: true }),
    'rules[0].conditions[0].ignore_case is true; expected none, as greater_than compares no texts',
  ],
  [
    rule({ conditions: [{ logical_operator: 'XOR', clauses: [] }] }),
    'rules[0].conditions[0].logical_operator is "XOR"; expected "AND" or "OR"',
  ],
  [
    rule({ conditions: [{ logical_operator: 'OR', clauses: [] }] }),
    'rules[0].conditions[0].clauses is empty; expected at least one condition',
  ],
  [
    nested(7),
    `rules[0].conditions[0]${'.clauses[0]'.repeat(5)} is nested too deep; expected at most 6 levels of conditions`,
  ],
];

describe('a flag that cannot be understood', () => {
  it.each(BROKEN)('fails with the place in it: %#', (flag, message) => {
    const compiled = compile(flag, 'acct');
    expect(compiled.evaluate({})).toEqual({ kind: 'failed', code: 'PARSE_ERROR', message });
    expect(compiled.type).toBeNull();
  });

  it('answers GENERAL where a property cannot be read', () => {
    const hostile = Object.defineProperty({ ...good }, 'variations', {
      enumerable: true,
      get: () => {
        throw new Error('no');
      },
    });
    const message = 'A property of the flag or of the context could not be read.';
    expect(evaluate(hostile, {}, 'acct')).toEqual({ kind: 'failed', code: 'GENERAL', message });
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(compile(proxy, 'acct')).toMatchObject({ key: '', type: null, clientSide: false });
    expect(evaluate(good, proxy, 'acct')).toEqual({ kind: 'failed', code: 'GENERAL', message });
  });

  it('keeps its key, and stays away from browsers if it may be meant to', () => {
    expect(compile({ ...good, rules: 7 }, 'acct')).toMatchObject({ key: 'checkout', clientSide: true });
    expect(compile({ ...good, rules: 7, client_side: false }, 'acct').clientSide).toBe(false);
    expect(compile({ ...good, client_side: 'no' }, 'acct').clientSide).toBe(false);
    expect(compile({ ...good, rules: 7, client_side: true }, 'acct').clientSide).toBe(true);
    for (const nothing of [7, 'flag', null, undefined]) {
      expect(compile(nothing, 'acct')).toMatchObject({ key: '', type: null, clientSide: true });
    }
    const inherited = Object.create({ key: 'checkout', client_side: false });
    expect(compile(inherited, 'acct')).toMatchObject({ key: '', type: null, clientSide: true });
  });

  it('is off all the same when it is disabled, whatever its rules say', () => {
    const flag = { ...good, enabled: false, rules: [{ conditions: [{ operator: 'from_a_newer_release' }] }] };
    expect(evaluate(flag, {}, 'acct')).toMatchObject({ variant: 'off', reason: 'DISABLED' });
  });
});

describe('a compiled flag', () => {
  it('is not changed by what happens to the object it was made of', () => {
    const flag = {
      ...good,
      variations: { on: { theme: ['dark'] }, off: {} },
      metadata: { team: 'payments' },
    };
    const compiled = compile(flag, 'acct');
    flag.variations.on.theme[0] = 'light';
    flag.metadata.team = 'search';
    expect(compiled.evaluate({})).toEqual({
      kind: 'served',
      value: { theme: ['dark'] },
      variant: 'on',
      reason: 'TARGETING_MATCH',
      metadata: { team: 'payments' },
    });
    expect(Object.isFrozen(flag.variations.on)).toBe(false);
  });

  it('answers the same object for the same variation and reason, whichever rule decided', () => {
    const flag = compile(
      {
        ...good,
        rules: ['pro', 'team', 'free'].map((value, index) => ({
          priority: index + 1,
          conditions: [{ attribute: 'plan', operator: 'equals', value }],
          serve_variation: value === 'free' ? 'off' : 'on',
        })),
      },
      'acct',
    );
    expect(flag.evaluate({ plan: 'pro' })).toMatchObject({ variant: 'on', reason: 'TARGETING_MATCH' });
    expect(flag.evaluate({ plan: 'team' })).toBe(flag.evaluate({ plan: 'pro' }));
    expect(flag.evaluate({ plan: 'free' })).toMatchObject({ variant: 'off', reason: 'TARGETING_MATCH' });
    expect(flag.evaluate({})).toMatchObject({ variant: 'off', reason: 'DEFAULT' });
  });

  it('answers frozen to the last value', () => {
    const answer = evaluate({ ...good, variations: { on: { a: [{}] }, off: {} } }, {}, 'acct');
    const isDeepFrozen = (value: unknown): boolean =>
      typeof value !== 'object' ||
      value === null ||
      (Object.isFrozen(value) && Object.values(value).every(isDeepFrozen));
    expect(isDeepFrozen(answer)).toBe(true);
  });

  it('keeps `__proto__` inside a value as plain data, and absent what is undefined', () => {
    const value = JSON.parse('{"__proto__": {"admin": true}, "a": 1}');
    const answer = evaluate(
      { ...good, variations: { on: { ...value, b: undefined, __proto__: value }, off: {} } },
      {},
      'acct',
    );
    const own = evaluate({ ...good, variations: { on: value, off: {} } }, {}, 'acct');
    expect(JSON.stringify(own)).toContain('"value":{"__proto__":{"admin":true},"a":1}');
    expect(answer).toMatchObject({ value: { a: 1 } });
    expect(JSON.stringify(answer)).not.toContain('"b"');
  });

  it('says its type, its metadata and whether browsers may have it', () => {
    const types = [
      [{ on: true }, 'boolean'],
      [{ on: 'x' }, 'string'],
      [{ on: 1 }, 'number'],
      [{ on: [] }, 'json'],
    ] as const;
    for (const [variations, type] of types) {
      const flag = { ...good, variations, default_variation: 'on', client_side: false, metadata: { a: 1 } };
      expect(compile(flag, 'acct')).toMatchObject({
        key: 'checkout',
        type,
        clientSide: false,
        metadata: { a: 1 },
      });
    }
  });

  it('gives everybody what holds the whole of a rule, but who has nothing to bucket by', () => {
    const whole = rule({
      conditions: [{ attribute: 'plan', operator: 'equals', value: 'pro' }],
      rollout: { percentage: 100 },
    });
    const variantFor = (context: object): unknown =>
      Object(evaluate({ ...whole, default_variation: 'off' }, { plan: 'pro', ...context }, 'acct')).variant;
    expect(variantFor({ targetingKey: 'ada' })).toBe('on');
    expect(variantFor({})).toBe('on');
    expect(variantFor({ targetingKey: ['ada'] })).toBe('off');
    expect(variantFor({ targetingKey: { name: 'ada' } })).toBe('off');
    for (const targetingKey of ['ada', null, undefined, ['ada']]) {
      const context = { plan: 'pro', targetingKey };
      expect(explain(whole, context, 'acct').evaluation).toEqual(evaluate(whole, context, 'acct'));
    }
  });

  it('takes the point a range begins at into it, and leaves out the one it ends at', () => {
    const bucketing = { hash: 'murmur3', salt: 'acct/checkout' } as const;
    const bucketer = bucketerOf(bucketing);
    // One point in 43 is the bound of a percentage with 6 decimals.
    const user = Array.from({ length: 1000 }, (_, index) => `user-${index}`).find((name) => {
      const point = bucketer.pointOf(name);
      return bucketer.bound(bucketOf(point, bucketer)) === point;
    });
    const at = bucketOf(bucketer.pointOf(user ?? ''), bucketer);
    const flag = {
      ...split([
        { variation: 'off', ranges: [[0, at]] },
        { variation: 'on', ranges: [[at, 100]] },
      ]),
      bucketing,
    };
    const context = { targetingKey: user };
    expect(evaluate(flag, context, 'acct')).toMatchObject({ variant: 'on', reason: 'SPLIT' });
    expect(explain(flag, context, 'acct').evaluation).toMatchObject({ variant: 'on', reason: 'SPLIT' });
  });

  it('asks each of several conditions, and each clause of a group', () => {
    const names = ['a', 'b', 'c', 'd'];
    const conditions = names.map((attribute) => ({ attribute, operator: 'equals', value: 1 }));
    const flags = [
      rule({ conditions }),
      rule({ conditions: [{ logical_operator: 'AND', clauses: conditions }] }),
      rule({ conditions: [{ logical_operator: 'OR', clauses: conditions }] }),
    ];
    const compiled = flags.map((flag) => compile(flag, 'acct'));
    for (let held = 0; held < 16; held += 1) {
      const context = Object.fromEntries(names.map((name, bit) => [name, (held >> bit) & 1]));
      const evaluations = compiled.map((flag) => flag.evaluate(context));
      expect(evaluations, JSON.stringify(context)).toMatchObject([
        { variant: held === 15 ? 'on' : 'off' },
        { variant: held === 15 ? 'on' : 'off' },
        { variant: held > 0 ? 'on' : 'off' },
      ]);
      expect(flags.map((flag) => explain(flag, context, 'acct').evaluation)).toEqual(evaluations);
    }
  });

  it('allows six levels of conditions', () => {
    expect(evaluate(nested(6), { a: 1 }, 'acct')).toMatchObject({ variant: 'on' });
  });

  it('has the account in its own salt only', () => {
    const flag = rule({ rollout: { percentage: 50 } });
    const salted = { ...flag, bucketing: { hash: 'murmur3', salt: 'one/checkout' } };
    const contexts = Array.from({ length: 64 }, (_, index) => ({ targetingKey: `user-${index}` }));
    const answers = (one: unknown, account: string): readonly unknown[] =>
      contexts.map((context) => evaluate(one, context, account));
    expect(answers(flag, 'one')).not.toEqual(answers(flag, 'two'));
    expect(answers(salted, 'two')).toEqual(answers(flag, 'one'));
  });
});
