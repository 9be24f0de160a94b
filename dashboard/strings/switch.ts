export const switchStrings = {
  turnOn: 'Turn on',
  onTitle: (key: string) => `Turn on ${key}?`,
  willServe: 'It will serve: ',
} as const;
