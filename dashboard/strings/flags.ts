export const flagsStrings = {
  searchHint: 'Key, tag or description',
  filters: 'Filters',
  type: 'Type',
  anyType: 'Any type',
  by: 'Changed by',
  byHint: 'Part of a name',
  sort: 'Sort',
  sorts: { key: 'By key', updated: 'Last changed first' },
  clear: 'Clear filters',
  noneFoundHelp:
    'Search finds pieces of keys, descriptions and tags in any order. Try fewer letters, or clear the filters.',
} as const;
