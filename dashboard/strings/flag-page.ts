const list = new Intl.ListFormat('en', { type: 'conjunction' });

/** The words of a flag's page. */
export const flagPage = {
  write: {
    undone: (what: string) => `Undone: ${what}`,
    undoRefused: (labels: readonly string[]) =>
      `${labels.length === 0 ? 'The same' : list.format(labels)} changed again since. Nothing was overwritten; look at the flag as it is now.`,
    undoComment: (what: string) => `Undo: ${what}`,
    overtaken: (key: string, name: string) =>
      `${name} changed the same in ${key} first. You see their version now; look at it, then try again.`,
  },
  ramp: {
    none: 'There is one variation only, so there is nothing to roll out.',
    allGet: 'Everyone gets',
    restGets: 'Everyone whom no rule with conditions decides gets',
    shared: 'Change their shares in the rules below.',
    share: 'Share of everyone that gets',
    shareOfRest: 'Share of everyone else that gets',
    rest: 'the others get',
    goOn: 'the others go on to the next rules',
    startTo: 'Start a rollout to …',
    othersGet: 'The others get …',
    choose: 'Choose a variation',
  },
  live: {
    label: 'Live',
    sending: 'Sending …',
    unknown: 'Not known: the server does not answer',
    asking: 'Asking the edges …',
    none: 'No edges are connected',
    published: 'Published',
    publishing: 'Publishing …',
    reached: (done: number, edges: number) => `Live on ${done} of ${edges} ${edges === 1 ? 'edge' : 'edges'}`,
    ms: (ms: number) => `${Math.round(ms).toLocaleString('en')} ms`,
    silent: (edges: number, since: string) =>
      `${edges} ${edges === 1 ? 'edge' : 'edges'} silent since ${since}`,
    mayServe: (silent: string, version: number) => `${silent}, may still serve version ${version}`,
    hadIt: (count: string, silent: string) => `${count}; ${silent} had it too`,
    dismiss: 'Dismiss',
    dismissTitle: (edges: number) => `Dismiss ${edges === 1 ? 'the silent edge' : `${edges} silent edges`}?`,
    dismissHelp: (edges: readonly string[]) =>
      `${list.format(edges)} will no longer be counted. Only do this when you know that nothing is served there any more: an edge that is merely cut off goes on serving what it has. One that reports again counts again.`,
    dismissed: (edges: readonly string[]) => `Dismissed ${edges.join(', ')}`,
    notDismissed: 'The edge was not dismissed',
  },
  create: {
    variationsHint:
      'The values it can have, each under a name. Everyone gets the first until a rule says otherwise.',
    nameOf: (place: number) => `Name of variation ${place}`,
    valueOf: (place: number) => `Value of variation ${place}`,
    placeholders: { boolean: '', string: 'Value', number: '100', json: '{"limit": 100}' },
  },
  clamp: {
    all: (characters: number) => `Show all ${characters.toLocaleString('en')} characters`,
    less: 'Show less',
  },
  rule: {
    nobodyYet: 'Nobody yet',
    nobodyYetHelp: 'This rule has no condition. Add one, or say that it is for everyone.',
    everyone: 'Everyone',
    isForEveryone: 'For everyone whom no rule above decides.',
    everyoneElse: 'Everyone else',
    net: (percent: string) =>
      `Rules above decide part of this share already: ${percent} of everyone else get it here.`,
    removed: (place: number) => `Rule ${place} is removed`,
  },
  tryUser: {
    open: 'Try a user',
    help: 'See what one user gets with these rules, and why.',
    close: 'Close “Try a user”',
    placeholder: '{"targetingKey": "user-42", "plan": "enterprise"}',
  },
  oneSplit: {
    offer: (first: number, last: number) =>
      `Rules ${first} to ${last} are open to everyone and share the same people. Together they serve`,
    button: 'Turn into one split',
    help: 'Everybody keeps the variation they have.',
    done: 'The rules are one split',
  },
  off: { callersDefault: 'The default in their own code' },
  review: {
    widens: (rule: string) => `${rule} now applies to everyone.`,
  },
  merge: { order: 'The order of the rules', mineElsewhere: 'You changed the same elsewhere.' },
  variations: {
    removed: (name: string) => `Variation ${name} is removed`,
  },
  problems: {
    noCondition: 'The rule has no condition yet. Add one, or choose “Everyone”.',
    emptyGroup: 'A group is empty. Add a condition to it, or remove it.',
    percentageUpTo: (max: number) => `Write a number from 0 to ${max}, such as ${max >= 12.5 ? 12.5 : max}.`,
    number: 'Write a number without separators, such as 1000, 0.5 or 1e3.',
    percentage: 'A percentage is a number from 0 to 100, such as 12.5.',
  },
} as const;
