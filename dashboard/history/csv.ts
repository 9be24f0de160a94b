import { segmentBefore } from '@halyard/control-plane/diff';
import type { ChangelogEntry } from '../api.ts';
import { type ChangeInWords, changesInWords } from '../words/change.ts';
import { segmentChanges } from '../words/segment-change.ts';
import { textOf } from '../words/words.ts';

const COLUMNS = [
  'at',
  'flag',
  'version',
  'event',
  'actor',
  'token_id',
  'comment',
  'changes',
  'hash',
] as const;

/** RFC 4180 quoting; a text that a spreadsheet would run as a formula is kept a text by an apostrophe. */
const cell = (text: string): string => {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

const changesOf = (entry: ChangelogEntry): readonly ChangeInWords[] => {
  if (entry.kind !== 'segment') return changesInWords(entry.diff ?? {});
  return entry.event === 'update'
    ? segmentChanges(segmentBefore(entry.after, entry.diff ?? {}), entry.after)
    : [];
};

const changes = (entry: ChangelogEntry): string =>
  changesOf(entry)
    .map(({ label, from, to }) => `${label}: ${from ? textOf(from) : '–'} → ${to ? textOf(to) : '–'}`)
    .join('\n');

/** Changelog entries as a CSV file with a header line, in the order given. */
export const csvOf = (entries: readonly ChangelogEntry[]): string => {
  const rows = entries.map((entry) => [
    entry.at,
    // A flag's key holds no slash.
    entry.kind === 'segment' ? `segment/${entry.segment_key}` : entry.flag_key,
    String(entry.version),
    entry.event,
    entry.actor.name,
    entry.actor.token_id,
    entry.comment ?? '',
    changes(entry),
    entry.hash,
  ]);
  return [COLUMNS, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('');
};
