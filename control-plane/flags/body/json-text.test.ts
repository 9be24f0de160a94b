import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readJson } from './json-text.ts';

const lossyOf = (text: string) => {
  const read = readJson(text);
  return read.kind === 'json' ? read.lossy : read.kind;
};

describe('a number that would be rounded without a word is told with its place', () => {
  test.for([
    ['9007199254740993', '', 'The body is 9007199254740993, which would be kept as 9007199254740992'],
    [
      '{"a":[1,{"b/~c":-9007199254740993}]}',
      '/a/1/b~1~0c',
      'a[1]["b/~c"] is -9007199254740993, which would be kept as -9007199254740992',
    ],
    [
      '[[],{},"[,9007199254740993",12345678901234567890 ]',
      '/3',
      '[3] is 12345678901234567890, which would be kept as 12345678901234567000',
    ],
    [
      '{"x":{"y":1},"x\\"":9007199254740993.0}',
      '/x"',
      '["x\\""] is 9007199254740993.0, which would be kept as 9007199254740992',
    ],
    ['{"a":1e400}', '/a', 'a is 1e400, which is beyond every number that can be kept'],
    ['{"a":-1E+309}', '/a', 'a is -1E+309, which is beyond every number that can be kept'],
    [
      `{"a":${'9'.repeat(400)}}`,
      '/a',
      `a is ${'9'.repeat(40)}…, which is beyond every number that can be kept`,
    ],
  ] as const)('%s', ([text, pointer, found]) => {
    expect(lossyOf(text)).toEqual([
      {
        pointer,
        message: `${found}; expected a number that keeps all of its digits (integers to 9007199254740992), or a string`,
      },
    ]);
  });

  test.for([
    '0.1',
    '0.12345678901234567890',
    '1e21',
    '1e-400',
    '9007199254740991',
    '9007199254740992',
    '-9007199254740992',
    '18014398509481984',
    // The shortest digits that lead to the double, and all of its digits.
    '-35547420762085910',
    '-35547420762085912',
    '1000000000000000000000',
    '9007199254740992.000',
    '"9007199254740993"',
    '{"9007199254740993":"\\"9007199254740993"}',
  ])('%s is kept as it is written', (text) => {
    expect(lossyOf(text)).toEqual([]);
  });

  test('every integer is told exactly where it would be written with other digits', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n }), fc.string(), (integer, name) => {
        const text = `{${JSON.stringify(name)}: [null, ${integer}]}`;
        expect(lossyOf(text)).toHaveLength(
          BigInt(Number(integer)) === integer || String(Number(integer)) === String(integer) ? 0 : 1,
        );
      }),
    );
  });
});

test('whatever JSON.stringify writes is kept as it is written', () => {
  fc.assert(
    fc.property(
      fc.json({ maxDepth: 4 }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      (text, number) => {
        expect(lossyOf(text)).toEqual([]);
        expect(lossyOf(JSON.stringify({ number }))).toEqual([]);
      },
    ),
  );
});

test('what is not JSON, or nested too deep, is told before it costs anything', () => {
  for (const text of ['{', '[1,]', '9007199254740993x', '"\\', '-', ''])
    expect(lossyOf(text)).toBe('malformed');
  const from = performance.now();
  expect(lossyOf('['.repeat(1_000_000))).toBe('too_deep');
  expect(lossyOf('{"a":'.repeat(65))).toBe('too_deep');
  expect(performance.now() - from).toBeLessThan(1_000);
});
