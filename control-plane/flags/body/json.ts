import { type Issues, nameOf, type Path } from './issues.ts';

export type JsonObject = { readonly [name: string]: unknown };

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

/** The own member of that name; `__proto__` and the like find nothing unless they are there. */
export const own = (value: unknown, name: string | number): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;

const JSON_DEPTH = 32;

/**
 * Whether a value is JSON that every store keeps as it is: at most 32 deep, finite numbers, no U+0000 (PostgreSQL's text has no
 * place for it) and no lone surrogate (UTF-8 has none), in names as in texts. False: it is not even JSON that could be looked at further.
 * A member that is undefined is absent, as it is once written.
 *
 * @param depth how many objects and lists the value is in already.
 */
export function checkJson(value: unknown, issues: Issues, path: Path = [], depth = 0): boolean {
  switch (typeof value) {
    case 'string':
      checkText(value, issues, path, `${nameOf(path)} contains`);
      return true;
    case 'boolean':
      return true;
    case 'number':
      if (Number.isFinite(value)) return true;
      issues.expected(path, value, 'a finite number');
      return false;
    case 'object':
      if (value === null) return true;
      return checkMembers(value, issues, path, depth + 1);
    case 'undefined':
      issues.expected(path, value, 'JSON');
      return false;
    default:
      issues.add(path, `${nameOf(path)} is a ${typeof value}; expected JSON`);
      return false;
  }
}

function checkMembers(value: object, issues: Issues, path: Path, depth: number): boolean {
  if (depth > JSON_DEPTH) {
    issues.add(path, `${nameOf(path)} is nested too deep; expected JSON at most ${JSON_DEPTH} deep`);
    return false;
  }
  let whole = true;
  if (isList(value)) {
    value.forEach((member, index) => {
      if (!checkJson(member, issues, [...path, index], depth)) whole = false;
    });
    return whole;
  }
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined) continue;
    const place = [...path, name];
    checkText(name, issues, place, `The name ${nameOf(place)} contains`);
    if (!checkJson(member, issues, place, depth)) whole = false;
  }
  return whole;
}

function checkText(text: string, issues: Issues, path: Path, contains: string): void {
  if (text.includes('\0')) issues.add(path, `${contains} the character U+0000; expected text without it`);
  if (!text.isWellFormed()) {
    issues.add(path, `${contains} half of a surrogate pair; expected well-formed Unicode`);
  }
}

const utf8 = new TextEncoder();

/** Bytes of a value as JSON text in UTF-8. */
export const serializedSize = (value: unknown): number => utf8.encode(JSON.stringify(value) ?? '').length;
