import fc from 'fast-check';
import murmurhash from 'murmurhash';
import { describe, expect, it, vi } from 'vitest';
import { RUNS, STRIDE } from '../properties/runs.ts';
import { emptyState, feed, hashAfter, murmur3 } from './murmur3.ts';

// Seconds on a machine of its own; it may have to share one.
vi.setConfig({ testTimeout: 120_000 });

const oracle = (text: string, seed: number): number => murmurhash.v3(new TextEncoder().encode(text), seed);

describe('MurmurHash3', () => {
  it('equals the murmurhash package on every code point, alone and between others', () => {
    let differing = 0;
    for (let point = 0; point <= 0x10ffff; point += STRIDE) {
      const character = String.fromCodePoint(point);
      if (murmur3(character, 0) !== oracle(character, 0)) differing += 1;
      // Each width at each place in a block.
      if (point % 61 === 0) {
        for (const text of [`a${character}`, `ab${character}c`, `abc${character}${character}defgh`]) {
          if (murmur3(text, 7) !== oracle(text, 7)) differing += 1;
        }
      }
    }
    expect(differing).toBe(0);
  });

  it('equals it where one width of a code point ends and the next begins, at each place in a block', () => {
    const ends = [0, 0x7f, 0x7ff, 0xd7ff, 0xdbff, 0xdfff, 0xffff, 0x10ffff];
    for (const point of ends.flatMap((end) => [end, Math.min(end + 1, 0x10ffff)])) {
      const character = String.fromCodePoint(point);
      for (const before of ['', 'a', 'ab', 'abc']) {
        for (const after of ['', 'd', 'defgh']) {
          const text = `${before}${character}${after}`;
          expect(murmur3(text, 0), JSON.stringify(text)).toBe(oracle(text, 0));
        }
      }
    }
  });

  it('hashes a text after any salt as the two in one', () => {
    const text = fc.string({ unit: 'binary', maxLength: 40 });
    const loose = fc
      .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 12 })
      .map((units) => String.fromCharCode(...units));
    const ascii = fc.string({ maxLength: 40 });
    const any = fc.oneof(text, loose, ascii);
    fc.assert(
      fc.property(any, any, fc.nat(), (salt, rest, seed) => {
        // A surrogate pair torn between the two would be two lone ones; a salt ends with a slash.
        expect(hashAfter(feed(emptyState(seed), `${salt}/`), rest)).toBe(oracle(`${salt}/${rest}`, seed));
      }),
      { numRuns: RUNS * 2 },
    );
  });
});
