import type { Flag } from '@halyard/engine';

/**
 * A flag as a full replacement says it to the flag that is there: the API keeps an extension that is left out, so one that is not there
 * is said to be none. What a flag serves while off cannot be unsaid; by name it is the same.
 */
export const wholeOf = (flag: Flag, stored: Pick<Flag, 'off_variation'>): object => ({
  ...withOff(flag, stored),
  prerequisites: flag.prerequisites ?? null,
  tags: flag.tags ?? null,
  client_side: flag.client_side ?? null,
  owner: flag.owner ?? null,
  permanent: flag.permanent ?? null,
  protected: flag.protected ?? null,
  tests: flag.tests ?? null,
});

/** The flag as it will be once it is written over the one that is stored. */
export const withOff = <F extends Flag>(flag: F, stored: Pick<Flag, 'off_variation'>): F =>
  flag.off_variation !== undefined || stored.off_variation === undefined
    ? flag
    : { ...flag, off_variation: flag.default_variation };
