/**
 * MurmurHash3 x86 32-bit over the UTF-8 bytes of a text (Austin Appleby, https://github.com/aappleby/smhasher). A lone surrogate
 * is encoded as U+FFFD, as TextEncoder does. Written out here because a flag's salt can then be hashed once, when it is compiled.
 */

import { eachByte } from './utf8.ts';

const C1 = 0xcc9e2d51;
const C2 = 0x1b873593;

/** A hash in the middle of its input. */
export interface HashState {
  /** The hash over all whole blocks of four bytes so far. */
  readonly hash: number;
  /** The bytes after the last whole block, the first one lowest. */
  readonly tail: number;
  /** How many bytes that is, 0 to 3. */
  readonly tailBytes: number;
  /** All bytes so far. */
  readonly bytes: number;
}

export const emptyState = (seed: number): HashState => ({ hash: seed | 0, tail: 0, tailBytes: 0, bytes: 0 });

const mix = (hash: number, block: number): number => {
  const k = Math.imul(block, C1);
  const h = hash ^ Math.imul((k << 15) | (k >>> 17), C2);
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
};

const finish = (hash: number, tail: number, tailBytes: number, bytes: number): number => {
  let h = hash;
  if (tailBytes !== 0) {
    const k = Math.imul(tail, C1);
    h ^= Math.imul((k << 15) | (k >>> 17), C2);
  }
  h ^= bytes;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
};

/** Byte by byte: any text. */
const hashBytes = (state: HashState, text: string): number => {
  const { hash, tail, tailBytes, bytes } = feed(state, text);
  return finish(hash, tail, tailBytes, bytes);
};

/** The hash of what the state has seen followed by `text`: 0 to 2^32 - 1. */
export const hashAfter = (state: HashState, text: string): number => {
  const left = state.tailBytes << 3;
  const right = 32 - left;
  const { length } = text;
  let { hash, tail, tailBytes } = state;
  let at = 0;
  // Four ASCII characters are one block, shifted by what the salt left over.
  for (; at + 4 <= length; at += 4) {
    const a = text.charCodeAt(at);
    const b = text.charCodeAt(at + 1);
    const c = text.charCodeAt(at + 2);
    const d = text.charCodeAt(at + 3);
    if ((a | b | c | d) > 0x7f) return hashBytes(state, text);
    const block = a | (b << 8) | (c << 16) | (d << 24);
    hash = mix(hash, tail | (block << left));
    // A shift by 32 would be one by 0.
    tail = left === 0 ? 0 : block >>> right;
  }
  for (; at < length; at += 1) {
    const code = text.charCodeAt(at);
    if (code > 0x7f) return hashBytes(state, text);
    tail |= code << (tailBytes << 3);
    tailBytes += 1;
    if (tailBytes === 4) {
      hash = mix(hash, tail);
      tail = 0;
      tailBytes = 0;
    }
  }
  return finish(hash, tail, tailBytes, state.bytes + length);
};

/** The state after `text` too. */
export const feed = (state: HashState, text: string): HashState => {
  let { hash, tail, tailBytes, bytes } = state;
  eachByte(text, (value) => {
    tail |= value << (tailBytes << 3);
    tailBytes += 1;
    bytes += 1;
    if (tailBytes === 4) {
      hash = mix(hash, tail);
      tail = 0;
      tailBytes = 0;
    }
  });
  return { hash, tail, tailBytes, bytes };
};

export const murmur3 = (text: string, seed: number): number => hashAfter(emptyState(seed), text);
