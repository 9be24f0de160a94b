import { expect, test } from 'vitest';
import { newEpoch } from './reading.ts';

test('a filling is named after every one before it, also within one millisecond', () => {
  const epochs = Array.from({ length: 1_000 }, newEpoch);
  expect(epochs.toSorted()).toEqual(epochs);
  expect(new Set(epochs).size).toBe(epochs.length);
});
