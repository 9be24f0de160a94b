import type { FlagType } from '@halyard/engine';
import type { Permission } from '../api.ts';

/** Of every page: its frame, signing in, what fails. */
export const shellStrings = {
  product: 'Halyard',
  skipToContent: 'Skip to the content',
  loading: 'Loading',
  undo: 'Undo',
  copy: 'Copy',
  copied: 'Copied',
  copyFailed: 'The browser did not copy it',
  copyYourself: 'Select the text and copy it yourself.',
  cancel: 'Cancel',
  close: 'Close',
  confirm: 'Confirm',
  save: 'Save',
  remove: 'Remove',
  dismiss: 'Dismiss',
  scheme: { label: 'Colour scheme', light: 'Light', dark: 'Dark', system: 'Same as the system' },
  connection: {
    unreachable: 'The server does not answer',
    mayBeOld: 'What you see may be old. Nothing you typed is lost.',
    stale: 'Live updates are interrupted',
  },
  failure: {
    title: 'This could not be loaded',
    retry: 'Try again',
    notFound: 'There is nothing here',
    noPage: 'The address leads to no page of the dashboard.',
    toApps: 'Go to your apps',
    forbidden: 'You may not see this',
  },
  session: {
    expired: 'Your session has ended',
    expiredHelp: 'Sign in again to carry on where you were. Nothing you typed is lost.',
    signOut: 'Sign out',
  },
  signIn: {
    title: 'Sign in',
    lead: 'With your token, or with the one-time link that the server printed.',
    token: 'Token',
    tokenNeeded: 'Paste your token.',
    showToken: 'Show the token',
    button: 'Sign in',
    failed: 'That did not work',
    unknownToken: 'This token is unknown, expired or revoked. Ask an admin for a new one.',
    linkFailed: 'This link no longer works',
    linkHelp: 'A sign-in link works once, within ten minutes. Ask for a new one, or paste your token.',
  },
  nav: {
    tools: 'Search and settings of this page',
    label: 'Main',
    menu: 'Open the menu',
    closeMenu: 'Close the menu',
    app: 'App',
    chooseAnother: 'Choose another',
  },
  palette: {
    open: 'Search or go to',
    keys: 'Ctrl K',
    hint: 'A flag, a page, an action …',
    nothing: 'Nothing found',
    actions: 'Actions',
    pages: 'Pages',
  },
  shortcuts: {
    title: 'Keyboard shortcuts',
    list: [
      ['/', 'Search the flags, or the segments'],
      ['c', 'Create a flag, a segment or an app'],
      ['Ctrl K', 'Go anywhere, do anything'],
      ['Ctrl Z', 'Undo the last switch or step'],
      ['Ctrl S', 'Review and save a flag’s changes'],
      ['Alt ↑ / Alt ↓', 'Move the focused rule'],
      ['?', 'This list'],
    ],
  },
  types: { boolean: 'Boolean', string: 'String', number: 'Number', json: 'JSON' } satisfies Record<
    FlagType,
    string
  >,
  permissions: {
    evaluate: { name: 'Evaluate', means: 'Evaluates flags and never sees a rule.' },
    config: {
      name: 'Configuration',
      means: 'Reads the rules and their changes, to evaluate in its own process.',
    },
    read: { name: 'Read', means: 'Sees everything in the dashboard and changes nothing.' },
    write: { name: 'Write', means: 'Changes flags, creates and renames apps.' },
    admin: { name: 'Admin', means: 'Does everything: tokens and deleting apps too.' },
  } satisfies Record<Permission, { readonly name: string; readonly means: string }>,
  write: {
    failed: (key: string) => `${key} was not changed`,
    changedMeanwhile: (key: string) =>
      `Somebody else changed ${key} in the meantime. You see their version now; look at it, then try again.`,
    switched: (key: string, on: boolean) => `${key} is ${on ? 'on' : 'off'}`,
    ramped: (variation: string, percent: string) => `${variation} goes to ${percent}`,
  },
} as const;
