/** In front of every name in a flag cache, unless somebody chose another. */
export const DEFAULT_PREFIX = 'halyard';

/** What a prefix is, as the end of a sentence: names of every cache technology may begin with it. */
export const PREFIX_FORM = '1 to 32 letters, digits, _ or -';

export const isPrefix = (text: string): boolean => /^[A-Za-z0-9_-]{1,32}$/.test(text);

/**
 * The prefix that `HALYARD_CACHE_PREFIX` names, where nobody reads settings at a start.
 *
 * @throws TypeError with a sentence: another prefix would be that of another installation.
 */
export const prefixFrom = (text: string = DEFAULT_PREFIX): string => {
  if (isPrefix(text)) return text;
  throw new TypeError(prefixMistake(text));
};

export const prefixMistake = (text: string): string =>
  `HALYARD_CACHE_PREFIX is ${JSON.stringify(text)}; expected ${PREFIX_FORM}.`;
