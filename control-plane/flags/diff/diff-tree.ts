import type { JsonValue } from '@halyard/engine';
import type { FlagDefinition } from '../../model/flag.ts';

/**
 * JSON as the diff sees it. Objects have no prototype, so that `__proto__` and `constructor` in a JSON value are names like
 * any other (microdiff asks `name in object`); -0 is 0, as it is in JSON text; what is undefined is absent.
 */
export type Bare = null | string | number | boolean | Bare[] | BareObject;
export interface BareObject {
  [name: string]: Bare;
}

const emptyBare = (): BareObject => Object.create(null);

/** Throws a TypeError for what is not JSON. */
export function bare(value: unknown): Bare {
  switch (typeof value) {
    case 'number':
      return value + 0;
    case 'string':
    case 'boolean':
      return value;
    case 'object':
      if (value === null) return null;
      return Array.isArray(value) ? value.map(bare) : bareObject(value);
    default:
      throw new TypeError(`a ${typeof value} is not JSON`);
  }
}

export function bareObject(value: object): BareObject {
  const copy = emptyBare();
  for (const [name, member] of Object.entries(value)) if (member !== undefined) copy[name] = bare(member);
  return copy;
}

/** A flag with its rules by priority instead of by place. Null is a flag with nothing in it. */
export function bareFlag(flag: FlagDefinition | null): BareObject {
  const tree = emptyBare();
  const rules = emptyBare();
  if (flag !== null) {
    for (const [field, value] of Object.entries(flag)) {
      if (field !== 'rules' && value !== undefined) tree[field] = bare(value);
    }
    for (const rule of flag.rules) rules[String(rule.priority)] = bareObject(rule);
  }
  tree['rules'] = rules;
  return tree;
}

/** Back to ordinary objects, an own `__proto__` included: only JSON.parse makes one without running the setter. */
export const plain = (value: Bare): JsonValue =>
  typeof value === 'object' && value !== null ? JSON.parse(JSON.stringify(value)) : value;

export const isList = (value: unknown): value is readonly JsonValue[] => Array.isArray(value);
