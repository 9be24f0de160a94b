import { count } from './count.ts';

export const historyStrings = {
  none: 'Nothing has changed yet',
  noneHelp: 'Every change to a flag appears here: who, when, why, and each field as it was and is.',
  noMatch: 'No changes match these filters',
  noMatchHelp: 'Names are matched in part and in any case. Clear a filter, or choose a longer time.',
  clear: 'Clear filters',
  recent: 'Time',
  spans: { all: 'All', '15m': 'Last 15 min', '1h': '1 h', '24h': '24 h' },
  flagHint: 'Part of a key',
  personHint: 'Part of a name',
  today: 'Today',
  yesterday: 'Yesterday',
  flags: (number: number) => count(number, 'flag', 'flags'),
  onlyCommit: (commit: number) => `Only commit ${commit}`,
  showAll: 'Show all changes',
  more: (what: string) => `More for ${what}`,
  showFlags: (number: number) => `Show ${count(number, 'more flag', 'more flags')}`,
  undo: {
    short: 'Undo',
    change: (key: string, version: number) => `Undo this change: ${key}, version ${version}`,
    commit: 'Undo this commit',
    commitOf: (commit: number) => `Undo commit ${commit}`,
    lead: 'What others changed since stays. Nothing is overwritten.',
    nothing: (key: string) => `${key}: this was taken back already; nothing would change.`,
    allNothing: 'This was taken back already: nothing would change.',
    refused: (key: string) => `${key} cannot be undone`,
    refusedHelp: (what: readonly string[]) =>
      what.length === 0
        ? 'The flag was deleted or created again since.'
        : `The same was changed again since: ${what.join('; ')}. Undo the later change first, or edit the flag.`,
    partly: 'A commit is undone as a whole or not at all. Undo its changes one by one instead.',
    tooMany: (number: number) =>
      `This commit changed ${count(number, 'flag', 'flags')}; at most 500 can be undone at once. Import an earlier export instead.`,
    goes: 'The flag will be deleted.',
    comesBack: 'The flag will exist again and serve ',
    reasonOfChange: (version: number) => `Undo of version ${version}`,
    reasonOfCommit: (commit: number) => `Undo of commit ${commit}`,
    doneChange: (key: string) => `The change to ${key} is undone`,
    doneCommit: (commit: number) => `Commit ${commit} is undone`,
    failed: 'Nothing was undone',
    meanwhile:
      'Somebody changed a flag just now. This is how it looks with their change; check it, then try again.',
  },
} as const;
