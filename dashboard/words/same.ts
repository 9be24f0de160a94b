import microdiff from 'microdiff';

/** Whether two JSON values are equal; the order of names in objects is none. */
export const same = (a: unknown, b: unknown): boolean => {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  return Array.isArray(a) === Array.isArray(b) && microdiff(a, b, { cyclesFix: false }).length === 0;
};
