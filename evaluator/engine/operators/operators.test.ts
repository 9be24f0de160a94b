import { describe, expect, it } from 'vitest';
import { evaluate } from '../flag.ts';
import { isOperator, OPERATORS, type OperatorRow } from './index.ts';

const holds = (operator: string, value: unknown, seen: unknown, ignore_case?: boolean): boolean | string => {
  const condition = {
    attribute: 'v',
    operator,
    value,
    ...(ignore_case === undefined ? {} : { ignore_case }),
  };
  const flag = {
    key: 'f',
    enabled: true,
    variations: { on: true, off: false },
    default_variation: 'off',
    rules: [{ priority: 1, conditions: [condition], serve_variation: 'on' }],
  };
  const evaluation = evaluate(flag, seen === undefined ? {} : { v: seen }, 'acct');
  return evaluation.kind === 'served'
    ? evaluation.value === true
    : evaluation.kind === 'failed'
      ? evaluation.message
      : evaluation.reason;
};

/** A value that holds for the text "b", and the kinds of attribute for which an operator then holds. */
const KINDS = [
  ['equals', 'b', false, false],
  ['not_equals', 'a', true, false],
  ['contains', 'b', false, false],
  ['not_contains', 'a', true, false],
  ['starts_with', 'b', false, false],
  ['not_starts_with', 'a', true, false],
  ['ends_with', 'b', false, false],
  ['not_ends_with', 'a', true, false],
  ['in', ['a', 'b'], false, false],
  ['not_in', ['a'], true, false],
  ['matches', 'b', false, false],
  ['not_matches', 'a', true, false],
] as const;

describe('every operator that reads a scalar', () => {
  it.each(KINDS)('%s %j: null %s, missing or no scalar %s', (operator, value, onNull, onOthers) => {
    expect(holds(operator, value, 'b')).toBe(true);
    expect(holds(operator, value, null)).toBe(onNull);
    for (const seen of [undefined, ['b'], { b: 'b' }, () => 'b', Number.NaN]) {
      expect(holds(operator, value, seen)).toBe(onOthers);
    }
  });

  it.each([
    'equals',
    'not_equals',
    'contains',
    'not_contains',
    'starts_with',
    'not_starts_with',
    'ends_with',
    'not_ends_with',
  ])('%s ignores case only when told', (operator) => {
    const negated = operator.startsWith('not_');
    expect(holds(operator, 'Straße', 'STRASSE', true)).toBe(negated);
    expect(holds(operator, 'ΟΔΟΣ', 'οδοσ', true)).toBe(!negated);
    expect(holds(operator, 'ΟΔΟΣ', 'οδοσ')).toBe(negated);
    expect(holds(operator, 'ΟΔΟΣ', 'οδοσ', false)).toBe(negated);
    expect(holds(operator, true, 'TRUE', true)).toBe(!negated);
    expect(holds(operator, 'TRUE', true, true)).toBe(!negated);
  });

  it('in and not_in ignore case only when told', () => {
    expect(holds('in', ['US', 7], 'us', true)).toBe(true);
    expect(holds('in', ['US', 7], 'us')).toBe(false);
    expect(holds('in', ['US', 7], 7, true)).toBe(true);
    expect(holds('not_in', ['US'], 'us', true)).toBe(false);
    expect(holds('not_in', ['US'], 'us')).toBe(true);
    expect(holds('in', [], 'us')).toBe(false);
    expect(holds('not_in', [], 'us')).toBe(true);
  });
});

describe('has and not_has', () => {
  it.each([
    [['a', 'B'], 'b', false, false, true],
    [['a', 'B'], 'b', true, true, false],
    [[7, true, null, {}], '7', false, true, false],
    [[7, true], true, false, true, false],
    [[[7]], 7, false, false, true],
    [[], 7, false, false, true],
    ['7', 7, false, false, false],
    [null, 7, false, false, false],
    [{ 0: 7, length: 1 }, 7, false, false, false],
  ])('of %j: %j, ignoring case %s', (seen, value, ignoreCase, has, hasNot) => {
    expect(holds('has', value, seen, ignoreCase)).toBe(has);
    expect(holds('not_has', value, seen, ignoreCase)).toBe(hasNot);
  });
});

