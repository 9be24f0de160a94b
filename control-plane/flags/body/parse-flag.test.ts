import { describe, expect, it } from 'vitest';
import { type Issue, Problem } from '../../model/problem.ts';
import { parseChanges } from './parse-changes.ts';
import { parseFlag, parseNewFlag } from './parse-flag.ts';

const flag = {
  key: 'checkout',
  enabled: true,
  variations: { on: true, off: false },
  default_variation: 'off',
  rules: [],
};
const rule = { priority: 1, conditions: [], serve_variation: 'on' };
const condition = { attribute: 'plan', operator: 'equals', value: 'pro' };

const issuesOf = (parse: () => unknown): readonly Issue[] => {
  try {
    parse();
  } catch (error) {
    if (error instanceof Problem && error.kind === 'invalid') return error.issues;
    throw error;
  }
  return [];
};

const lines = (body: unknown): string[] =>
  issuesOf(() => parseNewFlag(body)).map(({ pointer, message }) => `${pointer} ${message}`);

const withRule = (fields: object) => ({ ...flag, rules: [{ ...rule, ...fields }] });
const withCondition = (...conditions: unknown[]) => withRule({ conditions });
const withSplit = (...allocations: unknown[]) => withRule({ split: { allocations } });
const nested = (depth: number): unknown =>
  depth === 1 ? condition : { logical_operator: 'AND', clauses: [nested(depth - 1)] };
const json = (text: string): unknown => JSON.parse(text);
const many = (count: number, member: (index: number) => [string, unknown]) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => member(index)));
const boxes = (depth: number): unknown => (depth === 0 ? 1 : [boxes(depth - 1)]);

