/** Semantic Versioning 2.0.0 (https://semver.org), with a leading `v` and a missing minor or patch accepted. */

const NUMBER = '0|[1-9]\\d*';
const IDENTIFIER = `(?:${NUMBER}|\\d*[A-Za-z-][0-9A-Za-z-]*)`;
const VERSION = new RegExp(
  `^v?(${NUMBER})(?:\\.(${NUMBER})(?:\\.(${NUMBER}))?)?(?:-(${IDENTIFIER}(?:\\.${IDENTIFIER})*))?(?:\\+[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?$`,
);

/** Numbers stay digits: a version may hold one that a double cannot. */
export interface Version {
  readonly core: readonly [major: string, minor: string, patch: string];
  readonly prerelease: readonly string[];
}

export const versionOf = (text: string): Version | null => {
  const parts = VERSION.exec(text);
  if (parts === null) return null;
  return {
    core: [parts[1] ?? '0', parts[2] ?? '0', parts[3] ?? '0'],
    prerelease: parts[4]?.split('.') ?? [],
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
  const core =
    compareDigits(a.core[0], b.core[0]) ||
    compareDigits(a.core[1], b.core[1]) ||
    compareDigits(a.core[2], b.core[2]);
  if (core !== 0) return core;
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
