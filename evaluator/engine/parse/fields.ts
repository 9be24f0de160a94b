import { HASH_NAMES, isHash } from '../buckets/bucket.ts';
import { itemsOf } from '../json.ts';
import type { Bucketing, Range } from '../model.ts';
import { Misfit, misfit } from '../place.ts';

/** Reading configuration of unknown shape: every function throws a `Misfit` that names the place. */
export type Fields = { readonly [name: string]: unknown };

export const fieldsOf = (value: unknown, place: string, expected = 'an object'): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? // An object that is no array has named properties, of unknown types.
      (value as Fields)
    : misfit(place, value, expected);

/** Own properties only; one that is `undefined` is absent. */
export const field = (fields: Fields, name: string): unknown =>
  Object.hasOwn(fields, name) ? fields[name] : undefined;

export const listOf = (value: unknown, place: string): readonly unknown[] =>
  Array.isArray(value) ? itemsOf(value, place) : misfit(place, value, 'a list');

export const textAt = (value: unknown, place: string): string =>
  typeof value === 'string' ? value : misfit(place, value, 'a text');

export const textsAt = (value: unknown, place: string): readonly string[] =>
  listOf(value, place).map((item, index) => textAt(item, `${place}[${index}]`));

export const booleanAt = (value: unknown, place: string): boolean =>
  typeof value === 'boolean' ? value : misfit(place, value, 'true or false');

export const isPercentage = (value: unknown): value is number =>
  typeof value === 'number' && value >= 0 && value <= 100 && Number(value.toFixed(6)) === value;

export const percentageAt = (value: unknown, place: string): number =>
  isPercentage(value) ? value : misfit(place, value, 'a number from 0 to 100 with at most 6 decimals');

export const attributeAt = (fields: Fields, place: string): { readonly attribute?: string } => {
  const attribute = field(fields, 'attribute');
  return attribute === undefined ? {} : { attribute: textAt(attribute, `${place}.attribute`) };
};

export const bucketingAt = (value: unknown, place: string): Bucketing => {
  const fields = fieldsOf(value, place);
  const hash = field(fields, 'hash');
  if (!isHash(hash)) return misfit(`${place}.hash`, hash, `one of ${HASH_NAMES.join(', ')}`);
  return { hash, salt: textAt(field(fields, 'salt'), `${place}.salt`) };
};

const rangeAt = (value: unknown, place: string): Range => {
  const bounds = listOf(value, place);
  if (bounds.length !== 2) throw new Misfit(`${place} has ${bounds.length} members; expected [from, to]`);
  const from = percentageAt(bounds[0], `${place}[0]`);
  const to = percentageAt(bounds[1], `${place}[1]`);
  return from < to ? [from, to] : misfit(`${place}[1]`, to, `more than ${from}`);
};

export interface PlacedRange {
  readonly range: Range;
  readonly place: string;
}

export const rangesAt = (value: unknown, place: string): readonly PlacedRange[] =>
  listOf(value, place).map((item, index) => {
    const at = `${place}[${index}]`;
    return { range: rangeAt(item, at), place: at };
  });

export const refuseOverlap = (ranges: readonly PlacedRange[]): void => {
  const inOrder = ranges.toSorted((a, b) => a.range[0] - b.range[0]);
  for (const [index, { range, place }] of inOrder.entries()) {
    const before = inOrder[index - 1];
    if (before !== undefined && range[0] < before.range[1]) {
      throw new Misfit(
        `${place} is [${range.join(', ')}], which overlaps ${before.place}, [${before.range.join(', ')}]; expected ranges that do not overlap`,
      );
    }
  }
};