describe('a flag is refused', () => {
  const rows: readonly (readonly [string, unknown, readonly string[]])[] = [
    ['that is a list', [], [' The body is an empty list; expected an object']],
    ['that is null', null, [' The body is null; expected an object']],
    [
      'that is empty',
      {},
      [
        '/key key is missing; expected 1 to 128 letters, digits, "_", "-", ".", ":" or "|", the first a letter, a digit, "_" or "-"',
        '/enabled enabled is missing; expected true or false',
        '/variations variations is missing; expected an object of 1 to 100 named values',
        '/default_variation default_variation is missing; expected the name of a variation',
        '/rules rules is missing; expected a list of rules',
      ],
    ],
    [
      'with a malformed key',
      { ...flag, key: 'a b' },
      [
        '/key key is "a b"; expected 1 to 128 letters, digits, "_", "-", ".", ":" or "|", the first a letter, a digit, "_" or "-"',
      ],
    ],
    [
      'with the key __proto__',
      { ...flag, key: '__proto__' },
      ['/key key is "__proto__"; expected another key: "__proto__" is not one that every JSON library keeps'],
    ],
    [
      'with a misspelt field',
      { ...flag, defualt_variation: 'on' },
      ['/defualt_variation "defualt_variation" is not a field of a flag; did you mean "default_variation"?'],
    ],
    [
      'with an unknown field',
      withRule({ zzz: 1 }),
      [
        '/rules/0/zzz "zzz" in rules[0] is not a field of a rule; expected one of id, priority, conditions, serve_variation, rollout, split, bucketing',
      ],
    ],
    [
      'with an own __proto__',
      json(
        '{"key":"a","enabled":true,"variations":{"on":true},"default_variation":"on","rules":[],"__proto__":{}}',
      ),
      [
        '/__proto__ "__proto__" is not a field of a flag; expected one of key, description, enabled, variations, default_variation, off_variation, prerequisites, metadata, tags, client_side, owner, permanent, protected, tests, rules, type, version, created_at, updated_at, updated_by, exposure, bucketing',
      ],
    ],
    [
      'with enabled as text',
      { ...flag, enabled: 'true' },
      ['/enabled enabled is "true"; expected true or false'],
    ],
    [
      'with a dangling default',
      { ...flag, default_variation: 'onn' },
      ['/default_variation default_variation is "onn"; expected a name in variations'],
    ],
    [
      'with a default that only Object has',
      { ...flag, default_variation: 'toString' },
      ['/default_variation default_variation is "toString"; expected a name in variations'],
    ],
    [
      'with a dangling off variation',
      { ...flag, off_variation: 'gone' },
      ['/off_variation off_variation is "gone"; expected a name in variations'],
    ],
    [
      'without variations',
      { ...flag, variations: {} },
      [
        '/variations variations has 0 names; expected 1 to 100',
        '/default_variation default_variation is "off"; expected a name in variations',
      ],
    ],
    [
      'with 101 variations',
      { ...flag, variations: many(101, (n) => [n === 0 ? 'off' : `v${n}`, n]) },
      ['/variations variations has 101 names; expected 1 to 100'],
    ],
    [
      'with values of two types',
      { ...flag, variations: { off: false, a: 1, b: 'x', c: [1] } },
      [
        '/variations/a variations.a is 1; expected true or false, as variations.off is',
        '/variations/b variations.b is "x"; expected true or false, as variations.off is',
        '/variations/c variations.c is [1]; expected true or false, as variations.off is',
      ],
    ],
    [
      'with a null variation',
      { ...flag, variations: { off: false, none: null } },
      [
        '/variations/none variations.none is null; expected a value: true or false, a text, a number, an object or a list',
      ],
    ],
    [
      'with reserved names',
      json(
        '{"key":"a","enabled":true,"variations":{"on":1,"__proto__":2,"constructor":3},"default_variation":"on","rules":[],"metadata":{"prototype":1,"__proto__":2}}',
      ),
      [
        '/variations/__proto__ "__proto__" is not a valid name of a variation; expected one other than __proto__, constructor, prototype',
        '/variations/constructor "constructor" is not a valid name of a variation; expected one other than __proto__, constructor, prototype',
        '/metadata/prototype "prototype" is not a valid name of metadata; expected one other than __proto__, constructor, prototype',
        '/metadata/__proto__ "__proto__" is not a valid name of metadata; expected one other than __proto__, constructor, prototype',
      ],
    ],
    [
      'with a variation name that is no key',
      { ...flag, variations: { off: false, 'a/b c': true } },
      [
        '/variations/a~1b c "a/b c" is not a valid name of a variation; expected 1 to 128 letters, digits, "_", "-", ".", ":" or "|", the first a letter, a digit, "_" or "-"',
      ],
    ],
    [
      'with a value over 64 KB',
      { ...flag, variations: { off: 'x'.repeat(65_535) } },
      ['/variations/off variations.off is 65537 bytes serialized; expected at most 65536 (64 KB)'],
    ],
    [
      'over 256 KiB',
      { ...flag, description: 'x'.repeat(262_144) },
      [' The flag is 262268 bytes serialized; expected at most 262144 (256 KiB)'],
    ],
    [
      'with too much metadata',
      { ...flag, metadata: many(33, (n) => [`m${n}`, n]) },
      ['/metadata metadata has 33 names; expected at most 32'],
    ],
    [
      'with metadata over 2 KB',
      { ...flag, metadata: { a: 'x'.repeat(2048) } },
      ['/metadata metadata is 2056 bytes serialized; expected at most 2048 (2 KB)'],
    ],
    [
      'with metadata that is no scalar',
      { ...flag, metadata: { a: null, b: [1] } },
      [
        '/metadata/a metadata.a is null; expected a text, a number, true or false',
        '/metadata/b metadata.b is [1]; expected a text, a number, true or false',
      ],
    ],
    [
      'with U+0000 and half a surrogate pair',
      { ...flag, description: 'a\0b', metadata: { 'x\ud800': 'y' } },
      [
        '/description description contains the character U+0000; expected text without it',
        '/metadata/x\ud800 The name metadata["x\\ud800"] contains half of a surrogate pair; expected well-formed Unicode',
      ],
    ],
    [
      'nested 33 deep',
      { ...flag, variations: { off: boxes(31) } },
      [
        `/variations/off${'/0'.repeat(30)} variations.off${'[0]'.repeat(30)} is nested too deep; expected JSON at most 32 deep`,
      ],
    ],
    [
      'with rules as an object',
      { ...flag, rules: {} },
      ['/rules rules is an object; expected a list of rules'],
    ],
    [
      'with 1001 rules',
      { ...flag, rules: Array.from({ length: 1001 }, (_, n) => ({ ...rule, priority: n + 1 })) },
      ['/rules rules is a list of 1001; expected a list of at most 1000 rules'],
    ],
    [
      'with a priority of 0',
      withRule({ priority: 0 }),
      ['/rules/0/priority rules[0].priority is 0; expected a whole number of at least 1'],
    ],
    [
      'with a duplicate priority',
      { ...flag, rules: [rule, { ...rule }] },
      [
        '/rules/1/priority rules[1].priority is 1, which rules[0].priority is too; expected each priority once',
      ],
    ],
    [
      'with a rule that serves nothing',
      withRule({ serve_variation: undefined }),
      ['/rules/0/serve_variation rules[0].serve_variation is missing; expected a name in variations'],
    ],
    [
      'with a rule that serves what is not there',
      withRule({ serve_variation: 'x' }),
      ['/rules/0/serve_variation rules[0].serve_variation is "x"; expected a name in variations'],
    ],
    [
      'with a percentage of 101',
      withRule({ rollout: { percentage: 101 } }),
      ['/rules/0/rollout/percentage rules[0].rollout.percentage is 101; expected a number from 0 to 100'],
    ],
    [
      'with a percentage of seven decimals',
      withRule({ rollout: { percentage: 12.3456789 } }),
      [
        '/rules/0/rollout/percentage rules[0].rollout.percentage is 12.3456789; expected a number from 0 to 100 with at most 6 decimals',
      ],
    ],
    [
      'with a rollout and a split',
      withRule({
        rollout: { percentage: 1 },
        split: { allocations: [{ variation: 'on', ranges: [[0, 1]] }] },
      }),
      ['/rules/0/rollout rules[0] has both a rollout and a split; expected only one of them'],
    ],
    [
      'with an empty split',
      withSplit(),
      [
        '/rules/0/split/allocations rules[0].split.allocations is an empty list; expected a list of at least one allocation',
      ],
    ],
    [
      'with a split of unknown and repeated variations',
      withSplit(
        { variation: 'on', ranges: [[0, 1]] },
        { variation: 'on', ranges: [[1, 2]] },
        { variation: 'x', ranges: [] },
      ),
      [
        '/rules/0/split/allocations/1/variation rules[0].split.allocations[1].variation is "on", which rules[0].split.allocations[0].variation is too; expected each variation once',
        '/rules/0/split/allocations/2/variation rules[0].split.allocations[2].variation is "x"; expected a name in variations',
      ],
    ],
    [
      'with ranges that overlap',
      withSplit(
        {
          variation: 'on',
          ranges: [
            [0, 30],
            [50, 60],
          ],
        },
        { variation: 'off', ranges: [[29.999999, 50]] },
      ),
      [
        '/rules/0/split/allocations/1/ranges/0 rules[0].split.allocations[1].ranges[0] overlaps rules[0].split.allocations[0].ranges[0]; expected ranges that share nothing',
      ],
    ],
    [
      'with a range that holds nothing',
      withSplit({
        variation: 'on',
        ranges: [
          [30, 30],
          [2, 1],
        ],
      }),
      [
        '/rules/0/split/allocations/0/ranges/0 rules[0].split.allocations[0].ranges[0] is [30, 30]; expected a pair of percentages [from, to) with from < to',
        '/rules/0/split/allocations/0/ranges/1 rules[0].split.allocations[0].ranges[1] is [2, 1]; expected a pair of percentages [from, to) with from < to',
      ],
    ],
    [
      'with conditions 7 deep',
      withCondition(nested(7)),
      [
        `/rules/0/conditions/0${'/clauses/0'.repeat(5)} rules[0].conditions[0]${'.clauses[0]'.repeat(5)} makes the conditions 7 deep; expected at most 6 (five groups inside one another)`,
      ],
    ],
    [
      'with a group of nothing and an unknown connective',
      withCondition(
        { logical_operator: 'AND', clauses: [] },
        { logical_operator: 'NAND', clauses: [condition] },
      ),
      [
        '/rules/0/conditions/0/clauses rules[0].conditions[0].clauses is an empty list; expected a list of at least one condition',
        '/rules/0/conditions/1/logical_operator rules[0].conditions[1].logical_operator is "NAND"; did you mean "AND"?',
      ],
    ],
    [
      'with a mistake deep inside groups',
      withCondition({
        logical_operator: 'OR',
        clauses: [condition, { logical_operator: 'AND', clauses: [{ ...condition, operator: 'equal' }] }],
      }),
      [
        '/rules/0/conditions/0/clauses/1/clauses/0/operator rules[0].conditions[0].clauses[1].clauses[0].operator is "equal"; did you mean "equals"?',
      ],
    ],
    [
      'with a group that has fields of a comparison',
      withCondition({ logical_operator: 'AND', clauses: [condition], attribute: 'x' }),
      [
        '/rules/0/conditions/0/attribute "attribute" in rules[0].conditions[0] is not a field of a group; expected one of logical_operator, clauses',
      ],
    ],
    [
      'with ignore_case where it means nothing',
      withCondition({ attribute: 'age', operator: 'greater_than', value: 18, ignore_case: true }),
      [
        '/rules/0/conditions/0/ignore_case rules[0].conditions[0].ignore_case is true; expected it on the operators equals, not_equals, contains, not_contains, starts_with, not_starts_with, ends_with, not_ends_with, in, not_in, has, not_has only',
      ],
    ],
    [
      'with a value where none belongs',
      withCondition({ attribute: 'age', operator: 'exists', value: 1 }),
      ['/rules/0/conditions/0/value rules[0].conditions[0].value is 1; expected none with exists'],
    ],
    [
      'with a catch-all before a rule with conditions',
      { ...flag, rules: [rule, { ...rule, priority: 2, conditions: [condition] }] },
      ['/rules/0 Rules with empty conditions must come after rules with conditions'],
    ],
    [
      'with a whole split before a partial rollout',
      {
        ...flag,
        rules: [
          { ...rule, priority: 9, rollout: { percentage: 50 } },
          {
            priority: 3,
            conditions: [],
            split: {
              allocations: [
                { variation: 'off', ranges: [[33.3, 100]] },
                { variation: 'on', ranges: [[0, 33.3]] },
              ],
            },
          },
        ],
      },
      ['/rules/1 Rules with empty conditions must come after rules with conditions'],
    ],
    [
      'with bad bucketing',
      { ...flag, bucketing: { hash: 'md5', salt: '' } },
      [
        '/bucketing/hash bucketing.hash is "md5"; expected one of murmur3, flagship, launchdarkly, unleash, unleash-variant, flagd, growthbook, growthbook-v1',
      ],
    ],
    [
      'in several ways at once, all of them said',
      {
        ...flag,
        enabled: 1,
        default_variation: 'x',
        rules: [{ ...rule, serve_variation: 'y', rollout: { percentage: -1 } }, rule],
      },
      [
        '/enabled enabled is 1; expected true or false',
        '/rules/0/rollout/percentage rules[0].rollout.percentage is -1; expected a number from 0 to 100',
        '/default_variation default_variation is "x"; expected a name in variations',
        '/rules/0/serve_variation rules[0].serve_variation is "y"; expected a name in variations',
        '/rules/1/priority rules[1].priority is 1, which rules[0].priority is too; expected each priority once',
      ],
    ],
  ];
  it.each(rows)('%s', (_, body, expected) => {
    expect(lines(body)).toEqual(expected);
  });

  const values: readonly (readonly [string, unknown, string])[] = [
    ['equals', null, 'value is null; expected a text, a finite number or a boolean'],
    ['contains', '', 'value is ""; expected a text, a finite number or a boolean, not empty'],
    ['in', 'pro', 'value is "pro"; expected a list of texts, numbers or booleans'],
    ['in', ['a', null], 'value[1] is null; expected a text, a finite number or a boolean'],
    ['less_than', [], 'value is a list; expected a text, a finite number or a boolean'],
    ['semver_equals', 'one', 'value is "one"; expected a version as 1.2.3 or 2.0.0-beta.1'],
    [
      'in_cidr',
      ['10.0.0.0/33'],
      'value[0] is "10.0.0.0/33"; expected an IPv4 or IPv6 address, or a CIDR block as 10.0.0.0/8',
    ],
  ];
  it.each(values)('with %s and the value %j', (operator, value, message) => {
    const [line, ...others] = lines(withCondition({ attribute: 'a', operator, value }));
    expect(others).toEqual([]);
    expect(line?.slice(line.indexOf(' ') + 1)).toBe(`rules[0].conditions[0].${message}`);
  });

  it('refuses a pattern that one text can make tens of milliseconds of work', () => {
    expect(lines(withCondition({ attribute: 'a', operator: 'matches', value: 'x{298}' }))).toEqual([]);
    expect(lines(withCondition({ attribute: 'a', operator: 'matches', value: '(.*a){100}' }))).toEqual([
      '/rules/0/conditions/0/value rules[0].conditions[0].value is "(.*a){100}"; expected a pattern of at most 300 instructions, not 502',
    ]);
  });

  it.each(['(', 'a'.repeat(257), '(?=a)', '(?:a{1000}){1000}'])('with the pattern %s', (value) => {
    const [line, ...others] = lines(withCondition({ attribute: 'a', operator: 'matches', value }));
    expect(others).toEqual([]);
    expect(line).toMatch(
      /^\/rules\/0\/conditions\/0\/value rules\[0\]\.conditions\[0\]\.value is .*; expected /,
    );
  });

  it('compiles no more patterns once a hundred mistakes are found', () => {
    const rules = Array.from({ length: 500 }, (_, index) => ({
      ...rule,
      priority: index + 1,
      conditions: [{ attribute: 'a', operator: 'matches', value: `(${index}` }],
    }));
    expect(lines({ ...flag, rules })).toHaveLength(100);
  });

  it('lists at most a thousand mistakes and counts the others', () => {
    const rules = Array.from({ length: 1000 }, () => ({ a: 1, b: 2 }));
    const issues = issuesOf(() => parseNewFlag({ ...flag, rules }));
    expect(issues).toHaveLength(1001);
    expect(issues.at(-1)).toEqual({ message: '4000 more mistakes are not listed' });
  });
});

