/** What every answer carries: its type is what it says it is, and no browser guesses another from its bytes. */
export const FIXED_HEADERS = { 'x-content-type-options': 'nosniff' } as const;
