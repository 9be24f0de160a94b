import type { Flag } from '@halyard/engine';
import { byType } from './by-type.ts';

const union = (keys: readonly string[]): string =>
  keys.length === 0 ? ' never' : keys.map((key) => `\n    | ${JSON.stringify(key)}`).join('');

/**
 * A declaration file that makes OpenFeature's clients accept only the keys of these flags, each with the calls of its type: the
 * module augmentation that @openfeature/core documents at `BooleanFlagKey` and its siblings. It restates aliases that the SDK
 * declares, so the project must have `skipLibCheck` (as `tsc --init` writes it). TypeScript up to 5.4 goes on with the SDK's aliases,
 * which take any string, and says nothing of it.
 */
export const flagTypes = (flags: readonly Flag[]): string => {
  const keys = byType(flags);
  return `// Written by \`halyard types\`; write it again when flags are added or deleted.
// Needs TypeScript 5.5 or later and "skipLibCheck": true.
import '@openfeature/core';

declare module '@openfeature/core' {
  export type BooleanFlagKey =${union(keys.boolean)};
  export type StringFlagKey =${union(keys.string)};
  export type NumberFlagKey =${union(keys.number)};
  export type ObjectFlagKey =${union(keys.json)};
}
`;
};
