import { type Flag, type FlagType, inferType } from '@halyard/engine';

export const valuesOf = (flag: Flag): readonly unknown[] => Object.values(flag.variations);

/** Null for a flag without a value that has a type; it cannot be evaluated either. */
export const typeOf = (flag: Flag): FlagType | null => inferType(valuesOf(flag)[0]);

/** The keys of each type, in alphabetical order. */
export const byType = (flags: readonly Flag[]): Readonly<Record<FlagType, readonly string[]>> => {
  const keys: Record<FlagType, string[]> = { boolean: [], string: [], number: [], json: [] };
  for (const flag of flags) {
    const type = typeOf(flag);
    if (type !== null) keys[type].push(flag.key);
  }
  for (const list of Object.values(keys)) list.sort();
  return keys;
};
