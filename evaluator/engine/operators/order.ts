import type { Scalar } from '../model.ts';

const DATE =
  /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(?:[Zz]|([+-])(\d\d)(?::?(\d\d))?)?)?$/;

const daysIn = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate();

/** Milliseconds since 1970 of an ISO 8601 text as the semantics takes one, or null. No zone means UTC. */
export const instantOf = (text: string): number | null => {
  if (text.length < 10 || text.charCodeAt(4) !== 0x2d) return null;
  const parts = DATE.exec(text);
  if (parts === null) return null;
  const part = (index: number): number => Number(parts[index] ?? 0);
  const [year, month, day] = [part(1), part(2), part(3)];
  const [hour, minute, second] = [part(4), part(5), part(6)];
  const [offsetHour, offsetMinute] = [part(9), part(10)];
  if (year < 100 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return null;
  if (hour > 23 || minute > 59 || second > 59 || offsetHour > 23 || offsetMinute > 59) return null;
  const millisecond = Number((parts[7] ?? '').slice(0, 3).padEnd(3, '0'));
  const offset = (offsetHour * 60 + offsetMinute) * (parts[8] === '-' ? -60_000 : 60_000);
  return Date.UTC(year, month - 1, day, hour, minute, second, millisecond) - offset;
};

/** A number, a boolean (1, 0), or a text that is not blank and that `Number()` takes for a number; else null. */
export const numeralOf = (scalar: Scalar): number | null => {
  if (typeof scalar !== 'string') return Number(scalar);
  const number = Number(scalar);
  return Number.isNaN(number) || scalar.trim() === '' ? null : number;
};

/** Both as instants, else both as numerals, else false. */
export const ordered = (
  bound: Scalar,
  accepts: (difference: number) => boolean,
): ((operand: Scalar) => boolean) => {
  const instant = typeof bound === 'string' ? instantOf(bound) : null;
  const numeral = numeralOf(bound);
  if (instant !== null) {
    // An ISO 8601 text is never a numeral: there is no second way to compare it.
    return (operand) => {
      const other = typeof operand === 'string' ? instantOf(operand) : null;
      return other !== null && accepts(sign(other, instant));
    };
  }
  if (numeral === null) return () => false;
  return (operand) => {
    const other = typeof operand === 'number' ? operand : numeralOf(operand);
    return other !== null && accepts(sign(other, numeral));
  };
};

/** Not a subtraction: two infinities are equal, and their difference is not a number. */
const sign = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0);

/** Whether two scalars have an order: both are dates, or both are numerals. */
export const comparable = (a: Scalar, b: Scalar): boolean => {
  const isInstant = (scalar: Scalar): boolean => typeof scalar === 'string' && instantOf(scalar) !== null;
  return (isInstant(a) && isInstant(b)) || (numeralOf(a) !== null && numeralOf(b) !== null);
};
