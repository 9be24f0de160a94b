export const tokensStrings = {
  columns: { created: 'Created' },
  kinds: { person: 'Person or tool', service: 'Service', browser: 'Browser' },
  by: (name: string) => `by ${name}`,
  nameTaken: (name: string) =>
    `Another token is called ${name}. The history could not tell them apart; choose another name.`,
  oneApp: 'A browser token works for exactly one app. Choose it here.',
  origin: (text: string) =>
    `${text} is not an origin; expected one such as https://www.example.com, without a path.`,
} as const;
