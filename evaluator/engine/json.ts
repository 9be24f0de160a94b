import type { FlagType, JsonValue } from './model.ts';
import { Misfit, misfit } from './place.ts';

const DEEPEST = 32;
/** No list of a flag comes near; it stops what is no JSON, such as a sparse array or a proxy without an end. */
const LONGEST_LIST = 1_000_000;

/** A copy of a list, its holes filled with undefined. */
export const itemsOf = (list: readonly unknown[], place: string): unknown[] => {
  const { length } = list;
  if (!(length <= LONGEST_LIST))
    throw new Misfit(`${place} has ${length} members; expected at most ${LONGEST_LIST}`);
  return Array.from({ length }, (_, index) => list[index]);
};

/**
 * A frozen copy of a JSON value, so that answers can be handed out again and again and nobody's object is frozen or kept. Throws a
 * Misfit with the place for what is no JSON value. An `undefined` property is absent.
 */
export const frozenCopy = (value: unknown, place: string): JsonValue => {
  const copies = new Map<object, JsonValue>();
  const open = new Set<object>();

  const copy = (part: unknown, at: string, depth: number): JsonValue => {
    if (typeof part === 'string' || typeof part === 'boolean' || part === null) return part;
    if (typeof part === 'number') return Number.isFinite(part) ? part : misfit(at, part, 'a finite number');
    if (typeof part !== 'object') return misfit(at, part, 'a JSON value');
    const known = copies.get(part);
    if (known !== undefined) return known;
    if (depth > DEEPEST || open.has(part))
      return misfit(at, part, `a JSON value at most ${DEEPEST} levels deep`);
    open.add(part);
    const made = Object.freeze(
      Array.isArray(part)
        ? itemsOf(part, at).map((item, index) => copy(item, `${at}[${index}]`, depth + 1))
        : Object.fromEntries(
            Object.entries(part)
              .filter(([, item]) => item !== undefined)
              .map(([name, item]) => [name, copy(item, `${at}.${name}`, depth + 1)]),
          ),
    );
    open.delete(part);
    copies.set(part, made);
    return made;
  };

  return copy(value, place, 1);
};

/** The type of flag that a value makes, or null if none: `null`, a number that is not finite, or no JSON value. */
export const inferType = (value: unknown): FlagType | null => {
  switch (typeof value) {
    case 'boolean':
      return 'boolean';
    case 'string':
      return 'string';
    case 'number':
      return Number.isFinite(value) ? 'number' : null;
    case 'object':
      return value === null ? null : 'json';
    default:
      return null;
  }
};
