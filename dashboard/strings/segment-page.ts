import { count } from './count.ts';

/** The words of the list of segments and of a segment's page. */
export const segmentPage = {
  title: 'Segments',
  search: 'Search segments',
  searchHint: 'Key or description',
  count: (segments: number, more: boolean) =>
    more
      ? `${count(segments, 'segment', 'segments')} shown, more below`
      : count(segments, 'segment', 'segments'),
  none: 'No segments yet',
  noneHelp:
    'A segment names a set of users once, by name or by conditions, for the rules of every flag. Create one, then use it in a rule.',
  noneFound: 'No segments match',
  noneFoundHelp: 'Search finds part of a key or a description. Try fewer letters.',
  clear: 'Clear the search',
  members: (members: number) => count(members, 'member', 'members'),
  conditions: 'and whoever fits its conditions',
  users: (flags: number, segments: number) =>
    flags + segments === 0
      ? 'Not used'
      : `Used by ${[
          ...(flags === 0 ? [] : [count(flags, 'flag', 'flags')]),
          ...(segments === 0 ? [] : [count(segments, 'segment', 'segments')]),
        ].join(' and ')}`,
  create: {
    title: 'Create segment',
    key: 'Key',
    keyHint: 'What rules refer to. It cannot be changed later.',
    keyNeeded: 'Use 1 to 128 letters, digits, _ - . : or |, not beginning with . : or |.',
    description: 'Description',
    descriptionHint: 'Who is in it, and what for. Optional.',
    submit: 'Create segment',
    failed: 'The segment was not created',
  },
  copyKey: 'Copy the key',
  holds: 'Holds ',
  tabs: { members: 'Members', uses: 'Used by', history: 'History', settings: 'Settings' },
  include: 'Members by name',
  includeHint: 'In the segment, whatever else is said.',
  exclude: 'Left out by name',
  excludeHint: 'Not in the segment, unless a member by name.',
  fits: 'Whoever fits',
  fitsHint: 'Decides for everyone in neither list. All of it must hold.',
  nobodyFits: 'No conditions: nobody but the members by name.',
  editConditions: 'Edit conditions',
  doneWithConditions: 'Done with conditions',
  attribute: 'Members go by',
  attributeHint: 'The attribute that the two lists name values of.',
  searchMembers: (label: string) => `Search: ${label}`,
  removeMember: (member: string) => `Remove ${member}`,
  moreMembers: (members: number) => `and ${members.toLocaleString('en')} more; search to find them`,
  noSuchMember: (sought: string) => `No member contains “${sought}”.`,
  addTo: (label: string) => `Add to: ${label}`,
  addHint: 'Type or paste, one per line or with commas, or drop a file here',
  add: 'Add',
  file: 'Choose a file',
  fileFor: (label: string) => `Choose a file for: ${label}`,
  fileTooLarge: (name: string) => `${name} is over 1 MiB; a segment has at most 5,000 members.`,
  added: (added: number, there: number) =>
    `${added.toLocaleString('en')} added${there === 0 ? '' : `, ${there.toLocaleString('en')} already there`}`,
  tooMany: (members: number, most: number) =>
    `${members.toLocaleString('en')} members in both lists; at most ${most.toLocaleString('en')} are allowed.`,
  saved: (key: string) => `The segment ${key} is saved`,
  undone: (key: string) => `The change to the segment ${key} is undone`,
  notUndone: (key: string) => `The change to the segment ${key} was not undone`,
  undoComment: 'Undo of the change just made',
  uses: {
    none: 'Nothing uses it yet',
    noneHelp: 'Add a condition on it to a rule of a flag: “Add segment” in the rule’s builder.',
    flags: 'Flags',
    segments: 'Segments',
    lead: 'What a change of this segment can reach, through other segments too.',
    prerequisite: 'through another flag',
    rule: (place: number) => `Rule ${place}`,
    more: (number: number) => `Show ${number.toLocaleString('en')} more`,
  },
  remove: {
    title: (key: string) => `Delete the segment ${key}?`,
    confirm: 'Delete segment',
    help: 'Its history stays, and it can be restored from there.',
    inUse: 'It is in use, so it cannot be deleted. Take it out of these first:',
    failed: (key: string) => `The segment ${key} was not deleted`,
    done: (key: string) => `The segment ${key} is deleted`,
  },
} as const;
