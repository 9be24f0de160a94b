import { exactJson } from '@halyard/engine';
import type { Issue } from '../../model/problem.ts';
import { nameOf, type Path, pointerOf } from './issues.ts';

/** No body of this API nests so deep; the exact limit of what is inside is told by whoever reads it. */
const NESTING = 64;

export const TOO_DEEP = (what: string): string =>
  `${what} is nested over ${NESTING} deep; expected JSON at most 32 deep.`;

/** A number that would not be what was written. */
export interface LossyNumber {
  readonly pointer: string;
  readonly message: string;
}

export type JsonText =
  | { readonly kind: 'json'; readonly value: unknown; readonly lossy: readonly LossyNumber[] }
  | { readonly kind: 'too_deep' }
  | { readonly kind: 'malformed'; readonly found: string };

/** `kept`: numbers that lost digits are told. `exact`: a context's, whose large integers are their digits as strings, as at edges. */
export type Numbers = 'kept' | 'exact';

/** JSON text as a value, with the numbers that lost digits on the way: after JSON.parse nobody can tell. */
export const readJson = (text: string, numbers: Numbers = 'kept'): JsonText => {
  // Before it is parsed: JSON.parse takes a second for a mebibyte of brackets, looking takes milliseconds.
  const seen = look(text);
  if (seen === 'too_deep') return { kind: 'too_deep' };
  try {
    if (numbers === 'exact') return { kind: 'json', value: exactJson(text), lossy: [] };
    const value: unknown = JSON.parse(text);
    return { kind: 'json', value, lossy: seen === 'lossy' ? lossyNumbers(text) : [] };
  } catch (error) {
    const found =
      error instanceof Error ? error.message.replace(/^JSON\.parse: /, '') : 'it cannot be parsed';
    return { kind: 'malformed', found };
  }
};

/** All issues of a body: what a number that lost its digits is said to be is said once. */
export const withLossy = (
  [first, ...others]: readonly [LossyNumber, ...LossyNumber[]],
  issues: readonly Issue[],
): readonly [Issue, ...Issue[]] => {
  const told = new Set([first, ...others].map(({ pointer }) => pointer));
  return [first, ...others, ...issues.filter(({ pointer }) => pointer === undefined || !told.has(pointer))];
};

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const OPEN_OBJECT = 0x7b;
const CLOSE_LIST = 0x5d;
const CLOSE_OBJECT = 0x7d;

const startsNumber = (code: number): boolean => (code >= 0x30 && code <= 0x39) || code === 0x2d;
const continuesNumber = (code: number): boolean =>
  startsNumber(code) || code === 0x2e || code === 0x2b || code === 0x65 || code === 0x45;

/** After the closing quote of the string that opens at `at`. */
const afterString = (text: string, at: number): number => {
  for (let next = at + 1; next < text.length; next++) {
    const code = text.charCodeAt(next);
    if (code === BACKSLASH) next++;
    else if (code === QUOTE) return next + 1;
  }
  return text.length;
};

const afterNumber = (text: string, at: number): number => {
  let next = at + 1;
  while (next < text.length && continuesNumber(text.charCodeAt(next))) next++;
  return next;
};

/** What there is to look out for in a text, which need not be JSON. */
const look = (text: string): 'too_deep' | 'lossy' | null => {
  let depth = 0;
  let lossy = false;
  for (let at = 0; at < text.length; ) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = afterString(text, at);
      continue;
    }
    if (startsNumber(code)) {
      const end = afterNumber(text, at);
      lossy ||= isLossy(text, at, end);
      at = end;
      continue;
    }
    if (code === OPEN_LIST || code === OPEN_OBJECT) {
      if (++depth > NESTING) return 'too_deep';
    } else if (code === CLOSE_LIST || code === CLOSE_OBJECT) depth--;
    at++;
  }
  return lossy ? 'lossy' : null;
};

const INTEGER = /^-?(\d+)(?:\.0*)?$/;
/** Every integer of so few digits is a double. */
const SAFE_DIGITS = 15;

/**
 * Whether the number is beyond every double, or an integer that would be answered with other digits. Beyond 2^53 not every integer is a
 * double, but one may be written in the few digits that lead back to it, as JavaScript does, and our exports. Fractions are doubles to
 * everybody: 0.1 is what people mean by 0.1.
 */
const isLossy = (text: string, from: number, to: number): boolean => {
  const literal = text.slice(from, to);
  if (literal.length <= SAFE_DIGITS && !/e/i.test(literal)) return false;
  const value = Number(literal);
  if (Number.isNaN(value)) return false;
  if (!Number.isFinite(value)) return true;
  const digits = INTEGER.exec(literal)?.[1];
  if (digits === undefined || digits === String(Math.abs(value))) return false;
  return BigInt(digits) !== BigInt(Math.abs(value));
};

const MOST_TOLD = 1_000;

/** In a text that is JSON. */
const lossyNumbers = (text: string): LossyNumber[] => {
  const found: LossyNumber[] = [];
  const path: (string | number)[] = [];
  let naming = false;
  for (let at = 0; at < text.length && found.length < MOST_TOLD; ) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      const end = afterString(text, at);
      // A name of valid JSON is a JSON string.
      if (naming) path[path.length - 1] = JSON.parse(text.slice(at, end)) as string;
      at = end;
      continue;
    }
    if (startsNumber(code)) {
      const end = afterNumber(text, at);
      if (isLossy(text, at, end)) found.push(lossyNumber(path, text.slice(at, end)));
      at = end;
      continue;
    }
    if (code === OPEN_LIST) path.push(0);
    else if (code === OPEN_OBJECT) {
      path.push('');
      naming = true;
    } else if (code === CLOSE_LIST || code === CLOSE_OBJECT) path.pop();
    else if (code === COLON) naming = false;
    else if (code === COMMA) {
      const last = path.at(-1);
      naming = typeof last === 'string';
      if (typeof last === 'number') path[path.length - 1] = last + 1;
    }
    at++;
  }
  return found;
};

const lossyNumber = (path: Path, literal: string): LossyNumber => {
  const value = Number(literal);
  const written = literal.length > 40 ? `${literal.slice(0, 40)}…` : literal;
  const instead = Number.isFinite(value)
    ? `which would be kept as ${value}`
    : 'which is beyond every number that can be kept';
  return {
    pointer: pointerOf(path),
    message: `${nameOf(path)} is ${written}, ${instead}; expected a number that keeps all of its digits (integers to 9007199254740992), or a string`,
  };
};
