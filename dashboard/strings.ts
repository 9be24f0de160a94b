import { appStrings } from './strings/app-pages.ts';
import { flagStrings } from './strings/one-flag.ts';
import { recordStrings } from './strings/records.ts';
import { shellStrings } from './strings/shell.ts';

/** Every word of the dashboard that is not part of a sentence made from a flag (those are in words/). */
export const strings = { ...shellStrings, ...appStrings, ...flagStrings, ...recordStrings };
