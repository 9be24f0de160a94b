import { type Bucketer, inPercent } from './bucketer.ts';
import { emptyState, feed, hashAfter } from './murmur3.ts';

/** Unleash's gradual rollouts: whole percents (its SDKs count them from 1 and compare with <=). */
export const unleash = (salt: string): Bucketer => {
  const salted = feed(emptyState(0), `${salt}:`);
  return inPercent((text) => hashAfter(salted, text) % 100);
};

/** The seed of the variants' hash in Unleash's SDKs, the 5,000,001st prime: variants must not follow the rollout they are in. */
const VARIANT_SEED = 86_028_157;

/** Unleash's variants: tenths of a percent. */
export const unleashVariant = (salt: string): Bucketer => {
  const salted = feed(emptyState(VARIANT_SEED), `${salt}:`);
  return inPercent((text) => (hashAfter(salted, text) % 1000) / 10);
};
