import { type Bucketer, inPercent } from './bucketer.ts';

/** FNV-1a, 32 bits, over UTF-16 units as GrowthBook's SDKs feed it (http://www.isthe.com/chongo/tech/comp/fnv). */
const fnv1a = (text: string, from = 0x811c9dc5): number => {
  let hash = from;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
};

/** `hashVersion` 2: hundredths of a percent. */
export const growthbook = (salt: string): Bucketer => {
  const salted = fnv1a(salt);
  return inPercent((text) => (fnv1a(String(fnv1a(text, salted))) % 10_000) / 100);
};

/** `hashVersion` 1, and namespaces: the text first, tenths of a percent. */
export const growthbookV1 = (salt: string): Bucketer =>
  inPercent((text) => (fnv1a(salt, fnv1a(text)) % 1000) / 10);
