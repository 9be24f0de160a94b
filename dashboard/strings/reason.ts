export const reasonStrings = {
  label: 'Why',
  hint: 'Appears in the history. Optional.',
  inAccountLog: 'Appears in the account log. Optional.',
} as const;
