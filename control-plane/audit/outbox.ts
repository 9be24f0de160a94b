import type { Commit } from '@halyard/caches';
import type { Outbox } from '../store/port.ts';
import type { Findings } from './finding.ts';

/** A commit that is made while the outbox is looked at makes it be looked at again. */
const TRIES = 3;
const PAGE = 200;

export type Waiting = Pick<Outbox, 'standing' | 'commits' | 'snapshot'>;

/**
 * What waits to be delivered must lead to what is there, and no further.
 *
 * @param over epoch ms: a token that has expired by then waits for the edges, and is not there any more.
 */
export const verifyOutbox = async (outbox: Waiting, over: number, findings: Findings): Promise<void> => {
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
      if (value === due || (due === null && hasExpired(value, over))) continue;
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

const hasExpired = (value: string | null, over: number): boolean => {
  // Written by the stores, or it differs.
  const expires = value === null ? null : /"expires_at":"([^"]+)"/.exec(value)?.[1];
  return typeof expires === 'string' && Date.parse(expires) <= over;
};
