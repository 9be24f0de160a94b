import { eachByte } from './utf8.ts';

/**
 * SHA-1 (FIPS 180-4) of the UTF-8 bytes of a text, its first two words only. Written out here because an evaluation may not wait: the
 * platform's digest is asynchronous. It decides buckets and protects nothing.
 */
export const sha1Start = (text: string): readonly [number, number] => {
  const { blocks, count } = padded(text);
  let [h0, h1, h2, h3, h4] = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];
  for (let block = 0; block < count; block += 1) {
    for (let i = 0; i < 16; i += 1) W[i] = blocks.getInt32(block * 64 + i * 4);
    for (let i = 16; i < 80; i += 1)
      W[i] = rotate(word(i - 3) ^ word(i - 8) ^ word(i - 14) ^ word(i - 16), 1);
    let [a, b, c, d, e] = [h0, h1, h2, h3, h4];
    for (let i = 0; i < 80; i += 1) {
      const mixed =
        i < 20
          ? ((b & c) | (~b & d)) + 0x5a827999
          : i < 40
            ? (b ^ c ^ d) + 0x6ed9eba1
            : i < 60
              ? ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc
              : (b ^ c ^ d) + 0xca62c1d6;
      const next = (rotate(a, 5) + mixed + e + word(i)) | 0;
      e = d;
      d = c;
      c = rotate(b, 30);
      b = a;
      a = next;
    }
    h0 = (h0 + a) | 0;
    h1 = (h1 + b) | 0;
    h2 = (h2 + c) | 0;
    h3 = (h3 + d) | 0;
    h4 = (h4 + e) | 0;
  }
  return [h0 >>> 0, h1 >>> 0];
};

/** One schedule for all: nothing is hashed while another text is. */
const W = new Int32Array(80);

const word = (index: number): number => W[index] ?? 0;

const rotate = (value: number, by: number): number => (value << by) | (value >>> (32 - by));

const padded = (text: string): { readonly blocks: DataView; readonly count: number } => {
  const bytes: number[] = [];
  eachByte(text, (value) => bytes.push(value));
  const count = Math.ceil((bytes.length + 9) / 64);
  const message = new Uint8Array(count * 64);
  message.set(bytes);
  message[bytes.length] = 0x80;
  const blocks = new DataView(message.buffer);
  blocks.setUint32(count * 64 - 8, Math.floor(bytes.length / 0x2000_0000));
  blocks.setUint32(count * 64 - 4, (bytes.length << 3) >>> 0);
  return { blocks, count };
};
