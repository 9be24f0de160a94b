import * as first from './0001-first.ts';
import * as lists from './0002-lists.ts';
import * as search from './0003-search.ts';
import * as accountLog from './0004-account-log.ts';
import * as histories from './0005-histories.ts';
import * as segments from './0006-segments.ts';
import * as contexts from './0007-contexts.ts';
import * as projects from './0008-projects.ts';
import * as tallies from './0009-tallies.ts';
import * as imported from './0010-imported.ts';
import * as carried from './0011-carried.ts';
import type { Migration } from './migration.ts';

export const migrations: readonly Migration[] = [
  first,
  lists,
  search,
  accountLog,
  histories,
  segments,
  contexts,
  projects,
  tallies,
  imported,
  carried,
];
