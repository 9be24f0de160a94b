import type { Bucketer } from './bucketer.ts';
import { emptyState, feed, type HashState, hashAfter } from './murmur3.ts';

const WHOLE = 2 ** 32;

const near = (point: number): number => (point / WHOLE) * 100;

/** What new flags get: MurmurHash3 of `{salt}/{text}`, a point of 32 bits. */
export const halyard = (salt: string): Bucketer => {
  const salted: HashState = feed(emptyState(0), `${salt}/`);
  return {
    pointOf: (text) => hashAfter(salted, text),
    bound: (percentage) => Math.round((percentage * WHOLE) / 100),
    near,
  };
};

/** flagd's fractional operator: no slash behind the salt, and a bound that is rounded up (`hash * weight >> 32` in its cores). */
export const flagd = (salt: string): Bucketer => {
  const salted: HashState = feed(emptyState(0), salt);
  return {
    pointOf: (text) => hashAfter(salted, text),
    bound: (percentage) => Math.ceil((percentage * WHOLE) / 100),
    near,
  };
};
