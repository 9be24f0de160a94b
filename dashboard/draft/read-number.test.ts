import { expect, it } from 'vitest';
import { readNumber, readPercent } from './read-number.ts';

it.each([
  ['1e3', 1_000],
  ['1E-2', 0.01],
  ['-42', -42],
  ['+7', 7],
  ['.5', 0.5],
  ['5.', 5],
  [' 12 ', 12],
  ['0012', 12],
])('reads %j as the number it says', (text, number) => {
  expect(readNumber(text)).toBe(number);
});

it.each(['1,000', '1.000,5', '1 000', '0x10', '', ' ', 'ten', '1e', '1e999', '--1', 'NaN', '١٢'])(
  'refuses %j rather than taking it for another number',
  (text) => {
    expect(readNumber(text)).toBeNaN();
  },
);

it.each([
  ['12.5%', 12.5],
  ['12.5 %', 12.5],
  ['1e1', 10],
  ['100', 100],
  ['0', 0],
])('reads %j as a percentage', (text, number) => {
  expect(readPercent(text)).toBe(number);
});

it.each(['101', '-1', '12,5', '0.1234567', '', '%'])('refuses %j as a percentage', (text) => {
  expect(readPercent(text)).toBeNaN();
});

it('refuses more than there is to give', () => {
  expect(readPercent('60', 50)).toBeNaN();
});
