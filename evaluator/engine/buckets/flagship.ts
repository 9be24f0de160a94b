import { type Bucketer, inPercent } from './bucketer.ts';
import { emptyState, hashAfter, murmur3 } from './murmur3.ts';

/** Bit for bit Flagship's, so that a flag that moves here keeps everybody where they were. */
export const flagship = (salt: string): Bucketer => {
  const seeded = emptyState(murmur3(salt, 0) % 100);
  return inPercent((text) => {
    const hash = hashAfter(seeded, text);
    return (hash % 100) + Math.floor(hash / 100) / 42_949_673;
  });
};
