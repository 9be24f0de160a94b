/**
 * Semantic Versioning 2.0.0 (https://semver.org) with the core widened to what people ship: one to six numbers, leading zeros, a
 * leading `v` or `V`. Identifiers of a prerelease stay those of the specification.
 */

const IDENTIFIER = '(?:0|[1-9]\\d*|\\d*[A-Za-z-][0-9A-Za-z-]*)';
const VERSION = new RegExp(
  `^[vV]?(\\d+(?:\\.\\d+){0,5})(?:-(${IDENTIFIER}(?:\\.${IDENTIFIER})*))?(?:\\+[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?$`,
);

/** Numbers stay digits: a version may hold one that a double cannot. */
export interface Version {
  /** One to six numbers without leading zeros; a missing one counts as 0. */
  readonly core: readonly string[];
  readonly prerelease: readonly string[];
}

export const versionOf = (text: string): Version | null => {
  const parts = VERSION.exec(text);
  if (parts === null) return null;
  return {
    core: (parts[1] ?? '').split('.').map((digits) => digits.replace(/^0+(?=\d)/, '')),
    prerelease: parts[2]?.split('.') ?? [],
  };
};

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const compareDigits = (a: string, b: string): number => a.length - b.length || compareText(a, b);

const isNumeric = (identifier: string): boolean => /^\d+$/.test(identifier);

/** Precedence rule 11.4.1 to 11.4.3: numbers by value, texts in ASCII order, numbers before texts. */
const compareIdentifiers = (a: string, b: string): number => {
  const [numericA, numericB] = [isNumeric(a), isNumeric(b)];
  if (numericA && numericB) return compareDigits(a, b);
  if (numericA !== numericB) return numericA ? -1 : 1;
  return compareText(a, b);
};

/** Below, at or above zero as `a` precedes, equals or follows `b`; build metadata has no part in it. */
export const compareVersions = (a: Version, b: Version): number => {
  for (let at = 0; at < Math.max(a.core.length, b.core.length); at += 1) {
    const difference = compareDigits(a.core[at] ?? '0', b.core[at] ?? '0');
    if (difference !== 0) return difference;
  }
  // Rule 11.3: a version without a prerelease follows those with one.
  if (a.prerelease.length === 0 || b.prerelease.length === 0)
    return b.prerelease.length - a.prerelease.length;
  for (const [index, identifier] of a.prerelease.entries()) {
    const other = b.prerelease[index];
    if (other === undefined) return 1;
    const difference = compareIdentifiers(identifier, other);
    if (difference !== 0) return difference;
  }
  return a.prerelease.length - b.prerelease.length;
};
