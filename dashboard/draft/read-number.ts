/** What JSON calls a number, and a leading plus or a bare point, which people write. */
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** The number that a text says, `1e3` included; NaN for anything that could mean another one, as `1,000` could. */
export const readNumber = (text: string): number => {
  const trimmed = text.trim();
  const number = NUMBER.test(trimmed) ? Number(trimmed) : Number.NaN;
  return Number.isFinite(number) ? number : Number.NaN;
};

/** A share from 0 to `max` percent with at most 6 decimals, with or without its sign; NaN for anything else. */
export const readPercent = (text: string, max = 100): number => {
  const number = readNumber(text.trim().replace(/\s*%$/, ''));
  return number >= 0 && number <= max && Number(number.toFixed(6)) === number ? number : Number.NaN;
};
