export const notFoundStrings = {
  title: 'No such page',
} as const;
