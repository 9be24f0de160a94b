import type { Scalar } from '../model.ts';
import { found } from '../place.ts';
import { blockOf } from './address.ts';
import { compilePattern } from './pattern.ts';
import { versionOf } from './version.ts';

/** What a condition's value is, by the kind its operator takes. */
export interface ValueOf {
  readonly scalar: Scalar;
  /** A scalar whose text is not empty. */
  readonly text: Scalar;
  readonly scalars: readonly Scalar[];
  readonly version: string;
  readonly pattern: string;
  readonly addresses: readonly string[];
  readonly none: undefined;
}

export type ValueKind = keyof ValueOf;

const isScalarValue = (value: unknown): value is Scalar =>
  typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);

const SCALAR = 'a text, a finite number or a boolean';

const eachOf = (value: unknown, list: string, problem: (place: string, item: unknown) => string | null) => {
  if (!Array.isArray(value)) return found('value', value, list);
  // Not `find`: that would pass over the holes of a sparse array.
  for (let index = 0; index < value.length; index += 1) {
    const message = problem(`value[${index}]`, value[index]);
    if (message !== null) return message;
  }
  return null;
};

/** By kind: what is wrong with a value as one sentence about `value`, or null. */
export const VALUE_PROBLEMS: { readonly [K in ValueKind]: (value: unknown) => string | null } = {
  scalar: (value) => (isScalarValue(value) ? null : found('value', value, SCALAR)),
  text: (value) =>
    isScalarValue(value) && value !== '' ? null : found('value', value, `${SCALAR}, not empty`),
  scalars: (value) =>
    eachOf(value, 'a list of texts, numbers or booleans', (place, item) =>
      isScalarValue(item) ? null : found(place, item, SCALAR),
    ),
  version: (value) =>
    typeof value === 'string' && versionOf(value) !== null
      ? null
      : found('value', value, 'a version as 1.2.3 or 2.0.0-beta.1'),
  pattern: (value) => {
    if (typeof value !== 'string') return found('value', value, 'an RE2 pattern');
    const pattern = compilePattern(value);
    return typeof pattern === 'string' ? found('value', value, pattern) : null;
  },
  addresses: (value) =>
    eachOf(value, 'a list of IP addresses or CIDR blocks', (place, item) =>
      typeof item === 'string' && blockOf(item) !== null
        ? null
        : found(place, item, 'an IPv4 or IPv6 address, or a CIDR block as 10.0.0.0/8'),
    ),
  none: () => null,
};
