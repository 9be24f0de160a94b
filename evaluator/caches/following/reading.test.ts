import { expect, test } from 'vitest';
import { newFilling } from './reading.ts';

test('a filling is named after every one before it, also within one millisecond', () => {
  const fillings = Array.from({ length: 1_000 }, newFilling);
  expect(fillings.toSorted()).toEqual(fillings);
  expect(new Set(fillings).size).toBe(fillings.length);
});
