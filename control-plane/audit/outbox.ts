import type { Commit } from '@halyard/caches';
import { decidingPart } from '../flags/replicated.ts';
import { segmentNamed } from '../model/changelog.ts';
import type { Outbox } from '../store/port.ts';
import { canonicalText } from '../store/sql/audit.ts';
import type { Findings } from './finding.ts';

/** A commit that is made while the outbox is looked at makes it be looked at again. */
const TRIES = 3;
const PAGE = 200;

export type Waiting = Pick<Outbox, 'standing' | 'commits' | 'snapshot'>;

/** Whether what waits for the edges under a key is what is there now (null: nothing). */
type Compare = (key: string, waits: string | null, there: string | null) => boolean;

/** Another release may have written what waits. */
export const sameInApp: Compare = (key, waits, there) => {
  if (waits === there) return true;
  if (waits === null || there === null || segmentNamed(key) !== null) return false;
  try {
    return canonicalText([decidingPart(waits)]) === canonicalText([decidingPart(there)]);
  } catch {
    // What waits is not JSON of an object.
    return false;
  }
};

/** A token that has expired by `now` (epoch ms) waits for the edges, and is not there any more. */
export const sameInAccount =
  (now: number): Compare =>
  (_, waits, there) =>
    waits === there || (there === null && hasExpired(waits, now));

/** What waits to be delivered must lead to what is there, and no further. */
export const verifyOutbox = async (outbox: Waiting, same: Compare, findings: Findings): Promise<void> => {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const standing = await outbox.standing();
    if (standing === null) return;
    const commits = await everyCommit(outbox);
    const snapshot = await outbox.snapshot();
    if (snapshot === null || snapshot.version !== standing.version) continue;
    if (commits === null) {
      findings.add('outbox differs', 'what waits to be delivered to the edges cannot be read.');
      return;
    }
    const newest = new Map<string, { readonly version: number; readonly value: string | null }>();
    for (const { version, changes } of commits) {
      if (version > standing.version) {
        findings.add(
          'outbox differs',
          `a commit of version ${version} waits to be delivered to the edges, but the version is ${standing.version}.`,
        );
        continue;
      }
      for (const { key, value } of changes) newest.set(key, { version, value });
    }
    for (const [key, { version, value }] of newest) {
      const due = snapshot.entries.get(key) ?? null;
      if (same(key, value, due)) continue;
      findings.add(
        'outbox differs',
        `the commit of version ${version} that waits to be delivered to the edges holds another ${JSON.stringify(key)} than the database.`,
      );
    }
    return;
  }
};

/** Null: a row holds what nobody wrote. */
const everyCommit = async (outbox: Waiting): Promise<readonly Commit[] | null> => {
  const all: Commit[] = [];
  try {
    for (;;) {
      const page = await outbox.commits(all.at(-1)?.version ?? -1, PAGE);
      all.push(...page);
      if (page.length < PAGE) return all;
    }
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return null;
    throw error;
  }
};

const hasExpired = (value: string | null, now: number): boolean => {
  // Written by the stores, or it differs.
  const expires = value === null ? null : /"expires_at":"([^"]+)"/.exec(value)?.[1];
  return typeof expires === 'string' && Date.parse(expires) <= now;
};
