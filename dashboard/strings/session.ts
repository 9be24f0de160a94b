export const sessionStrings = {
  linkOrToken:
    'Paste a token, or the whole sign-in link that somebody sent you. Neither is kept in the browser.',
  linkUsed:
    'This link no longer works: it is good once, within ten minutes. Ask for a new one, or paste your token.',
  elsewhere: 'Signing in in another tab of this browser works too; this page notices.',
} as const;
