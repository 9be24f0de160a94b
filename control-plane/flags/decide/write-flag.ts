import type { ChangelogEntry } from '../../model/changelog.ts';
import type { FlagDefinition, StoredFlag } from '../../model/flag.ts';
import { Problem } from '../../model/problem.ts';
import { shown } from '../body/issues.ts';
import { keepExtensions } from '../body/keep-extensions.ts';
import type { KeyedInput } from '../body/parse-flag.ts';
import { definitionOf, type FlagInput } from './definition.ts';
import { checkVersion, checkWhole, existing, ownBucketing, updateTo, type Write } from './write.ts';

export interface Defaults {
  readonly account: string;
  /** The app's: what `client_side` is when the request does not say. */
  readonly clientSide: boolean;
}

/** Problem: `conflict` if the key exists. */
export const createFlag = ({ key, input }: KeyedInput, defaults: Defaults): Write => ({
  keys: [key],
  decide: (before) => {
    if (before.has(key)) {
      throw new Problem('conflict', {
        pointer: '/key',
        message: `There is a flag ${shown(key)} in this app already; expected another key`,
      });
    }
    return { changes: [{ event: 'create', key, after: newFlag(key, input, defaults) }], answer: { before } };
  },
});

export const newFlag = (key: string, input: FlagInput, defaults: Defaults): FlagDefinition =>
  checkWhole(
    definitionOf(key, input, input.bucketing ?? ownBucketing(defaults.account, key), {
      client_side: defaults.clientSide,
    }),
    null,
  );

/** Full replacement. Problems: `not_found`, `precondition`, `invalid` where what is kept does not fit what is new. */
export const replaceFlag = (key: string, input: FlagInput, ifMatch: number | null): Write => ({
  keys: [key],
  decide: (before) => {
    const stored = existing(before, key);
    checkVersion(stored, ifMatch);
    return { changes: updateTo(stored, replacement(stored, input)), answer: { before } };
  },
});

export function replacement({ definition }: StoredFlag, input: FlagInput): FlagDefinition {
  const { key, bucketing, off_variation } = definition;
  if (
    input.off_variation === undefined &&
    typeof off_variation === 'string' &&
    !Object.hasOwn(input.variations, off_variation)
  ) {
    throw new Problem('invalid', {
      pointer: '/off_variation',
      message: `off_variation is missing and stays ${shown(off_variation)}, which is no longer in variations; expected a name in variations, or null for the caller's own default`,
    });
  }
  return checkWhole(definitionOf(key, keepExtensions(input, definition), bucketing, definition), definition);
}

/** Problems: `not_found`, `precondition`. */
export const deleteFlag = (key: string, ifMatch: number | null): Write => ({
  keys: [key],
  decide: (before) => {
    checkVersion(existing(before, key), ifMatch);
    return { changes: [{ event: 'delete', key }], answer: { before } };
  },
});

/**
 * Writes an entry's `after` again, as a new change: a flag that is gone is created, one that is there is updated and keeps the
 * bucketing it has. Problems: `not_found` (the entry is another flag's), `precondition`.
 */
export const restoreFlag = (key: string, entry: ChangelogEntry, ifMatch: number | null): Write => ({
  keys: [key],
  decide: (before) => {
    if (entry.kind === 'segment' || entry.flag_key !== key) {
      throw new Problem('not_found', {
        pointer: '/changelog_id',
        message: `The changelog of ${shown(key)} has no entry ${shown(entry.id)}`,
      });
    }
    const stored = before.get(key);
    if (stored === undefined) {
      return { changes: [{ event: 'create', key, after: entry.after }], answer: { before } };
    }
    checkVersion(stored, ifMatch);
    const after = { ...entry.after, bucketing: stored.definition.bucketing };
    return { changes: updateTo(stored, after), answer: { before } };
  },
});
