/**
 * GrowthBook compares versions as strings: numbers padded to five places, `~` at the end of a version without a prerelease, so that it
 * follows those with one. What is missing is version 0.
 */
export const padded = (version: string): string => {
  const parts = version.replace(/(^v|\+.*$)/g, '').split(/[-.]/);
  if (parts.length === 3) parts.push('~');
  return parts.map((part) => (/^\d+$/.test(part) ? part.padStart(5, ' ') : part)).join('-');
};

/** The forms that GrowthBook and Semantic Versioning order alike. */
const ALIKE = /^v?\d{1,5}\.\d{1,5}\.\d{1,5}(?:-[0-9A-Za-z]+(?:\.[0-9A-Za-z]+)*)?(?:\+.*)?$/;

export const isOrderedAlike = (version: string): boolean => ALIKE.test(version);
