import { describe, expect, it } from 'vitest';
import { bucketerOf, bucketOf } from './bucket.ts';

const WHOLE = 2 ** 32;

describe.for([
  { hash: 'murmur3', salt: 'acct/checkout' },
  { hash: 'flagship', salt: 'acct:checkout' },
  { hash: 'launchdarkly', salt: 'checkout.0b1c' },
  { hash: 'unleash', salt: 'checkout' },
  { hash: 'unleash-variant', salt: 'checkout' },
  { hash: 'flagd', salt: '' },
  { hash: 'growthbook', salt: 'checkout' },
  { hash: 'growthbook-v1', salt: 'checkout' },
] as const)('the bucket of a point of $hash', (bucketing) => {
  const bucketer = bucketerOf(bucketing);

  it('is the largest percentage with 6 decimals whose bound the point has reached', () => {
    for (let user = 0; user < 20_000; user += 1) {
      const point = bucketer.pointOf(`user-${user}`);
      const bucket = bucketOf(point, bucketer);
      const next = (Math.round(bucket * 1_000_000) + 1) / 1_000_000;
      expect(bucketer.bound(bucket), `user-${user}`).toBeLessThanOrEqual(point);
      expect(bucketer.bound(next), `user-${user}`).toBeGreaterThan(point);
    }
  });
});

describe('the bucket of a bound', () => {
  it('is the percentage of the bound', () => {
    const bucketer = bucketerOf({ hash: 'murmur3', salt: '' });
    for (let units = 0; units < 100_000_000; units += 9_973) {
      expect(bucketOf(bucketer.bound(units / 1_000_000), bucketer)).toBe(units / 1_000_000);
    }
    expect(bucketOf(WHOLE - 1, bucketer)).toBe(99.999999);
    expect(bucketOf(0, bucketer)).toBe(0);
  });
});