describe('order', () => {
  const compare = (value: unknown, seen: unknown): readonly unknown[] =>
    ['less_than', 'less_than_or_equals', 'greater_than_or_equals', 'greater_than'].map((operator) =>
      holds(operator, value, seen),
    );
  const LESS = [true, true, false, false];
  const EQUAL = [false, true, true, false];
  const MORE = [false, false, true, true];
  const NEITHER = [false, false, false, false];

  it.each([
    [18, 17.9, LESS],
    [18, '18', EQUAL],
    [18, ' 18\n', EQUAL],
    [18, '0x12', EQUAL],
    ['1e1', '010', EQUAL],
    [1, true, EQUAL],
    [true, 0, LESS],
    [0, '', NEITHER],
    [0, '  ', NEITHER],
    [0, 'x', NEITHER],
    ['x', 0, NEITHER],
    ['x', 'x', NEITHER],
    [0, 'NaN', NEITHER],
    ['Infinity', 'Infinity', EQUAL],
    ['-Infinity', 0, MORE],
    [0, -0, EQUAL],
    [5, [6], NEITHER],
    [5, null, NEITHER],
  ])('numbers: against %j, %j', (value, seen, expected) => {
    expect(compare(value, seen)).toEqual(expected);
  });

  it.each([
    ['2025-01-01', EQUAL],
    ['2025-01-01T00:00', EQUAL],
    ['2025-01-01t00:00:00z', EQUAL],
    ['2025-01-01 00:00:00.000Z', EQUAL],
    ['2025-01-01T00:00:00.0009', EQUAL],
    ['2025-01-01T00:00:00.001', MORE],
    ['2025-01-01T00:00:00.1', MORE],
    ['2025-01-01T01:00+01:00', EQUAL],
    ['2025-01-01T01:00+0100', EQUAL],
    ['2025-01-01T01:00+01', EQUAL],
    ['2024-12-31T19:00:00-0500', EQUAL],
    ['2025-01-01T00:00+24', NEITHER],
    ['2025-01-01T00:00+010', NEITHER],
    ['2025-01-01T00:00+1', NEITHER],
    ['2024-12-31T23:30-00:30', EQUAL],
    ['2024-12-31T23:59:59.999Z', LESS],
    ['2025-01-01T00:00:01Z', MORE],
    ['2025-01-01T00:01', MORE],
    ['2025-01-01T23:59:59+23:59', MORE],
    ['2024-02-29', LESS],
    ['0100-01-01', LESS],
    ['9999-12-31', MORE],
    ['0099-12-31', NEITHER],
    ['2025-02-29', NEITHER],
    ['2025-00-01', NEITHER],
    ['2025-13-01', NEITHER],
    ['2025-01-00', NEITHER],
    ['2025-04-31', NEITHER],
    ['2025-01-01T24:00', NEITHER],
    ['2025-01-01T00:60', NEITHER],
    ['2025-01-01T00:00:60', NEITHER],
    ['2025-01-01T00:00+24:00', NEITHER],
    ['2025-01-01T00:00+00:60', NEITHER],
    ['2025-01-01T00', NEITHER],
    ['2025-01-01T00:00.5', NEITHER],
    ['2025-01-01T', NEITHER],
    ['2025-01-01Z', NEITHER],
    ['2025-1-1', NEITHER],
    [' 2025-01-01', NEITHER],
    ['2025-01-01 ', NEITHER],
    ['2025/01/01', NEITHER],
    ['12025-01-01', NEITHER],
    ['1735689600000', NEITHER],
    [1735689600000, NEITHER],
  ])('dates: against 2025-01-01, %j', (seen, expected) => {
    expect(compare('2025-01-01', seen)).toEqual(expected);
  });

  it('has none between a date and a number', () => {
    expect(compare(5, '2025-01-01')).toEqual(NEITHER);
    expect(compare('2025-01-01', 5)).toEqual(NEITHER);
    expect(compare('2025', '2025')).toEqual(EQUAL);
  });
});

