import { expect, test } from 'vitest';
import { parseChange, parseConfiguration, parseJson } from './wire.ts';

test.for<[value: unknown, message: string]>([
  [[], 'expected a configuration, found an array'],
  [null, 'expected a configuration, found null'],
  ['hello', 'expected a configuration, found a value of type string'],
  [{ version: 1, flags: {} }, "account is a value of type undefined; expected the account's id"],
  [{ account: 'a', version: -1, flags: {} }, 'version is a value of type number; expected a whole number'],
  [{ account: 'a', version: 1, flags: [] }, 'flags is an array; expected an object by key'],
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

test('says what came instead of JSON', () => {
  expect(() => parseJson('<html>Sign in</html>')).toThrow('expected JSON, found "<html>Sign in</html>"');
});