describe('a flag is accepted', () => {
  it('with its rules sorted by priority and a split with its largest share', () => {
    const { key, input } = parseNewFlag({
      ...flag,
      rules: [
        { ...rule, priority: 7 },
        {
          priority: 2,
          conditions: [condition],
          serve_variation: 'nonsense',
          split: {
            allocations: [
              { variation: 'off', ranges: [[0, 10]] },
              {
                variation: 'on',
                ranges: [
                  [10, 15],
                  [20, 30],
                ],
              },
            ],
          },
        },
      ],
    });
    expect(key).toBe('checkout');
    expect(input.rules.map(({ priority, serve_variation }) => [priority, serve_variation])).toEqual([
      [2, 'on'],
      [7, 'on'],
    ]);
  });

  it('with what an answer carries beyond a definition, which is ignored', () => {
    const answered = {
      ...flag,
      type: 'string',
      version: 'x',
      created_at: 1,
      updated_at: null,
      updated_by: {},
    };
    expect(parseNewFlag(answered)).toEqual(parseNewFlag(flag));
    expect(parseFlag({ ...answered, key: 5, bucketing: 'any' })).toEqual(parseFlag(flag));
  });

  it('with null for an extension, which says none', () => {
    expect(
      parseFlag({ ...flag, off_variation: null, tags: null, client_side: null, metadata: null }),
    ).toEqual({
      enabled: true,
      variations: flag.variations,
      default_variation: 'off',
      rules: [],
      off_variation: null,
      tags: null,
      client_side: null,
      metadata: null,
    });
  });

  it('with a null value of exists, which is left out', () => {
    const { input } = parseNewFlag(withCondition({ attribute: 'a', operator: 'exists', value: null }));
    expect(input.rules[0]?.conditions).toEqual([{ attribute: 'a', operator: 'exists' }]);
  });

  it('at the limits', () => {
    const body = {
      ...flag,
      key: 'k'.repeat(128),
      variations: many(100, (n) => [n === 0 ? 'off' : `v${n}`, n === 0 ? 'x'.repeat(65_534) : 'x']),
      metadata: many(32, (n) => [`m${n}`, n]),
      rules: Array.from({ length: 1000 }, (_, n) => ({
        priority: n + 1,
        conditions: n === 0 ? [nested(6)] : [condition],
        serve_variation: 'off',
        rollout: { percentage: 0.000001 },
      })),
    };
    expect(lines(body)).toEqual([]);
    expect(lines({ ...flag, variations: { off: boxes(30) } })).toEqual([]);
  });

  it('keeps own __proto__ keys inside a value as plain data', () => {
    const { input } = parseNewFlag(
      json(
        '{"key":"a","enabled":true,"variations":{"on":{"__proto__":{"x":1},"constructor":2}},"default_variation":"on","rules":[]}',
      ),
    );
    expect(JSON.stringify(input.variations)).toBe('{"on":{"__proto__":{"x":1},"constructor":2}}');
  });

  it('with a partial rollout for everyone before a rule with conditions', () => {
    const rules = [
      { ...rule, rollout: { percentage: 50 } },
      { ...rule, priority: 2, conditions: [condition] },
      { ...rule, priority: 3, rollout: { percentage: 100 } },
      { ...rule, priority: 4 },
    ];
    expect(lines({ ...flag, rules })).toEqual([]);
  });
});

