import type { Bucketing } from '@halyard/engine';
import type { Diff, FlagChange, StoredFlag } from '../../model/flag.ts';
import { shown } from '../body/issues.ts';
import type { KeyedInput } from '../body/parse-flag.ts';
import { diffFlags, sameFlag, sameJson } from '../diff/diff.ts';
import { definitionOf } from './definition.ts';
import { type Before, type Current, checkWhole, ownBucketing, type Write } from './write.ts';
import type { Defaults } from './write-flag.ts';

export interface ImportOptions extends Defaults {
  /** `replace` deletes what is not in the import. */
  readonly mode: 'merge' | 'replace';
  /** Gives flags without `bucketing` the buckets they had at Flagship under this account id. */
  readonly flagshipAccount: string | null;
  /** Decides and answers with the diffs, and changes nothing. */
  readonly dryRun: boolean;
}

export interface Imported extends Before {
  readonly created: number;
  readonly updated: number;
  readonly deleted: number;
  readonly unchanged: number;
  /** Of a dry run: what would change, by flag. */
  readonly diff: Readonly<Record<string, Diff>> | null;
  readonly messages: readonly string[];
}

/**
 * A whole app's flags in one commit. A line is the whole flag: what it leaves out is dropped; only `bucketing` is never
 * changed. Problem: `invalid` for a flag that is too large once its defaults are filled in.
 */
export const importFlags = (flags: readonly KeyedInput[], options: ImportOptions): Write<Imported> => ({
  keys: options.mode === 'replace' ? 'all' : flags.map(({ key }) => key),
  decide: (before) => {
    const kept: string[] = [];
    const changes = flags.flatMap((flag) => importFlag(flag, before.get(flag.key), options, kept));
    const unchanged = flags.length - changes.length;
    if (options.mode === 'replace') changes.push(...absent(flags, before));
    const count = (event: FlagChange['event']) => changes.filter((change) => change.event === event).length;
    return {
      changes: options.dryRun ? [] : changes,
      answer: {
        before,
        created: count('create'),
        updated: count('update'),
        deleted: count('delete'),
        unchanged,
        diff: options.dryRun ? diffsOf(changes, before) : null,
        messages: kept.length === 0 ? [] : [keptMessage(kept)],
      },
    };
  },
});

function importFlag(
  { key, input }: KeyedInput,
  stored: StoredFlag | undefined,
  options: ImportOptions,
  kept: string[],
): FlagChange[] {
  const wanted = input.bucketing ?? flagshipBucketing(key, options.flagshipAccount);
  if (stored === undefined) {
    const bucketing = wanted ?? ownBucketing(options.account, key);
    const after = checkWhole(definitionOf(key, input, bucketing, { client_side: options.clientSide }));
    return [{ event: 'create', key, after }];
  }
  const { bucketing, client_side } = stored.definition;
  if (wanted !== null && !sameJson(wanted, bucketing)) kept.push(key);
  const after = checkWhole(
    definitionOf(key, input, bucketing, {
      rules: stored.definition.rules,
      ...(client_side === undefined ? {} : { client_side }),
    }),
  );
  return sameFlag(stored.definition, after) ? [] : [{ event: 'update', key, after }];
}

const flagshipBucketing = (key: string, account: string | null): Bucketing | null =>
  account === null ? null : { hash: 'flagship', salt: `${account}:${key}` };

function absent(flags: readonly KeyedInput[], before: Current): FlagChange[] {
  const named = new Set(flags.map(({ key }) => key));
  return [...before.keys()].filter((key) => !named.has(key)).map((key) => ({ event: 'delete', key }));
}

function diffsOf(changes: readonly FlagChange[], before: Current): Record<string, Diff> {
  return Object.fromEntries(
    changes.map((change) => [
      change.key,
      diffFlags(before.get(change.key)?.definition ?? null, change.event === 'delete' ? null : change.after),
    ]),
  );
}

const NAMED = 10;

function keptMessage(keys: readonly string[]): string {
  const named = keys.slice(0, NAMED).map(shown).join(', ');
  const more = keys.length > NAMED ? ` and ${keys.length - NAMED} more` : '';
  const [flags, keep] = keys.length === 1 ? ['The flag', 'keeps'] : ['The flags', 'keep'];
  return `${flags} ${named}${more} ${keep} the bucketing already stored, so that nobody changes variation; the imported bucketing is not used`;
}
