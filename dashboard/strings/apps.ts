import { count } from './count.ts';

export const appsStrings = {
  changed: 'changed ',
  noFlags: 'Nothing has changed yet',
  /** Of an import. */
  segmentCounts: {
    created: (number: number) => count(number, 'new segment', 'new segments'),
    updated: (number: number) => count(number, 'changed segment', 'changed segments'),
    deleted: (number: number) => count(number, 'deleted segment', 'deleted segments'),
    unchanged: (number: number) => count(number, 'unchanged segment', 'unchanged segments'),
  },
  andMore: (number: number) => `and ${number.toLocaleString('en')} more`,
} as const;