it('a body of nothing but mistakes held up everybody for seconds: it is refused after a bounded look', () => {
  const empty = (count: number): readonly object[] => Array.from({ length: count }, () => ({}));
  const many = issuesOf(() => parseNewFlag({ ...flag, rules: [{ ...rule, conditions: empty(85_000) }] }));
  expect(many).toEqual([
    { pointer: '/rules', message: 'rules is made of 85003 objects and lists; expected at most 16000' },
  ]);
  let read = 0;
  const changes = Array.from({ length: 500 }, (_, n) => ({
    op: 'put',
    key: `k${n}`,
    flag: {
      ...flag,
      get rules() {
        read += 1;
        return empty(400);
      },
    },
  }));
  expect(issuesOf(() => parseChanges({ changes }))).toHaveLength(1_001);
  expect(read).toBeLessThan(50);
});

describe('what refers to something else', () => {
  const whole = {
    ...flag,
    off_variation: null,
    prerequisites: [{ flag: 'payments.v2', variations: ['on'] }],
    rules: [
      {
        id: 'r_1',
        priority: 1,
        conditions: [
          { operator: 'in_segment', value: ['beta'] },
          {
            logical_operator: 'OR',
            clauses: [
              { flag: 'search', operator: 'not_serves', value: ['new'] },
              { operator: 'in_share', value: { hash: 'unleash', salt: 'g', ranges: [[0, 30]] } },
              {
                attribute: 'org.id',
                operator: 'in_share',
                value: { hash: 'flagd', salt: '', ranges: [[5, 6]] },
              },
            ],
          },
        ],
        serve_variation: 'on',
        rollout: { percentage: 5 },
        bucketing: { hash: 'launchdarkly', salt: 'checkout.abc' },
      },
    ],
    owner: 'payments',
    permanent: true,
    protected: false,
    tests: [{ name: 'ada', context: { targetingKey: 'ada' }, at: { r_1: 3 }, expect: { variant: 'on' } }],
  };

  it('is stored as it was said', () => {
    const { key: _, ...said } = whole;
    expect(parseNewFlag(whole).input).toEqual(said);
  });

  it.each<[string, unknown, readonly string[]]>([
    [
      'in_segment with an attribute',
      withCondition({ attribute: 'x', operator: 'in_segment', value: ['beta'] }),
      [
        '/rules/0/conditions/0/attribute "attribute" in rules[0].conditions[0] is not a field of a condition on segments; expected one of operator, value',
      ],
    ],
    [
      'no segment',
      withCondition({ operator: 'in_segment', value: [] }),
      [
        '/rules/0/conditions/0/value rules[0].conditions[0].value is an empty list; expected a list of 1 to 32 keys of segments',
      ],
    ],
    [
      'a share of an unknown hash',
      withCondition({ operator: 'in_share', value: { hash: 'md5', salt: 's', ranges: [[0, 1]] } }),
      [
        '/rules/0/conditions/0/value/hash rules[0].conditions[0].value.hash is "md5"; expected one of murmur3, flagship, launchdarkly, unleash, unleash-variant, flagd, growthbook, growthbook-v1',
      ],
    ],
    [
      'a test that expects nothing',
      { ...flag, tests: [{ name: 'a', context: {}, expect: {} }] },
      [
        '/tests/0/expect tests[0].expect is an object; expected an object with at least one of variant, value and reason',
      ],
    ],
    [
      'a test of a variation that is not there',
      { ...flag, tests: [{ name: 'a', context: {}, expect: { variant: 'gone' } }] },
      ['/tests/0/expect/variant tests[0].expect.variant is "gone"; expected a name in variations'],
    ],
    [
      'itself as a prerequisite',
      { ...flag, prerequisites: [{ flag: flag.key, variations: ['on'] }] },
      [`/prerequisites/0/flag prerequisites[0].flag is "${flag.key}"; expected another flag than this one`],
    ],
    [
      'two rules of one id',
      {
        ...flag,
        rules: [
          { ...rule, id: 'a', priority: 1 },
          { ...rule, id: 'a', priority: 2 },
        ],
      },
      ['/rules/1/id rules[1].id is a, which rules[0].id is too; expected each id once'],
    ],
  ])('is refused with %s', (_, body, expected) => {
    expect(lines(body)).toEqual(expected);
  });
});
