import { count } from './count.ts';

export const segmentStrings = {
  named: (key: string) => `Segment ${key}`,
  label: 'Segment',
  through: 'through segment',
  description: 'Description',
  attribute: 'Members by',
  members: 'Members',
  excluded: 'Left out',
  conditions: 'Conditions',
  memberCount: (number: number) => count(number, 'member', 'members'),
  whoever: 'whoever fits: ',
  and: ' and ',
  nobody: 'nobody',
  without: (number: number) => `, without ${number.toLocaleString('en')} left out by name`,
  holds: 'Holds ',
  held: 'Held ',
  reaches: 'Reaches',
  reachesNone: 'No flag used it.',
  more: (number: number) => `and ${count(number, 'more flag', 'more flags')}`,
  undo: 'Undo',
  undoOf: (key: string, version: number) => `Undo this change: segment ${key}, version ${version}`,
  restoreOf: (key: string, version: number) => `Restore the segment ${key} to version ${version}`,
  restore: 'Restore',
  comesBack: 'The segment does not exist now. It would come back and hold ',
  goes: 'The segment will be deleted.',
  nothing: 'The segment is like this already: nothing would change.',
  changedSince: 'The segment was changed again since. Undo the later change first, or restore a version.',
  goneSince: 'The segment was deleted since. Restore it first.',
  backAgain: 'The segment exists again already.',
  noEarlier: 'The version before is no longer in the history.',
  meanwhile:
    'Somebody changed the segment just now. This is how it looks with their change; check it, then try again.',
  failed: 'Nothing was changed',
  done: (key: string) => `The segment ${key} is as it was`,
  deleted: (key: string) => `The segment ${key} is deleted`,
  reasonOfUndo: (version: number) => `Undo of version ${version}`,
  inCommit: (segments: number) =>
    `This commit changed ${count(segments, 'segment', 'segments')} too and cannot be undone at once. Undo its changes one by one.`,
  commit: (flags: number, segments: number) =>
    flags === 0
      ? count(segments, 'segment', 'segments')
      : `${count(flags, 'flag', 'flags')} and ${count(segments, 'segment', 'segments')}`,
  showMore: (number: number) => `Show ${number.toLocaleString('en')} more`,
  live: (key: string) => `the segment ${key}`,
} as const;
