import type { Flag } from '@halyard/engine';

/** A flag as a full replacement says it: the API keeps an extension that is left out, so one that is not there is said to be none. */
export const wholeOf = (flag: Flag): object => ({
  ...flag,
  off_variation: flag.off_variation ?? null,
  tags: flag.tags ?? null,
  client_side: flag.client_side ?? null,
});
