import type { Bucketer } from './bucketer.ts';
import { sha1Start } from './sha1.ts';

/** As every JavaScript SDK computes it: 16^15 − 1, which a double rounds up to 16^15. */
const WHOLE = 16 ** 15;

/** LaunchDarkly's: the first 15 hexadecimal digits of SHA-1, as a fraction of 1. */
export const launchdarkly = (salt: string): Bucketer => ({
  pointOf: (text) => {
    const [first, second] = sha1Start(`${salt}.${text}`);
    return (first * 2 ** 28 + (second >>> 4)) / WHOLE;
  },
  bound: (percentage) => percentage / 100,
  near: (point) => point * 100,
});
