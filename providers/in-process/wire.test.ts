import { expect, test } from 'vitest';
import { parseChange, parseConfiguration, parseJson } from './wire.ts';

test.for<[value: unknown, message: string]>([
  [[], 'expected a configuration, found an array'],
  [null, 'expected a configuration, found null'],
  ['hello', 'expected a configuration, found a value of type string'],
  [{ version: 1, flags: {} }, "account is a value of type undefined; expected the account's id"],
  [{ account: 'a', version: -1, flags: {} }, 'version is a value of type number; expected a whole number'],
  [{ account: 'a', version: 1, flags: [] }, 'flags is an array; expected an object by key'],
  [{ account: 'a', version: 1, flags: {}, segments: 7 }, 'segments is a value of type number; expected an'],
])('%j is no configuration', ([value, message]) => {
  expect(() => parseConfiguration(value)).toThrow(message);
});

test.for<[value: unknown, message: string]>([
  [7, 'expected a change, found a value of type number'],
  [{ version: 1.5, changes: [] }, 'version is a value of type number; expected a whole number'],
  [{ version: 2, changes: {} }, 'changes is a value of type object; expected an array'],
  [{ version: 2, changes: [{ flag: null }] }, 'a change names no flag; expected { key, flag }'],
])('%j is no change', ([value, message]) => {
  expect(() => parseChange(value)).toThrow(message);
});

test('a configuration of a former release has no segments', () => {
  expect(parseConfiguration({ account: 'a', version: 1, flags: {} }).segments).toEqual({});
});

test('a change is of a flag or a segment; of what is not known here nothing is taken', () => {
  const changes = [
    { key: 'a', flag: {} },
    { key: 'b', flag: null },
    { kind: 'segment', key: 'c', segment: {} },
    { kind: 'segment', key: 'd', segment: null },
    { kind: 'experiment', key: 'a', experiment: null },
  ];
  expect(parseChange({ version: 2, changes }).changes).toEqual([
    { kind: 'flag', key: 'a', value: {} },
    { kind: 'flag', key: 'b', value: undefined },
    { kind: 'segment', key: 'c', value: {} },
    { kind: 'segment', key: 'd', value: undefined },
  ]);
});

test('says what came instead of JSON', () => {
  expect(() => parseJson('<html>Sign in</html>')).toThrow('expected JSON, found "<html>Sign in</html>"');
});
