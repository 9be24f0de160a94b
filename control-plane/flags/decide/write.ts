import type { Bucketing, Rule } from '@halyard/engine';
import type { CommitRequest, Committed, FlagChange } from '../../model/commit.ts';
import type { FlagDefinition, StoredFlag } from '../../model/flag.ts';
import { Problem } from '../../model/problem.ts';
import type { StoredSegment } from '../../model/segment.ts';
import { Issues, shown } from '../body/issues.ts';
import { checkAcross, checkSize } from '../body/parse-flag.ts';
import { sameFlag } from '../diff/diff.ts';
import { checkPins } from './check-pins.ts';

/** One write, ready to be given to the store's `commit`: which flags it looks at, and the pure decision. */
export interface Write<A extends Before = Before> {
  readonly keys: CommitRequest<A>['keys'];
  readonly decide: (flags: Current) => { readonly changes: readonly FlagChange[]; readonly answer: A };
}

/** A write that may concern segments too. */
export interface AppWrite<A extends Before = Before> {
  readonly keys: CommitRequest<A>['keys'];
  readonly segments?: NonNullable<CommitRequest<A>['segments']>;
  readonly imported?: NonNullable<CommitRequest<A>['imported']>;
  readonly decide: CommitRequest<A>['decide'];
}

/** The flags and segments as they were found, so that a write that changed nothing can be answered too. */
export interface Before {
  readonly before: Current;
  readonly segmentsBefore?: CurrentSegments;
}

export type CurrentSegments = ReadonlyMap<string, StoredSegment>;

export type Current = ReadonlyMap<string, StoredFlag>;

/** A flag as it is after the commit, whether it changed or not. Null: it is not there. */
export function flagAfter(committed: Committed<Before>, key: string): StoredFlag | null {
  const changed = committed.flags.get(key);
  return changed === undefined ? (committed.answer.before.get(key) ?? null) : changed;
}

/** Problem: `not_found`. */
export function existing(current: Current, key: string): StoredFlag {
  const stored = current.get(key);
  if (stored === undefined) throw noSuchFlag(key);
  return stored;
}

export const noSuchFlag = (key: string): Problem =>
  new Problem('not_found', { message: `There is no flag ${shown(key)} in this app` });

/** Problem: `precondition` with the current version. Null: the last writer wins. */
export function checkVersion(stored: StoredFlag, ifMatch: number | null): void {
  if (ifMatch === null || ifMatch === stored.version) return;
  throw new Problem('precondition', {
    message: `The flag ${shown(stored.definition.key)} is at version ${stored.version}; If-Match names ${ifMatch}`,
    version: stored.version,
  });
}

/** Nothing, if the flag is the same already. */
export const updateTo = (stored: StoredFlag, after: FlagDefinition): FlagChange[] =>
  sameFlag(stored.definition, withoutNewIds(after, stored.definition))
    ? []
    : [{ event: 'update', key: after.key, after }];

/** Rules that were stored before rules had ids get theirs with the next change, and are none themselves. */
function withoutNewIds(after: FlagDefinition, before: FlagDefinition): FlagDefinition {
  if (before.rules.every(({ id }) => id !== undefined)) return after;
  const known = new Set(before.rules.flatMap(({ id }) => id ?? []));
  const rules = after.rules.map((rule): Rule => {
    if (rule.id === undefined || known.has(rule.id)) return rule;
    const { id: _, ...rest } = rule;
    return rest;
  });
  return { ...after, rules };
}

/** What a flag gets that does not say. */
export const ownBucketing = (account: string, key: string): Bucketing => ({
  hash: 'murmur3',
  salt: `${account}/${key}`,
});

/**
 * For a definition put together from a request and what is stored: the parts were valid, the whole may not be. `before`: where a person
 * wrote its tests, what the flag was; null: it is new. Problem: `invalid`.
 */
export function checkWhole(definition: FlagDefinition, before?: FlagDefinition | null): FlagDefinition {
  const issues = new Issues();
  if (checkSize(definition, issues, [])) checkAcross(definition, issues, []);
  if (before !== undefined) checkPins(definition, before, issues, []);
  issues.throwIfAny();
  return definition;
}
