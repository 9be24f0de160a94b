import type { Flag, FlagType, FlagValue } from '@halyard/engine';
import { typeOf, valuesOf } from './by-type.ts';

export interface ManifestFlag {
  readonly flagType: 'boolean' | 'string' | 'integer' | 'float' | 'object';
  readonly defaultValue: FlagValue;
  readonly description?: string;
}

/** What the OpenFeature CLI reads: its flag manifest, version 0. */
export interface Manifest {
  readonly $schema: string;
  readonly flags: Readonly<Record<string, ManifestFlag>>;
}

const SCHEMA =
  'https://raw.githubusercontent.com/open-feature/cli/refs/heads/main/schema/v0/flag-manifest.json';

const flagType = (flag: Flag, type: FlagType): ManifestFlag['flagType'] => {
  switch (type) {
    case 'json':
      return 'object';
    case 'number':
      return valuesOf(flag).every(Number.isInteger) ? 'integer' : 'float';
    default:
      return type;
  }
};

/** The default of a flag in code is what it serves when it is off: the value that is safe while nothing can be asked. */
export const flagManifest = (flags: readonly Flag[]): Manifest => {
  const entries: [string, ManifestFlag][] = [];
  for (const flag of flags.toSorted((a, b) => (a.key < b.key ? -1 : 1))) {
    const type = typeOf(flag);
    const defaultValue = flag.variations[flag.off_variation ?? flag.default_variation];
    if (type === null || defaultValue === undefined) continue;
    entries.push([
      flag.key,
      {
        flagType: flagType(flag, type),
        defaultValue,
        ...(flag.description && { description: flag.description }),
      },
    ]);
  }
  return { $schema: SCHEMA, flags: Object.fromEntries(entries) };
};
