export const appsStrings = {
  changed: 'changed ',
  noFlags: 'Nothing has changed yet',
} as const;
