/** Texts without such a number are held exactly, and parsed sooner without looking at each. */
const MANY_DIGITS = /\d{16}|\d[eE]\+?\d{3}/;
const INTEGER = /^-?\d+$/;

/**
 * A context as JSON: an integer that a number cannot hold is its digits as a string, as a BigInt is in a context (docs/semantics.md),
 * because the 64-bit ids that other languages send would otherwise be rounded to those of somebody else. A number beyond every other is
 * missing, as one that is not finite is. Throws as JSON.parse does.
 */
export const exactJson = (text: string): unknown =>
  MANY_DIGITS.test(text) ? JSON.parse(text, exact) : JSON.parse(text);

const exact = (_name: string, value: unknown, context?: { readonly source?: string }): unknown => {
  const source = context?.source;
  if (typeof value !== 'number' || source === undefined) return value;
  if (INTEGER.test(source))
    return String(value) !== source && Math.abs(value) > Number.MAX_SAFE_INTEGER ? source : value;
  return Number.isFinite(value) ? value : undefined;
};
