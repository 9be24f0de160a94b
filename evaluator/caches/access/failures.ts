/** Failed attempts an address may make at once, and how many of them come back a second. */
const BURST = 50;
const PER_SECOND = 1;
const REMEMBERED = 10_000;

export interface Failures {
  /** Counts a failed authentication; seconds to wait if the address has used up its attempts, else 0. */
  count(address: string): number;
}

/**
 * Slows down guessing, by address. Only failures are counted and only failures are refused: a valid token is never
 * blocked because somebody behind the same address guesses.
 */
export const createFailures = (now: () => number): Failures => {
  const buckets = new Map<string, { left: number; atMs: number }>();

  return {
    count(address) {
      const key = network(address);
      const at = now();
      const bucket = buckets.get(key) ?? { left: BURST, atMs: at };
      bucket.left = Math.min(BURST, bucket.left + (Math.max(0, at - bucket.atMs) / 1_000) * PER_SECOND);
      bucket.atMs = at;
      // Re-inserted so that the address seen longest ago is the first to be forgotten.
      buckets.delete(key);
      if (buckets.size >= REMEMBERED) {
        const oldest = buckets.keys().next();
        if (oldest.done !== true) buckets.delete(oldest.value);
      }
      buckets.set(key, bucket);
      if (bucket.left >= 1) {
        bucket.left -= 1;
        return 0;
      }
      return Math.max(1, Math.ceil((1 - bucket.left) / PER_SECOND));
    },
  };
};

/** One IPv6 subscriber holds a /64 (RFC 6177): counting single addresses would count nothing. */
const network = (address: string): string => {
  if (!address.includes(':') || address.includes('.')) return address;
  const [head = '', tail] = address.split('%', 1)[0]?.split('::') ?? [];
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const rest = tail === '' ? 0 : tail.split(':').length;
    while (groups.length + rest < 8) groups.push('0');
  }
  return groups.slice(0, 4).join(':');
};
