import type { JsonValue, Rule } from '@halyard/engine';
import type { FlagDefinition } from './change.ts';

/**
 * JSON as the diff sees it. Objects have no prototype, so that `__proto__` and `constructor` in a JSON value are names like
 * any other (microdiff asks `name in object`); -0 is 0, as it is in JSON text; what is undefined is absent.
 */
export type Bare = null | string | number | boolean | Bare[] | BareObject;
export interface BareObject {
  [name: string]: Bare;
}

export const emptyBare = (): BareObject => Object.create(null);

export function bare(value: JsonValue): Bare {
  if (typeof value === 'number') return value + 0;
  if (typeof value !== 'object' || value === null) return value;
  if (isList(value)) return value.map(bare);
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
    for (const rule of flag.rules) rules[String(rule.priority)] = bareRule(rule);
  }
  tree['rules'] = rules;
  return tree;
}

function bareRule(rule: Rule): BareObject {
  const tree = emptyBare();
  for (const [field, value] of Object.entries(rule)) if (value !== undefined) tree[field] = bare(value);
  return tree;
}

/** Back to ordinary objects, an own `__proto__` included: only JSON.parse makes one without running the setter. */
export const plain = (value: Bare): JsonValue =>
  typeof value === 'object' && value !== null ? JSON.parse(JSON.stringify(value)) : value;

export const isList = (value: unknown): value is readonly JsonValue[] => Array.isArray(value);