describe('versions', () => {
  // https://semver.org, section 11, and around it.
  const ASCENDING = [
    '0.0.0-0',
    '0.0.0',
    '0.1',
    'v0.9.9',
    '1.0.0-alpha',
    '1.0.0-alpha.1',
    '1.0.0-alpha.beta',
    '1.0.0-beta',
    '1.0.0-beta.2',
    '1.0.0-beta.11',
    '1.0.0-beta.11.0',
    '1.0.0-rc.1',
    '1',
    '1.0.1',
    '1.2',
    '1.10',
    '2',
    '9',
    '10',
    '99999999999999999999.0.0',
    '100000000000000000000.0.0',
  ];

  it('have the precedence of Semantic Versioning 2.0.0', () => {
    for (const [a, left] of ASCENDING.entries()) {
      for (const [b, right] of ASCENDING.entries()) {
        expect([
          holds('semver_less_than', right, left),
          holds('semver_less_than_or_equals', right, left),
          holds('semver_equals', right, left),
          holds('semver_greater_than_or_equals', right, left),
          holds('semver_greater_than', right, left),
        ]).toEqual([a < b, a <= b, a === b, a >= b, a > b]);
      }
    }
  });

  it('are equal whatever was built, and however short', () => {
    for (const same of ['1.0.0', 'v1', '1.0', '1.0.0+build', '1+5', 'v1.0+a.b-c']) {
      expect(holds('semver_equals', '1.0.0+other', same)).toBe(true);
    }
    expect(holds('semver_equals', '1.0.0-rc', '1-rc')).toBe(true);
    expect(holds('semver_equals', '2', 2)).toBe(true);
  });

  it('are taken as people write them: four numbers, leading zeros, a capital V', () => {
    const ascending = ['V1.2', '1.2.0.1', '01.10.0.4', '1.10.0.5', '1.10.0.5.0.1', '2026.01.07', 'v2026.1.8'];
    for (const [a, left] of ascending.entries()) {
      for (const [b, right] of ascending.entries()) {
        expect(holds('semver_less_than', right, left)).toBe(a < b);
        expect(holds('semver_equals', right, left)).toBe(a === b);
      }
    }
    expect(holds('semver_equals', '1.2', '1.2.0.0.0.0')).toBe(true);
    expect(holds('semver_equals', '00.0', 'V0')).toBe(true);
  });
  it.each([
    '',
    'x',
    '1.',
    '1.2.',
    '1.2.3.4.5.6.7',
    '1..2',
    'vV1',
    '1.2.3-',
    '1.2.3-01',
    '1.2.3-a..b',
    '1.2.3+',
    'vv1',
    ' 1',
    '1 ',
    '1.2.3-é',
    '-1',
  ])('are not %j', (seen) => {
    for (const operator of ['semver_equals', 'semver_less_than_or_equals', 'semver_greater_than_or_equals']) {
      expect(holds(operator, '1.2.3', seen)).toBe(false);
      expect(String(holds(operator, seen, '1.2.3'))).toContain('expected a version');
    }
  });
});

describe('patterns', () => {
  it('are found anywhere in the text, by RE2’s rules', () => {
    expect(holds('matches', 'b+', 'abbc')).toBe(true);
    expect(holds('matches', '^b', 'abbc')).toBe(false);
    expect(holds('matches', '(?i)B', 'abbc')).toBe(true);
    expect(holds('matches', '^4', 42)).toBe(true);
    expect(holds('not_matches', 'x', true)).toBe(true);
    expect(holds('matches', '', '')).toBe(true);
    for (const beyond of ['(?=a)', '(?<=a)b', '(a)\\1', '(?>a)']) {
      expect(String(holds('matches', beyond, 'a'))).toContain('expected an RE2 pattern');
    }
  });

  it('judge texts of up to 1,024 UTF-16 units, and no longer ones', () => {
    expect(holds('matches', 'x$', 'x'.repeat(1024))).toBe(true);
    expect(holds('not_matches', 'y', 'x'.repeat(1024))).toBe(true);
    expect(holds('matches', 'x$', 'x'.repeat(1025))).toBe(false);
    expect(holds('not_matches', 'y', 'x'.repeat(1025))).toBe(false);
  });

  it('may have 256 characters and 1,000 instructions', () => {
    expect(holds('matches', 'x'.repeat(256), 'x'.repeat(256))).toBe(true);
    expect(OPERATORS.matches.problem('a{998}')).toBeNull();
    expect(OPERATORS.matches.problem('a{999}')).toBe(
      'value is "a{999}"; expected a pattern of at most 1000 instructions, not 1001',
    );
  });

  it('take time in proportion to the text, not its power', () => {
    expect(holds('matches', '^(a+)+$', `${'a'.repeat(1000)}b`)).toBe(false);
  });
});

