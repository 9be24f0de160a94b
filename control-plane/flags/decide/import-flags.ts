import type { Bucketing } from '@halyard/engine';
import type { Change, Decision, FlagChange, SegmentChange } from '../../model/commit.ts';
import type { FlagDefinition, StoredFlag } from '../../model/flag.ts';
import { Problem } from '../../model/problem.ts';
import type { ImportedFlag, ImportedSegment, ImportLines } from '../body/import-reader.ts';
import { Issues, shown } from '../body/issues.ts';
import { checkAcross, checkSize } from '../body/parse-flag.ts';
import { sameJson } from '../diff/diff.ts';
import { type SegmentsBefore, updateSegmentTo } from '../segments/write-segment.ts';
import { definitionOf } from './definition.ts';
import { type AppWrite, type Current, type CurrentSegments, ownBucketing, updateTo } from './write.ts';
import type { Defaults } from './write-flag.ts';

export interface ImportOptions extends Defaults {
  /** `replace` deletes what is not in the import. */
  readonly mode: 'merge' | 'replace';
  /** Without flags, `replace` may delete every flag. */
  readonly allowEmpty: boolean;
  /** Gives flags without `bucketing` the buckets they had at Flagship under this account id. */
  readonly flagshipAccount: string | null;
  /** Flags that `replace` leaves alone though the import does not have them. */
  readonly spared?: readonly string[];
}

export interface Imported extends SegmentsBefore, Counts {
  /** The rest is of flags. */
  readonly segments: Counts;
  readonly messages: readonly string[];
}

export interface Counts {
  readonly created: number;
  readonly updated: number;
  readonly deleted: number;
  readonly unchanged: number;
}

/** A write that needs no more than what is there. */
interface ImportWrite extends AppWrite<Imported> {
  readonly decide: (before: Current, segmentsBefore: CurrentSegments) => Decision<Imported>;
}

/**
 * A whole app's flags and segments in one commit. A line is the whole flag or segment: what it leaves out is dropped; only `bucketing` is
 * never changed. Problem: `invalid` for flags that are not well-formed once their defaults are filled in, by line (see `byLine`), and for a
 * replacement without flags that would delete some.
 */
export const importFlags = ({ flags, segments }: ImportLines, options: ImportOptions): ImportWrite => ({
  keys: options.mode === 'replace' ? 'all' : flags.map(({ key }) => key),
  segments: options.mode === 'replace' ? 'all' : segments.map(({ segment }) => segment.key),
  decide: (before, segmentsBefore) => {
    const replaces = options.mode === 'replace';
    const loses = before.size > 0 || (segments.length === 0 && segmentsBefore.size > 0);
    if (replaces && flags.length === 0 && loses && !options.allowEmpty) throw noFlags();
    const kept: string[] = [];
    const issues = new Issues();
    const written = flags.flatMap((flag) => importFlag(flag, before.get(flag.key), options, kept, issues));
    issues.throwIfAny();
    const writtenSegments = segments.flatMap((segment) => importSegment(segment, segmentsBefore));
    const gone = replaces
      ? absent(before, new Set([...flags.map(({ key }) => key), ...(options.spared ?? [])]))
      : [];
    const goneSegments = replaces
      ? absent(segmentsBefore, new Set(segments.map(({ segment }) => segment.key)))
      : [];
    return {
      changes: [
        ...writtenSegments,
        ...written,
        ...gone.map((key): FlagChange => ({ event: 'delete', key })),
        ...goneSegments.map((key): SegmentChange => ({ kind: 'segment', event: 'delete', key })),
      ],
      answer: {
        before,
        segmentsBefore,
        ...countsOf(written, gone.length, flags.length),
        segments: countsOf(writtenSegments, goneSegments.length, segments.length),
        messages: kept.length === 0 ? [] : [keptMessage(kept)],
      },
    };
  },
});

const noFlags = (): Problem =>
  new Problem('invalid', {
    message:
      'The import has no flags, so that mode=replace would delete every flag and segment of the app; expected at least one flag, or allow_empty=1 if that is what you want.',
  });

const countsOf = (written: readonly Change[], deleted: number, lines: number): Counts => ({
  created: written.filter(({ event }) => event === 'create').length,
  updated: written.filter(({ event }) => event === 'update').length,
  deleted,
  unchanged: lines - written.length,
});

function importFlag(
  { key, input, line }: ImportedFlag,
  stored: StoredFlag | undefined,
  options: ImportOptions,
  kept: string[],
  issues: Issues,
): FlagChange[] {
  const at = `/${line}`;
  const wanted = input.bucketing ?? flagshipBucketing(key, options.flagshipAccount);
  if (stored === undefined) {
    const bucketing = wanted ?? ownBucketing(options.account, key);
    const after = definitionOf(key, input, bucketing, { client_side: options.clientSide });
    checkWholeAt(after, issues, at);
    return [{ event: 'create', key, after, at }];
  }
  const { bucketing, client_side, rules } = stored.definition;
  if (wanted !== null && !sameJson(wanted, bucketing)) kept.push(key);
  const after = definitionOf(key, input, bucketing, {
    rules,
    ...(client_side === undefined ? {} : { client_side }),
  });
  checkWholeAt(after, issues, at);
  return updateTo(stored, after).map((change) => ({ ...change, at }));
}

function checkWholeAt(definition: FlagDefinition, issues: Issues, at: string): void {
  const found = new Issues();
  if (checkSize(definition, found, [])) checkAcross(definition, found, []);
  issues.addAll(found, (pointer) => `${at}${pointer}`);
}

function importSegment({ segment: after, line }: ImportedSegment, before: CurrentSegments): SegmentChange[] {
  const at = `/${line}`;
  const { key } = after;
  const stored = before.get(key);
  if (stored === undefined) return [{ kind: 'segment', event: 'create', key, after, at }];
  return updateSegmentTo(stored, after).map((change) => ({ ...change, at }));
}

const flagshipBucketing = (key: string, account: string | null): Bucketing | null =>
  account === null ? null : { hash: 'flagship', salt: `${account}:${key}` };

const absent = (before: Current | CurrentSegments, named: ReadonlySet<string>): readonly string[] =>
  [...before.keys()].filter((key) => !named.has(key));

const NAMED = 10;

function keptMessage(keys: readonly string[]): string {
  const named = keys.slice(0, NAMED).map(shown).join(', ');
  const more = keys.length > NAMED ? ` and ${keys.length - NAMED} more` : '';
  const [flags, keep] = keys.length === 1 ? ['The flag', 'keeps'] : ['The flags', 'keep'];
  return `${flags} ${named}${more} ${keep} the bucketing already stored, so that nobody changes variation; the imported bucketing is not used`;
}
