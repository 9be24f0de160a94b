import type { FlagType } from '@halyard/engine';
import type { FlagSearch } from '../queries.ts';

export const TYPES: readonly FlagType[] = ['boolean', 'string', 'number', 'json'];
export const isType = (value: unknown): value is FlagType => TYPES.some((type) => type === value);

const textOf = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';

/** What the address says of a list: a tag alone or several, everything else once; what it cannot mean is left out. */
export const flagSearchOf = (search: Readonly<Record<string, unknown>>): FlagSearch => {
  const { q, tag, state, type, by, sort } = search;
  const tags = [...new Set((Array.isArray(tag) ? tag : [tag]).map(textOf).filter((each) => each !== ''))];
  return {
    ...(textOf(q) === '' ? {} : { q: textOf(q) }),
    ...(tags.length === 0 ? {} : { tag: tags }),
    ...(state === 'enabled' || state === 'disabled' ? { state } : {}),
    ...(isType(type) ? { type } : {}),
    ...(textOf(by) === '' ? {} : { by: textOf(by) }),
    ...(sort === 'updated' ? { sort } : {}),
  };
};

/** Whether fewer than all flags are listed. */
export const isFiltered = ({ sort: _, ...filters }: FlagSearch): boolean => Object.keys(filters).length > 0;
