import type { ChangelogEntry } from '../api.ts';
import { dayName } from '../shell/time.ts';

/** What was written at once: one row of the history. Its entries in the order of the changelog; there is at least one. */
export interface Commit {
  readonly first: ChangelogEntry;
  readonly entries: readonly ChangelogEntry[];
}

export interface Day {
  /** In full, in the reader's zone. */
  readonly name: string;
  readonly commits: readonly Commit[];
}

const commitsOf = (entries: readonly ChangelogEntry[]): readonly Commit[] => {
  const commits: { first: ChangelogEntry; entries: ChangelogEntry[] }[] = [];
  for (const entry of entries) {
    const newest = commits.at(-1);
    if (newest?.first.app_version === entry.app_version) newest.entries.push(entry);
    else commits.push({ first: entry, entries: [entry] });
  }
  return commits;
};

/** Entries, newest first, as commits under the days they were made on. */
export const daysOf = (entries: readonly ChangelogEntry[]): readonly Day[] => {
  const days: { name: string; commits: Commit[] }[] = [];
  for (const commit of commitsOf(entries)) {
    const name = dayName(commit.first.at);
    const newest = days.at(-1);
    if (newest?.name === name) newest.commits.push(commit);
    else days.push({ name, commits: [commit] });
  }
  return days;
};