describe('addresses', () => {
  it.each([
    ['10.0.0.0/8', '10.255.255.255', true],
    ['10.0.0.0/8', '11.0.0.0', false],
    ['10.9.8.7/8', '10.0.0.0', true],
    ['0.0.0.0/0', '255.255.255.255', true],
    ['0.0.0.0/0', '::1', false],
    ['::/0', '::1', true],
    ['::/0', '1.2.3.4', false],
    ['::/0', '::ffff:1.2.3.4', false],
    ['1.2.3.4', '1.2.3.4', true],
    ['1.2.3.4', '1.2.3.5', false],
    ['1.2.3.4/31', '1.2.3.5', true],
    ['128.0.0.0/1', '200.1.1.1', true],
    ['128.0.0.0/1', '127.1.1.1', false],
    ['::ffff:10.0.0.0/104', '10.1.1.1', true],
    ['::ffff:10.0.0.0/104', '11.1.1.1', false],
    ['::ffff:0:0/96', '9.9.9.9', true],
    ['::ffff:102:304', '1.2.3.4', true],
    ['1.2.3.4', '::FFFF:0102:0304', true],
    ['2001:db8::/32', '2001:db8:ffff::1', true],
    ['2001:db8::/32', '2001:db9::', false],
    ['2001:db8::/33', '2001:db8:8000::', false],
    ['2001:db8::8000/113', '2001:db8::ffff', true],
    ['2001:db8::8000/113', '2001:db8::7fff', false],
    ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8', true],
    ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:0.7.0.8', true],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0', true],
    ['::2:3:4:5:6:7:8', '0:2:3:4:5:6:7:8', true],
    ['::', '0:0:0:0:0:0:0:0', true],
    ['::1.2.3.4', '::102:304', true],
  ])('%s and %s', (block, seen, inside) => {
    expect([holds('in_cidr', [block], seen), holds('not_in_cidr', [block], seen)]).toEqual([inside, !inside]);
  });

  it('are looked for in every block', () => {
    const blocks = ['192.168.0.0/16', '2001:db8::/32', '10.0.0.0/8', '172.16.0.0/16'];
    expect(['10.1.1.1', '2001:db8::1', '172.16.9.9'].map((seen) => holds('in_cidr', blocks, seen))).toEqual([
      true,
      true,
      true,
    ]);
    expect(holds('not_in_cidr', blocks, '172.17.0.1')).toBe(true);
    expect([holds('in_cidr', [], '1.2.3.4'), holds('not_in_cidr', [], '1.2.3.4')]).toEqual([false, true]);
  });

  it.each([
    '',
    'x',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.256',
    '01.2.3.4',
    '1.2.3.',
    '1.2.3.4 ',
    '1.2.3.-4',
    '0x1.2.3.4',
    '1.2.3.4e0',
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    '12345::',
    'g::',
    '::1.2.3',
    '1.2.3.4::',
    '::1.2.3.4:5',
    '1:',
    ':1',
    'fe80::1%eth0',
    '::1/128/1',
    '1:2:3:4:5:6:7:1.2.3.4',
  ])('are not %j: false and not_ false, and no block', (text) => {
    expect([holds('in_cidr', ['0.0.0.0/0', '::/0'], text), holds('not_in_cidr', [], text)]).toEqual([
      false,
      false,
    ]);
    expect(OPERATORS.in_cidr.problem([text])).not.toBeNull();
  });

  it.each([
    '1.2.3.4/33',
    '1.2.3.4/',
    '1.2.3.4/08',
    '1.2.3.4/-1',
    '1.2.3.4/1.5',
    '::/129',
    '::ffff:1.2.3.4/95',
    '/8',
    '1.2.3.4/8 ',
    '1.2.3.4/1e1',
  ])('make no block as %j', (text) => {
    expect(OPERATORS.in_cidr.problem([text])).toBe(
      `value[0] is "${text}"; expected an IPv4 or IPv6 address, or a CIDR block as 10.0.0.0/8`,
    );
  });

  it.each(['1.2.3.4/0', '1.2.3.4/32', '::/0', '::/128', '::ffff:1.2.3.4/96', '::ffff:1.2.3.4/128'])(
    'make a block as %j',
    (text) => {
      expect(OPERATORS.in_cidr.problem([text])).toBeNull();
    },
  );
});

describe('exists and not_exists', () => {
  it.each([
    [undefined, false],
    [null, false],
    [Number.NaN, false],
    [0, true],
    ['', true],
    [false, true],
    [[], true],
    [{}, true],
  ])('of %j', (seen, expected) => {
    expect([holds('exists', undefined, seen), holds('not_exists', undefined, seen)]).toEqual([
      expected,
      !expected,
    ]);
  });
});

