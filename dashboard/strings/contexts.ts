/** Contexts that are saved in the app, for everybody. */
export const contextStrings = {
  shared: 'Of this app',
  mine: 'In this browser',
  share: 'Share with the app',
  shareHint: 'Everybody has it, and every change says whether its answer changes.',
  sharedNow: (name: string) => `${name} is saved in the app`,
  notShared: (name: string) => `${name} was not saved`,
  removed: (name: string) => `${name} is removed from the app`,
  notRemoved: (name: string) => `${name} was not removed`,
} as const;
