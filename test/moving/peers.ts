import { flagd } from './flagd.ts';
import { growthBook } from './growthbook.ts';
import { launchDarkly } from './launchdarkly.ts';
import type { Peer } from './proof.ts';
import type { Random } from './random.ts';
import { unleash } from './unleash.ts';

/** Each vendor's own SDK over generated flags, asked for generated people. */
export const PEERS: Readonly<
  Record<string, (random: Random, flags: number, people: number) => Peer | Promise<Peer>>
> = { launchdarkly: launchDarkly, unleash, flagd, growthbook: growthBook };

/** The proof that docs/moving-in.md shows. */
export const FLAGS = 250;
export const PEOPLE = 50;
export const SEED = 1;