describe('the table of operators', () => {
  it('tells which may ignore case and what their values are', () => {
    const rows = Object.entries(OPERATORS).map(
      ([name, { value, ignoreCase }]) => `${name} ${value} ${ignoreCase}`,
    );
    expect(rows).toEqual([
      'equals scalar true',
      'not_equals scalar true',
      'contains text true',
      'not_contains text true',
      'starts_with text true',
      'not_starts_with text true',
      'ends_with text true',
      'not_ends_with text true',
      'in scalars true',
      'not_in scalars true',
      'has scalar true',
      'not_has scalar true',
      'greater_than scalar false',
      'less_than scalar false',
      'greater_than_or_equals scalar false',
      'less_than_or_equals scalar false',
      'semver_equals version false',
      'semver_greater_than version false',
      'semver_less_than version false',
      'semver_greater_than_or_equals version false',
      'semver_less_than_or_equals version false',
      'matches pattern false',
      'not_matches pattern false',
      'in_cidr addresses false',
      'not_in_cidr addresses false',
      'exists none false',
      'not_exists none false',
    ]);
  });

  it('knows its own names alone', () => {
    expect(['equals', 'constructor', '__proto__', 'toString', '', 7, null].map(isOperator)).toEqual([
      true,
      false,
      false,
      false,
      false,
      false,
      false,
    ]);
  });
});

describe('what cannot be ordered', () => {
  it.each([
    [5, '6', true],
    [true, 1, true],
    ['2025-01-01', '2026-01-01T00:00Z', true],
    ['2025-01-01', 5, false],
    [5, '2025-01-01', false],
    ['2025-01-01', 'x', false],
    ['x', '2025-01-01', false],
    [5, 'x', false],
    ['x', 5, false],
    ['x', 'y', false],
  ])('%j and %j: %s', (bound, operand, is) => {
    expect(OPERATORS.less_than.unfit(bound, operand) === null).toBe(is);
  });
});

describe('identifiers of a prerelease', () => {
  it.each([
    ['2', '10'],
    ['10', 'a'],
    ['2', '1a'],
    ['a10', 'a2'],
    ['10a', '2a'],
    ['1', '1.0'],
    ['a', 'b'],
  ])('%s precedes %s', (earlier, later) => {
    expect(holds('semver_less_than', `1.0.0-${later}`, `1.0.0-${earlier}`)).toBe(true);
    expect(holds('semver_less_than', `1.0.0-${earlier}`, `1.0.0-${later}`)).toBe(false);
  });
});

describe('blocks of addresses', () => {
  it.each([
    // Only ::ffff:0:0/96 is IPv4 in another notation.
    ['10.0.0.0/8', '::ffff:10.0.0.1', true],
    ['10.0.0.0/8', '1::ffff:10.0.0.1', false],
    ['10.0.0.0/8', '::1:0:ffff:10.0.0.1', false],
    // A prefix that ends in the second of the four words still holds all of the first.
    ['2001:db8:aa00::/40', '2001:db8:aaff::1', true],
    ['2001:db8:aa00::/40', '2001:db9:aa00::1', false],
    ['2001:db8:aa00::/40', '2001:db8:ab00::1', false],
    // Words whose digits would read the same one after the other.
    ['0:1:0:b::', '0:b:0:1::', false],
    ['0:1:0:b::', '0:1:0:b::', true],
  ])('%s and %s: %s', (block, address, inside) => {
    expect(holds('in_cidr', [block], address)).toBe(inside);
    expect(holds('not_in_cidr', [block], address)).toBe(!inside);
  });
});

describe('what an operator cannot judge', () => {
  it.each([
    ['matches', 'x', 'x'.repeat(1024), null],
    ['matches', 'x', 'x'.repeat(1025), 'is longer than 1024 characters'],
    ['in_cidr', ['10.0.0.0/8'], '10.0.0.1', null],
    ['in_cidr', ['10.0.0.0/8'], 'here', 'is no IP address'],
    ['semver_equals', '1.0.0', '2', null],
    ['semver_equals', '1.0.0', 'two', 'is no version'],
    ['equals', 'x', 'y', null],
  ] as const)('%s %j: %s is %s', (operator, value, operand, why) => {
    const row: OperatorRow = OPERATORS[operator];
    expect(row.unfit(value, operand)).toBe(why);
  });
});
