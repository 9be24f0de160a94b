import { expect, test } from 'vitest';
import { EdgeChoice } from './edge-choice.ts';

test('an edge that failed is asked last until it has rested, or for as long as it asked', () => {
  const clock = { ms: 1_000 };
  const choice = new EdgeChoice(3, { restMs: 1_000, now: () => clock.ms, random: () => 0.5 });
  expect(choice.order()).toEqual([0, 1, 2]);
  choice.failed(0, 0);
  expect(choice.order()).toEqual([1, 2, 0]);
  choice.failed(1, 5_000);
  expect(choice.order()).toEqual([2, 0, 1]);
  clock.ms += 1_000;
  expect(choice.order()).toEqual([0, 2, 1]);
  clock.ms += 4_000;
  expect(choice.order()).toEqual([0, 1, 2]);
  choice.failed(0, 0);
  choice.answered(0);
  expect(choice.order()).toEqual([0, 1, 2]);
});

test('where all rest they are asked all the same', () => {
  const choice = new EdgeChoice(2, { restMs: 1_000, now: () => 0, random: () => 0 });
  choice.failed(1, 0);
  choice.failed(0, 0);
  expect(choice.order()).toEqual([0, 1]);
});
