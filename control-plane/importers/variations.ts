import { type FlagValue, inferType } from '@halyard/engine';
import { NAME_PATTERN } from '../flags/body/schema-parts.ts';
import { type Draft, refuse } from './draft.ts';
import type { Place } from './place.ts';

const RESERVED: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

const isName = (name: string): boolean => NAME_PATTERN.test(name) && !RESERVED.has(name);

/** The nearest name that Halyard accepts; empty if nothing of it is left. */
export const nearestName = (name: string): string => {
  const near = name
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9_.:|-]+/g, '-')
    .replace(/^[.:|-]+|-+$/g, '')
    .slice(0, 128);
  return isName(near) ? near : '';
};

/** Collects the values of a flag, each under a name of its own. */
export class Variations {
  readonly #draft: Draft;
  readonly #values = new Map<string, FlagValue>();

  constructor(draft: Draft) {
    this.#draft = draft;
  }

  /** In the order in which they were added. */
  get values(): Readonly<Record<string, FlagValue>> {
    return Object.fromEntries(this.#values);
  }

  get size(): number {
    return this.#values.size;
  }

  /**
   * A new variation; answers its name.
   * @param wanted its name at the vendor; undefined where variations have none there.
   * @throws Refusal for null, and for values of another type than those before.
   */
  add(value: Place, wanted: string | undefined): string {
    const read = this.#checked(value);
    const base = wanted ?? nameOfValue(read) ?? `variation-${this.#values.size + 1}`;
    const near = isName(base) ? base : nearestName(base) || `variation-${this.#values.size + 1}`;
    let name = near;
    for (let count = 2; this.#values.has(name); count += 1) name = `${near.slice(0, 120)}-${count}`;
    if (wanted !== undefined && name !== wanted) {
      this.#draft.note(value.path, `the variation ${JSON.stringify(wanted)} is called ${name} here`);
    }
    this.#values.set(name, read);
    return name;
  }

  /** The variation of an equal value, or a new one. */
  of(value: Place): string {
    const text = JSON.stringify(value.value);
    for (const [name, known] of this.#values) if (JSON.stringify(known) === text) return name;
    return this.add(value, undefined);
  }

  #checked(value: Place): FlagValue {
    const type = inferType(value.value);
    if (type === null) {
      return refuse(value.path, 'null is not a value of a variation here; expected one that says something');
    }
    const [first] = this.#values.values();
    const before = first === undefined ? type : inferType(first);
    if (type !== before) {
      return refuse(value.path, `the values are of the types ${before} and ${type}; expected one type`);
    }
    // It has a type, so it is JSON and not null.
    return value.value as FlagValue;
  }
}

const nameOfValue = (value: FlagValue): string | undefined => {
  const text = typeof value === 'object' ? '' : String(value);
  return isName(text) && text.length <= 64 ? text : undefined;
};
