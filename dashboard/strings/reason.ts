export const reasonStrings = {
  label: 'Why',
  hint: 'Appears in the history. Optional.',
} as const;
