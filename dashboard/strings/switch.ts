export const switchStrings = {
  killHelpOwnDefault: 'Everyone gets the default in their own code within moments. The rules stay unchanged.',
  turnOn: 'Turn on',
  onTitle: (key: string) => `Turn on ${key}?`,
  willServe: 'It will serve: ',
} as const;
