import type { Bucketing, Hash } from '../model.ts';
import type { Bucketer } from './bucketer.ts';
import { flagship } from './flagship.ts';
import { growthbook, growthbookV1 } from './growthbook.ts';
import { flagd, halyard } from './halyard.ts';
import { launchdarkly } from './launchdarkly.ts';
import { unleash, unleashVariant } from './unleash.ts';

/**
 * A closed list: a flag's hash is never exchanged for a better one. All but the first are other systems', so that whoever moves here
 * moves nobody.
 */
const HASHES: { readonly [H in Hash]: (salt: string) => Bucketer } = {
  murmur3: halyard,
  flagship,
  launchdarkly,
  unleash,
  'unleash-variant': unleashVariant,
  flagd,
  growthbook,
  'growthbook-v1': growthbookV1,
};

export const isHash = (value: unknown): value is Hash =>
  typeof value === 'string' && Object.hasOwn(HASHES, value);

export const HASH_NAMES: readonly string[] = Object.keys(HASHES);

export const bucketerOf = ({ hash, salt }: Bucketing): Bucketer => HASHES[hash](salt);

const DECIMALS = 1_000_000;

/**
 * A point as a percentage with 6 decimals: the largest one whose bound the point has reached. A range [from, to) of such percentages
 * therefore holds the point exactly when from <= bucket < to.
 */
export const bucketOf = (point: number, bucketer: Bucketer): number => {
  const units = Math.floor(bucketer.near(point) * DECIMALS);
  // `near` is rounded, and so is a bound: the percentage that was meant may be the next one, or the one before.
  const at = [units + 1, units, units - 1].find((each) => bucketer.bound(each / DECIMALS) <= point);
  return Math.max(0, at ?? units) / DECIMALS;
};
